/** The field and the constant of edwards25519 (RFC 8032, section 5.1). */
const P = 2n ** 255n - 19n;
const D = 37095705934669439343138083508754565189542113879843219016388785533085940283555n;

/**
 * The y of the eight points whose order divides 8, such as all zeros. Such a point is not a usable key, because anyone can
 * sign for it.
 */
const SMALL_ORDER_Y: ReadonlySet<bigint> = new Set([
  0n,
  1n,
  P - 1n,
  2707385501144840649318225287225658788936804267575313519463743609750303402022n,
  55188659117513257062467267217118295137698188065244968500265048394206261417927n,
]);

/** Whether the 32 bytes are the one encoding of a point of edwards25519 that can be a key (RFC 8032, section 5.1.3). */
export function isEd25519Point(bytes: Buffer): boolean {
  const encoded = BigInt(`0x${Buffer.from(bytes).reverse().toString("hex")}`);
  const y = encoded & (2n ** 255n - 1n);
  if (y >= P || SMALL_ORDER_Y.has(y)) return false;
  const y2 = (y * y) % P;
  // x^2 = (y^2 - 1) / (d y^2 + 1): a quotient is a square exactly when the product is, so no inverse is needed.
  const square = ((y2 - 1n + P) * (D * y2 + 1n)) % P;
  return isSquare(square);
}

/**
 * Whether a number that P does not divide is a square modulo P: the Legendre symbol by quadratic reciprocity, which takes a
 * tenth of the time of a power.
 */
function isSquare(value: bigint): boolean {
  let symbol = 1;
  let [numerator, denominator] = [value, P];
  while (numerator > 0n) {
    const eighth = denominator & 7n;
    while ((numerator & 1n) === 0n) {
      numerator >>= 1n;
      if (eighth === 3n || eighth === 5n) symbol = -symbol;
    }
    if ((numerator & 3n) === 3n && (denominator & 3n) === 3n) symbol = -symbol;
    [numerator, denominator] = [denominator % numerator, numerator];
  }
  return symbol === 1;
}
