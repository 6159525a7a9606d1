import { invalidKey } from "./invalid";

/** Refuses DER (X.690) whose one outer SEQUENCE is not exactly as long as the data. */
export function checkDerLength(der: Buffer): void {
  const promised = sequenceLength(der);
  if (promised === undefined) throw invalidKey("the key is damaged: its DER does not begin with a SEQUENCE");
  if (promised > der.length) {
    throw invalidKey(`the key is cut short: its DER promises ${promised} bytes and holds ${der.length}`);
  }
  if (promised < der.length) {
    throw invalidKey(`the key is damaged: its DER goes on for ${der.length - promised} bytes after the key`);
  }
}

/** How long the SEQUENCE at the start is, with its head; `undefined` when there is none. */
function sequenceLength(der: Buffer): number | undefined {
  const first = der[1];
  if (der[0] !== 0x30 || first === undefined) return undefined;
  if (first < 0x80) return 2 + first;
  const bytes = first & 0x7f;
  if (bytes === 0 || bytes > 4 || der.length < 2 + bytes) return undefined;
  return 2 + bytes + der.readUIntBE(2, bytes);
}
