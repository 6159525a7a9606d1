import { type PublicKey, readPublicKey } from "../../../provider/keys";
import type { Workshop } from "./workshop";

/** A key that ssh-keygen made: `<name>` is its OpenSSH file, `<name>.pub` the public line. */
export interface MadeKey {
  name: string;
  type: "rsa" | "dsa" | "ecdsa" | "ed25519";
  bits: number;
}

export const COMMENT = "alice@example.com, on her laptop";
export const PASSPHRASE = "correct horse battery staple";

const ALL: readonly Omit<MadeKey, "name">[] = [
  { type: "rsa", bits: 1024 },
  { type: "rsa", bits: 2048 },
  { type: "rsa", bits: 3072 },
  { type: "dsa", bits: 1024 },
  { type: "ecdsa", bits: 256 },
  { type: "ecdsa", bits: 384 },
  { type: "ecdsa", bits: 521 },
  { type: "ed25519", bits: 256 },
];

/** A key of every type and of the sizes that matter. OpenSSH 10 has no DSA any more: then there is none, and a line says so. */
export function makeKeys(shop: Workshop): MadeKey[] {
  return ALL.flatMap((kind) => {
    const key = { ...kind, name: `${kind.type}-${kind.bits}` };
    const made = shop.tryRun(
      "ssh-keygen",
      ...["-q", "-t", key.type, "-b", String(key.bits), "-N", "", "-C", COMMENT, "-f", key.name],
    );
    if (made === undefined) console.warn(`SKIPPED: ${key.name}. This ssh-keygen makes no such key.`);
    return made === undefined ? [] : [key];
  });
}

/** The public key as ssh-keygen wrote it: what every other form is compared with. */
export function madePublicKey(shop: Workshop, { name }: MadeKey): PublicKey {
  return readPublicKey(shop.read(`${name}.pub`).toString());
}
