import { createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { type PublicKey, publicKeyOfPrivateKey } from "../../../provider/keys";

/** Private keys that are made for one run of the tests, one of each kind, in every form that Node writes. */
export interface Material {
  name: string;
  key: KeyObject;
  /** By form: `pkcs8`, and `pkcs1` or `sec1` where the kind has it. */
  pem: { [form: string]: string };
  publicKey: PublicKey;
}

export const PASSPHRASE = "correct horse battery staple";

export const material: Material[] = [
  make("rsa", generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey, "pkcs1"),
  make("dsa", generateKeyPairSync("dsa", { modulusLength: 1024, divisorLength: 160 }).privateKey),
  make("ecdsa-256", generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey, "sec1"),
  make("ecdsa-384", generateKeyPairSync("ec", { namedCurve: "P-384" }).privateKey, "sec1"),
  make("ecdsa-521", generateKeyPairSync("ec", { namedCurve: "P-521" }).privateKey, "sec1"),
  make("ed25519", generateKeyPairSync("ed25519").privateKey),
];

export function materialOf(name: string): Material {
  const found = material.find((each) => each.name === name);
  if (found === undefined) throw new Error(`no material ${name}`);
  return found;
}

export function spkiOf({ key }: Material): string {
  return createPublicKey(key).export({ type: "spki", format: "pem" }).toString();
}

export function encrypted({ key }: Material): string {
  return key
    .export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: PASSPHRASE })
    .toString();
}

function make(name: string, key: KeyObject, traditional?: "pkcs1" | "sec1"): Material {
  const pkcs8 = key.export({ type: "pkcs8", format: "pem" }).toString();
  return {
    name,
    key,
    pem: {
      pkcs8,
      ...(traditional === undefined
        ? {}
        : { [traditional]: key.export({ type: traditional, format: "pem" }).toString() }),
    },
    publicKey: publicKeyOfPrivateKey(pkcs8),
  };
}
