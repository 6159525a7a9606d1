import { mkdirSync } from "node:fs";
import { KeyPairError } from "../errors";
import type { CheckedKeyPairArgs } from "../model";
import { heldKey } from "../privateKeyFile/write";
import { fileOf } from "../projectFolder";
import type { OperationContext } from "../resource/contract";
import type { MemberKey } from "./state";

/* The files of the private keys of created members, before a key pair is deleted to be made again. */

type FileContext = Pick<OperationContext, "settings">;

/** Makes the folder if it is not there. If it cannot be made, the check of the file says so for each key pair. */
export function makeKeyFolder(folder: string, { settings }: FileContext): void {
  try {
    mkdirSync(fileOf(folder, settings.projectFolder), { recursive: true, mode: 0o700 });
  } catch {
    return;
  }
}

/**
 * A rotation that was taken back leads to the old key, which may be in its file only. Throws `File` if that file holds another one.
 * @param key  The key that the pair is to hold; `undefined`: a new one.
 */
export function checkOldKey(
  { keyPairName }: CheckedKeyPairArgs,
  key: MemberKey | undefined,
  { settings }: FileContext,
): void {
  const { privateKey, privateKeyFile: file, fingerprintSha256 } = key ?? {};
  if (privateKey !== undefined || file === undefined) return;
  const held = heldKey(fileOf(file, settings.projectFolder));
  // Another machine may have the file.
  if (held.holds !== "key" || held.fingerprint === fingerprintSha256) return;
  throw new KeyPairError({
    code: "File",
    property: "privateKeyFile",
    keyPairName,
    message: `the pair is to have its old key ${fingerprintSha256} again, and ${file} holds the private key ${held.fingerprint}`,
    next: `Put the file of the old key back: it was moved aside, to a name that begins with ${file}.old-. Nothing was deleted.`,
  });
}

/** Whether the file is on this machine and holds the private key. */
export function isKeyInFile(
  { fingerprintSha256 }: MemberKey,
  file: string | undefined,
  { settings }: FileContext,
): boolean {
  if (file === undefined) return false;
  try {
    const held = heldKey(fileOf(file, settings.projectFolder));
    return held.holds === "key" && held.fingerprint === fingerprintSha256;
  } catch {
    return false;
  }
}
