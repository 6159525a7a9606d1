import { invalidKey } from "./invalid";
import { countBytes } from "./wire";

/** The tags of DER (X.690) that tell one kind of key from another. */
export const DER_INTEGER = 0x02;
const SEQUENCE = 0x30;

/** Refuses DER whose one outer SEQUENCE is not exactly as long as the data. */
export function checkDerLength(der: Buffer): void {
  const sequence = readSequence(der);
  if (sequence === undefined) throw invalidKey("the key is damaged: its DER does not begin with a SEQUENCE");
  const promised = sequence.headLength + sequence.contentLength;
  if (promised > der.length) {
    throw invalidKey(`the key is cut short: its DER promises ${promised} bytes and holds ${der.length}`);
  }
  if (promised < der.length) {
    throw invalidKey(
      `the key is damaged: its DER has ${countBytes(der.length - promised)} after the end of the key`,
    );
  }
}

/** The content of the SEQUENCE at the start, or as much of it as there is. Empty when there is no SEQUENCE. */
export function sequenceContent(der: Buffer): Buffer {
  const sequence = readSequence(der);
  return der.subarray(sequence?.headLength ?? der.length);
}

function readSequence(der: Buffer): { headLength: number; contentLength: number } | undefined {
  const [tag, first] = der;
  if (tag !== SEQUENCE || first === undefined) return undefined;
  if (first < 0x80) return { headLength: 2, contentLength: first };
  const bytes = first & 0x7f;
  if (bytes === 0 || bytes > 4 || der.length < 2 + bytes) return undefined;
  return { headLength: 2 + bytes, contentLength: der.readUIntBE(2, bytes) };
}
