import { createPublicKey } from "node:crypto";
import { formatPublicKeyLine, generateKeyPair } from "../../../provider/keys";

export interface TestKey {
  /** One OpenSSH line without a comment. */
  line: string;
  /** The same key, as PuTTYgen's "Save public key" writes it. */
  rfc4716: string;
  /** The same key, as OpenSSL writes it (SPKI). */
  pem: string;
  /** The private half, PEM. */
  privateKey: string;
}

/** A key that is made for the test, and cheap to make. */
export async function newKey(): Promise<TestKey> {
  const { publicKey, privateKey } = await generateKeyPair({ type: "ecdsa", bits: 256 });
  const line = formatPublicKeyLine(publicKey);
  const body = (line.split(" ")[1] ?? "").replace(/.{1,64}/g, "$&\n");
  return {
    line,
    rfc4716: `---- BEGIN SSH2 PUBLIC KEY ----\nComment: "by a test"\n${body}---- END SSH2 PUBLIC KEY ----\n`,
    pem: createPublicKey(privateKey).export({ type: "spki", format: "pem" }).toString(),
    privateKey,
  };
}

/** The text as a literal of a program. */
export function literal(value: unknown): string {
  return JSON.stringify(value);
}
