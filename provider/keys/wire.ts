import { invalidKey } from "./invalid";

/** No field of a key is longer. A larger length means that the key is damaged, not that it was cut off. */
const MAX_FIELD_BYTES = 64 * 1024;

/** Reads the data types of SSH (RFC 4251, section 5), and says exactly what is wrong with them. */
export class WireReader {
  #offset = 0;

  /** `what` names the data in messages: `ssh-rsa blob`. */
  constructor(
    private readonly data: Buffer,
    public what: string,
  ) {}

  get offset(): number {
    return this.#offset;
  }

  get remaining(): number {
    return this.data.length - this.#offset;
  }

  uint32(field: string): number {
    return this.#take(4, field).readUInt32BE();
  }

  uint64(field: string): bigint {
    return this.#take(8, field).readBigUInt64BE();
  }

  string(field: string): Buffer {
    if (this.remaining < 4) throw invalidKey(`the key is cut short: the ${this.what} ends before ${field}`);
    const length = this.uint32(field);
    if (length > MAX_FIELD_BYTES) {
      throw invalidKey(
        `the key is damaged: the ${this.what} promises ${length} bytes for ${field}, more than any key has`,
      );
    }
    if (length > this.remaining) {
      throw invalidKey(
        `the key is cut short: the ${this.what} promises ${countBytes(length)} for ${field} and holds ${this.remaining}`,
      );
    }
    return this.#take(length, field);
  }

  /** The magnitude of a positive integer, without leading zeros. Needless ones are accepted, because OpenSSH accepts them. */
  positiveInteger(field: string): Buffer {
    const bytes = this.string(field);
    if ((bytes[0] ?? 0) >= 0x80) {
      throw invalidKey(`the key is damaged: ${field} in the ${this.what} is negative`);
    }
    const number = magnitude(bytes);
    if (number.length === 0) throw invalidKey(`the key is damaged: ${field} in the ${this.what} is zero`);
    return number;
  }

  end(): void {
    if (this.remaining > 0) {
      throw invalidKey(
        `the key is damaged: the ${this.what} has ${countBytes(this.remaining)} after the end of the key`,
      );
    }
  }

  #take(length: number, field: string): Buffer {
    if (length > this.remaining)
      throw invalidKey(`the key is cut short: the ${this.what} ends before ${field}`);
    const start = this.#offset;
    this.#offset += length;
    return this.data.subarray(start, this.#offset);
  }
}

export function countBytes(count: number): string {
  return count === 1 ? "1 byte" : `${count} bytes`;
}

export function wireUint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** An SSH string: its length and its bytes. */
export function wireString(bytes: Buffer | string): Buffer {
  const content = Buffer.from(bytes);
  return Buffer.concat([wireUint32(content.length), content]);
}

/** The content of an mpint (RFC 4251, section 5) of a positive number: the fewest bytes whose first bit is 0. */
export function wireNumber(bytes: Buffer): Buffer {
  const number = magnitude(bytes);
  return (number[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), number]) : number;
}

/** A big-endian number without the zero bytes before it. */
export function magnitude(bytes: Buffer): Buffer {
  const start = bytes.findIndex((byte) => byte !== 0);
  return start === -1 ? Buffer.alloc(0) : bytes.subarray(start);
}

export function bigIntOf(bytes: Buffer): bigint {
  return BigInt(`0x0${bytes.toString("hex")}`);
}

/** All strings of an SSH structure that holds nothing else. */
export function readStrings(wire: Buffer): Buffer[] {
  const reader = new WireReader(wire, "private key");
  const strings: Buffer[] = [];
  while (reader.remaining > 0) strings.push(reader.string("a number"));
  return strings;
}
