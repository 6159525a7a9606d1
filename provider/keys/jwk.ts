import { createPublicKey, type JsonWebKey } from "node:crypto";
import { publicKeyOf } from "./blob";
import { invalidKey } from "./invalid";
import { blobOfKeyObject } from "./pem";
import type { PublicKey } from "./publicKey";
import { severalKeys } from "./severalKeys";

const NO_SSH_KEY = "the text is a JWK that is damaged, or of a kind that SSH does not have";
/** The advice for a JWK. Of a private one, the command writes the public half. */
export const JWK_TO_PEM =
  "Write its public half as PEM with: node -p \"crypto.createPublicKey({ key: JSON.parse(fs.readFileSync('FILE')), format: 'jwk' }).export({ type: 'spki', format: 'pem' })\".";
const OTHER_KEY = "Use an RSA, ECDSA or ed25519 key.";

/** The JSON Web Keys (RFC 7517) in a text: one, or the members of a set. Empty when the text is something else. */
export function findJwks(text: string): JsonWebKey[] {
  if (!text.includes("kty")) return [];
  const parsed = parseJson(text);
  if (!isObject(parsed)) return [];
  const keys = Array.isArray(parsed["keys"]) ? parsed["keys"] : [parsed];
  return keys.filter((key) => isObject(key) && typeof key["kty"] === "string");
}

/**
 * The error for a text that holds public JWKs. It does not show the key: when a private JWK was cut, the end of a private
 * number can follow the start of a public one, and the result looks like a public key.
 */
export function refusedJwk(jwks: readonly JsonWebKey[]): Error {
  if (jwks.length > 1) return severalKeys(jwks.map((jwk) => () => readPublicJwk(jwk)));
  try {
    for (const jwk of jwks) readPublicJwk(jwk);
    return invalidKey("the text is a JWK, which SSH does not use", JWK_TO_PEM);
  } catch (error) {
    return error instanceof Error ? error : invalidKey(NO_SSH_KEY, OTHER_KEY);
  }
}

function readPublicJwk({ kty, n, e, crv, x, y }: JsonWebKey): PublicKey {
  const members = Object.entries({ kty, n, e, crv, x, y }).filter(([, value]) => value !== undefined);
  const key = read(Object.fromEntries(members));
  if (key === undefined) throw invalidKey(NO_SSH_KEY, OTHER_KEY);
  return publicKeyOf(blobOfKeyObject(key), { format: "spki" });
}

function read(jwk: JsonWebKey): ReturnType<typeof createPublicKey> | undefined {
  try {
    return createPublicKey({ key: jwk, format: "jwk" });
  } catch {
    return undefined;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is { [name: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
