import { existsSync } from "node:fs";
import { extname } from "node:path";
import { isKeyPairError, KeyPairError } from "../core/errors";
import { writePrivateKeyFile } from "../core/privateKeyFile/write";
import { convertPrivateKey, fingerprintSha256, isPrivateKeyText, type PrivateKeyForm } from "../keys";
import { publicKeyOf } from "./describe";
import { type Input, STDIN } from "./input";

export const PRIVATE_KEY_FORMS: readonly PrivateKeyForm[] = ["ppk", "openssh", "pem"];

export interface Conversion {
  to: PrivateKeyForm;
  /** The file to write, or `-` for standard output. */
  out: string;
  comment?: string;
}

/** The outcome of a conversion. */
export interface Converted {
  /** The private key, where it goes to standard output. */
  text?: string;
  /** Where the key is, by its fingerprint. */
  written: string;
}

/**
 * Writes the private key in another form, mode 0600, into a new file. With `-` it returns the key for
 * standard output instead. Throws `InvalidKey` or `File`.
 */
export async function convertKey(input: Input, { to, out, comment }: Conversion): Promise<Converted> {
  const isPrinted = out === STDIN;
  if (!isPrinted && (extname(out).toLowerCase() === ".ppk") !== (to === "ppk")) {
    const reason = to === "ppk" ? "does not end in .ppk" : "ends in .ppk, which says PuTTY's form";
    throw new KeyPairError({
      code: "InvalidInput",
      message: `${out} ${reason}, and --to is ${to}`,
      next: "Give --out a name that says what the file holds.",
    });
  }
  const publicKey = publicKeyOf(input);
  const text = input.contents.toString("utf8");
  if (!isPrivateKeyText(text)) {
    throw new KeyPairError({
      code: "InvalidKey",
      message: `${input.name} holds a public key only`,
      next: `\`pulumi-keypair public-key\` prints it as an OpenSSH line.`,
    });
  }
  const converted = convert(input, text, to, comment);
  if (isPrinted) {
    const ended = converted.endsWith("\n") ? converted : `${converted}\n`;
    return { text: ended, written: `standard output: ${fingerprintSha256(publicKey)}` };
  }
  if (existsSync(out)) {
    throw new KeyPairError({
      code: "File",
      message: `${out} is there already`,
      next: "It is never overwritten: move it away, or name another file.",
    });
  }
  // Checks again, and never replaces a file that has appeared since the first check.
  await writePrivateKeyFile(out, converted, { comment: comment ?? publicKey.comment ?? "" });
  return { written: `${out}: ${fingerprintSha256(publicKey)}` };
}

function convert({ name }: Input, text: string, to: PrivateKeyForm, comment: string | undefined): string {
  try {
    return convertPrivateKey(text, to, comment);
  } catch (error) {
    if (!isKeyPairError(error)) throw error;
    throw error.with({ message: `${name}: ${error.details.message}` });
  }
}
