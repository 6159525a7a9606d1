import { generateKeyPairSync } from "node:crypto";
import { parseKey } from "sshpk";
import { generateKeyPair, type PublicKey, readPublicKey } from "../../../provider/keys";

/** Every type of key that an OpenSSH line can hold, each with a line made for the test. */
export const KEY_TYPES: readonly { title: string; make(): Promise<PublicKey> }[] = [
  { title: "RSA 2048", make: () => generated("rsa", 2048) },
  { title: "RSA 4096", make: () => generated("rsa", 4096) },
  { title: "DSA", make: async () => dsa() },
  { title: "ECDSA 256", make: () => generated("ecdsa", 256) },
  { title: "ECDSA 384", make: () => generated("ecdsa", 384) },
  { title: "ECDSA 521", make: () => generated("ecdsa", 521) },
  { title: "ed25519", make: () => generated("ed25519", 256) },
  { title: "ed25519 of a security device", make: securityDevice },
];

async function generated(type: "rsa" | "ecdsa" | "ed25519", bits: number): Promise<PublicKey> {
  return (await generateKeyPair({ type, bits })).publicKey;
}

function dsa(): PublicKey {
  const { publicKey } = generateKeyPairSync("dsa", { modulusLength: 1024, divisorLength: 160 });
  return readPublicKey(parseKey(publicKey.export({ type: "spki", format: "pem" }), "pem").toString("ssh"));
}

/** The point of an ordinary key, in the blob of https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.u2f. */
async function securityDevice(): Promise<PublicKey> {
  const { blob } = await generated("ed25519", 256);
  const algorithm = "sk-ssh-ed25519@openssh.com";
  const point = blob.subarray(-32);
  const parts = [Buffer.from(algorithm), point, Buffer.from("ssh:")].flatMap((part) => [length(part), part]);
  return readPublicKey(`${algorithm} ${Buffer.concat(parts).toString("base64")}`);
}

function length(part: Buffer): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(part.length);
  return bytes;
}
