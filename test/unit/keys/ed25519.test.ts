import { generateKeyPairSync } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { isEd25519Point } from "../../../provider/keys/ed25519";

const P = 2n ** 255n - 19n;
const D = 37095705934669439343138083508754565189542113879843219016388785533085940283555n;

function power(base: bigint, exponent: bigint): bigint {
  let [result, square] = [1n, base % P];
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % P;
    square = (square * square) % P;
  }
  return result;
}

function encode(y: bigint): Buffer {
  return Buffer.from(y.toString(16).padStart(64, "0"), "hex").reverse();
}

test("the constant is the curve's: -121665/121666", () => {
  expect((D * 121666n + 121665n) % P).toBe(0n);
});

test("the keys that OpenSSL makes are points", () => {
  for (let count = 0; count < 20; count++) {
    const { x = "" } = generateKeyPairSync("ed25519").publicKey.export({ format: "jwk" });
    expect(isEd25519Point(Buffer.from(x, "base64url"))).toBe(true);
  }
});

test("a y is a point exactly when Euler's criterion finds an x", () => {
  fc.assert(
    fc.property(fc.noBias(fc.bigInt({ min: 2n, max: P - 2n })), (y) => {
      const quotient = (y * y - 1n) * power(D * y * y + 1n, P - 2n);
      expect(isEd25519Point(encode(y))).toBe(power(quotient, (P - 1n) / 2n) === 1n);
    }),
    { numRuns: 50 },
  );
});

test("the points of small order are none that can be used", () => {
  const orderEight = 2707385501144840649318225287225658788936804267575313519463743609750303402022n;
  for (const y of [0n, 1n, P - 1n, orderEight, P - orderEight]) {
    expect(isEd25519Point(encode(y))).toBe(false);
    expect(isEd25519Point(encode(y | (1n << 255n)))).toBe(false);
  }
});
