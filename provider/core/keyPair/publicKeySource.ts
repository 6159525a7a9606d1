import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { formatPublicKeyLine, type PublicKey, readPublicKey, readPublicKeyFile } from "../../keys";
import { KeyPairError } from "../errors";
import type { KeyPairArgs } from "../model";
import { fileError } from "../privateKeyFile/fileError";

/** Larger than any key file; what is larger is something else and is not read. */
const MAX_FILE_BYTES = 64 * 1024;

/**
 * The public key that the program imports, and the OpenSSH line that is sent for it. Of a file with a private key only the
 * public half leaves this function.
 */
export function resolvePublicKey(
  { publicKeyBody, publicKeyFile = "" }: Pick<KeyPairArgs, "publicKeyBody" | "publicKeyFile">,
  projectFolder: string,
): PublicKey & { line: string } {
  const key =
    publicKeyBody === undefined
      ? keyOfFile(resolve(projectFolder, publicKeyFile))
      : readPublicKey(publicKeyBody);
  return { ...key, line: formatPublicKeyLine(key) };
}

function keyOfFile(path: string): PublicKey {
  let contents: Buffer;
  try {
    const { size } = statSync(path);
    if (size > MAX_FILE_BYTES) {
      throw new KeyPairError({
        code: "InvalidKey",
        message: `${path} has ${size} bytes and is no key file`,
        property: "publicKeyFile",
      });
    }
    contents = readFileSync(path);
  } catch (error) {
    throw fileError(error, "read", path, "publicKeyFile");
  }
  return readPublicKeyFile(contents);
}
