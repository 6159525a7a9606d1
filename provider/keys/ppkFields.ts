import { invalidKey } from "./invalid";
import type { Ppk } from "./ppk";
import type { PublicKey } from "./publicKey";
import { WireReader, wireString } from "./wire";

/*
 * What OpenSSH and PuTTY (its Appendix C.2) write of a private key, after the name of the algorithm:
 *
 *            OpenSSH                  PuTTY, public       PuTTY, private
 *   rsa      n, e, d, iqmp, p, q      e, n                d, p, q, iqmp
 *   dsa      p, q, g, y, x            p, q, g, y          x
 *   ecdsa    curve, Q, d              curve, Q            d
 *   ed25519  A, k followed by A       A                   k
 */

const SEED_BYTES = 32;

/** PuTTY's private fields, of the private key in OpenSSH's wire form. */
export function ppkPrivateFields(type: PublicKey["type"], openSsh: Buffer): Buffer {
  const [, ...fields] = readFields(openSsh);
  switch (type) {
    case "rsa":
      return join(fields, [2, 4, 5, 3]);
    case "dsa":
      return join(fields, [4]);
    case "ecdsa":
      return join(fields, [2]);
    case "ed25519":
      return wireString(fieldAt(fields, 1).subarray(0, SEED_BYTES));
    default:
      throw invalidKey("a key of a security token has no private half that could be converted");
  }
}

/** The private key in OpenSSH's wire form, of PuTTY's fields. */
export function openSshFields(type: PublicKey["type"], ppk: Ppk): Buffer {
  const [name = Buffer.alloc(0), ...publicFields] = readFields(ppk.publicBlob);
  const privateFields = readFields(ppk.privateBlob);
  const fields = [...publicFields, ...privateFields];
  switch (type) {
    case "rsa":
      return Buffer.concat([wireString(name), join(fields, [1, 0, 2, 5, 3, 4])]);
    case "ed25519":
      return Buffer.concat([
        wireString(name),
        join(fields, [0]),
        wireString(Buffer.concat([fieldAt(fields, 1), fieldAt(fields, 0)])),
      ]);
    default:
      return Buffer.concat([name, ...fields].map(wireString));
  }
}

/** All strings of an SSH structure. */
export function readFields(wire: Buffer): Buffer[] {
  const reader = new WireReader(wire, "private key");
  const fields: Buffer[] = [];
  while (reader.remaining > 0) fields.push(reader.string("a number"));
  return fields;
}

function join(fields: Buffer[], order: number[]): Buffer {
  return Buffer.concat(order.map((index) => wireString(fieldAt(fields, index))));
}

function fieldAt(fields: Buffer[], index: number): Buffer {
  const field = fields[index];
  if (field === undefined) throw invalidKey("the private key is damaged: one of its numbers is missing");
  return field;
}
