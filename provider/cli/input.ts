import { createReadStream } from "node:fs";
import type { Readable } from "node:stream";
import { KeyPairError } from "../core/errors";
import { fileError } from "../core/privateKeyFile/fileError";
import { MAX_KEY_BYTES } from "../keys";

/** The file name that stands for standard input. */
export const STDIN = "-";

/** What the program works with; tests give their own. */
export interface Io {
  /** Opens standard input; throws where that cannot be read. */
  stdin(): Readable;
  print(text: string): void;
  complain(text: string): void;
  /** Asks a yes-or-no question. Absent if there is no terminal. */
  ask?: ((question: string) => Promise<boolean>) | undefined;
}

/** What a user gave, and what messages call it. */
export interface Input {
  name: string;
  contents: Buffer;
}

/**
 * Reads a file or standard input, up to the largest size of a key. Throws `File`, or `InvalidKey` when
 * the input is larger.
 * @param stdin  Opens standard input. It already fails here if standard input is closed or cannot be read.
 * @param maxBytes  The largest size, if the input is no key.
 */
export async function readInput(
  file: string,
  stdin: () => Readable,
  maxBytes: number = MAX_KEY_BYTES,
): Promise<Input> {
  const name = file === STDIN ? "standard input" : file;
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    const source = file === STDIN ? stdin() : createReadStream(file);
    for await (const chunk of source) {
      const part = Buffer.from(chunk);
      chunks.push(part);
      bytes += part.length;
      if (bytes > maxBytes) break;
    }
  } catch (error) {
    if (file !== STDIN) throw fileError(error, "read", file, "publicKeyFile");
    throw new KeyPairError({ code: "File", message: "standard input cannot be read", cause: error });
  }
  if (bytes > maxBytes) {
    throw new KeyPairError({
      code: "InvalidKey",
      message: `${name} has more than ${maxBytes} bytes, and no key has`,
      next: "Give a file with one key.",
    });
  }
  return { name, contents: Buffer.concat(chunks) };
}
