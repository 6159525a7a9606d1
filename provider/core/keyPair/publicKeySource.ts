import { readFileSync, statSync } from "node:fs";
import { formatPublicKeyLine, type PublicKey, readPublicKey, readPublicKeyFile } from "../../keys";
import { isKeyPairError, KeyPairError } from "../errors";
import type { KeyPairArgs } from "../model";
import { fileError } from "../privateKeyFile/fileError";
import { fileOf } from "../projectFolder";

/** The arguments that say which key is imported. */
export const KEY_SOURCES = ["publicKeyBody", "publicKeyFile"] as const;

/** Larger than any key file; what is larger is something else and is not read. */
const MAX_FILE_BYTES = 64 * 1024;

/**
 * The public key that the program imports, and the OpenSSH line that is sent for it. If the file holds a
 * private key, only its public half leaves this function.
 */
export function resolvePublicKey(
  { publicKeyBody, publicKeyFile = "" }: Pick<KeyPairArgs, "publicKeyBody" | "publicKeyFile">,
  projectFolder: string,
): PublicKey & { line: string } {
  const key =
    publicKeyBody === undefined
      ? keyOfFile(fileOf(publicKeyFile, projectFolder))
      : readPublicKey(publicKeyBody);
  return { ...key, line: formatPublicKeyLine(key) };
}

function keyOfFile(path: string): PublicKey {
  let contents: Buffer;
  try {
    const found = statSync(path);
    // A device or a pipe may never end, and reading a folder fails by itself.
    if (!found.isFile() && !found.isDirectory()) throw notAKeyFile(`${path} is not a regular file`);
    if (found.size > MAX_FILE_BYTES)
      throw notAKeyFile(`${path} has ${found.size} bytes, so it is not a key file`);
    contents = readFileSync(path);
  } catch (error) {
    throw fileError(error, "read", path, "publicKeyFile");
  }
  try {
    return readPublicKeyFile(contents);
  } catch (error) {
    if (!isKeyPairError(error, "InvalidKey")) throw error;
    throw error.with({ message: `${path}: ${error.details.message}` });
  }
}

function notAKeyFile(message: string): KeyPairError {
  return new KeyPairError({ code: "InvalidKey", property: "publicKeyFile", message });
}
