import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  statSync,
  unlinkSync,
} from "node:fs";
import { basename, dirname, extname, isAbsolute, join } from "node:path";
import {
  convertPrivateKey,
  encryptPrivateKey,
  fingerprintSha256,
  isEncryptedPrivateKey,
  type PublicKey,
  publicKeyOfPrivateKey,
} from "../../keys";
import { KeyPairError } from "../errors";
import { fileError } from "./fileError";
import {
  awayNameFor,
  OWNER_ONLY,
  removeStaleFiles,
  temporaryNameFor,
  writeTemporaryFile,
} from "./temporaryFile";

/** The longest chain of symbolic links that Linux follows. */
const MOST_LINKS = 40;

/** What to do where a killed run, or another stack of the program, wrote the file. */
const WHOSE_KEY =
  ' If a killed run left the pair of that key, its keyPairName and onExisting: "adopt" take it over. ' +
  "If the resource was only renamed in the program, an alias keeps its key. " +
  "If another stack wrote the file, put the stack's name into the path.";

/**
 * What is in the file now: nothing, the private key of a fingerprint (SHA-256), or something that is no
 * private key. `privateKey` is `undefined` if the file is encrypted with a passphrase.
 */
export type HeldKey =
  | { holds: "nothing" }
  | { holds: "key"; fingerprint: string; publicKey: PublicKey; privateKey: string | undefined }
  | { holds: "something else" }
  /**
   * A device, a pipe or a socket. Reading it may never end, and a regular file must not replace it for
   * everybody.
   */
  | { holds: "no contents" };

/** Whether the file may hold the private key of this fingerprint (SHA-256) before another is written to it. */
export type MayHold = (fingerprint: string) => boolean;

/**
 * Checks, before the cloud is called, that the private key can be written: the folder exists and is writable,
 * and the file holds no other key. Throws `File` at `privateKeyFile`.
 * @param path  Absolute.
 */
export function checkPrivateKeyFile(path: string, mayHold: MayHold): void {
  const target = behindLinks(path);
  const folder = dirname(target);
  try {
    if (!statSync(folder).isDirectory()) throw Object.assign(new Error(), { code: "ENOTDIR" });
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw fileError(error, "write", target, "privateKeyFile");
  }
  const held = heldKey(target);
  if (held.holds === "nothing" || (held.holds === "key" && mayHold(held.fingerprint))) return;
  throw occupied(target, held);
}

/** What the file holds, or the file that a link leads to. Throws `File` if this cannot be found out. */
export function heldKey(path: string): HeldKey {
  let text: string;
  try {
    const there = statSync(path);
    if (!there.isFile() && !there.isDirectory()) return { holds: "no contents" };
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (isErrno(error, "ENOENT")) return { holds: "nothing" };
    throw fileError(error, "read", path, "privateKeyFile");
  }
  if (text.trim() === "") return { holds: "nothing" };
  try {
    const key = publicKeyOfPrivateKey(text);
    const privateKey = isEncryptedPrivateKey(text) ? undefined : outOfPpk(text, key.type);
    return { holds: "key", fingerprint: fingerprintSha256(key), publicKey: key, privateKey };
  } catch {
    return { holds: "something else" };
  }
}

/** Only a .ppk file has PuTTY's format; the state and other files hold the key as clouds send it. */
function outOfPpk(text: string, type: string): string {
  if (!text.startsWith("PuTTY-User-Key-File-")) return text;
  return convertPrivateKey(text, type === "ed25519" ? "openssh" : "pem");
}

/** Where the old key was moved to, so that the new one could take its place. */
export interface Written {
  oldKeyMovedTo?: string;
}

/** How the private key is written. */
export interface WriteOptions {
  comment: string;
  /** Encrypts the file. */
  passphrase?: string | undefined;
  /** The passphrase is another one than the file's, so a file that holds the key already is written again. */
  isNewPassphrase?: boolean;
  isOldKey?: MayHold;
}

/**
 * Writes the private key, mode 0600, whole or not at all, and never over another key. If the file already
 * holds this key, its contents stay as they are, unless they must be encrypted otherwise. An old key of the same resource is moved aside first,
 * because servers may still trust it. A symbolic link stays, and the file that it leads to is written. Throws
 * `File` at `privateKeyFile`.
 * @param path  Absolute.
 */
export async function writePrivateKeyFile(
  path: string,
  privateKey: string,
  options: WriteOptions,
): Promise<Written> {
  const target = behindLinks(path);
  const contents = await contentsFor(target, privateKey, options);
  const { passphrase, isNewPassphrase = false, isOldKey = () => false } = options;
  const fingerprint = fingerprintSha256(publicKeyOfPrivateKey(privateKey));
  removeStaleFiles(target);
  const held = heldKey(target);
  if (held.holds === "key" && held.fingerprint === fingerprint) {
    // A file that its user encrypted stays so.
    const mustEncrypt = passphrase !== undefined && held.privateKey !== undefined;
    if (mustEncrypt || isNewPassphrase) writeOver(target, contents);
    else keepFromOthers(target);
    return {};
  }
  if (held.holds === "key" && isOldKey(held.fingerprint)) {
    const oldKeyMovedTo = moveAside(target, held.fingerprint);
    afterMove(target, oldKeyMovedTo, () => writeNew(target, contents));
    return { oldKeyMovedTo };
  }
  if (held.holds !== "nothing") throw occupied(target, held);
  writeNew(target, contents);
  return {};
}

/**
 * The path that symbolic links lead to, even if no file exists there. Throws `File` if the links form a
 * circle.
 */
function behindLinks(path: string): string {
  let target = path;
  try {
    for (let links = 0; links < MOST_LINKS; links++) {
      if (lstatSync(target, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return target;
      // As the kernel goes: it follows links among the folders before it goes upwards, unlike `resolve`.
      const text = readlinkSync(target);
      const folder = isAbsolute(text) ? dirname(text) : `${dirname(target)}/${dirname(text)}`;
      target = join(realpathSync.native(folder), basename(text));
    }
    throw Object.assign(new Error(), { code: "ELOOP" });
  } catch (error) {
    throw fileError(error, "write", path, "privateKeyFile");
  }
}

/** In PuTTY's format where the name says so, else as the cloud sent it, or encrypted in OpenSSH's format. */
async function contentsFor(
  path: string,
  privateKey: string,
  { comment, passphrase }: WriteOptions,
): Promise<string> {
  const isPpk = extname(path).toLowerCase() === ".ppk";
  try {
    if (passphrase !== undefined)
      return await encryptPrivateKey(privateKey, isPpk ? "ppk" : "openssh", passphrase, comment);
    const contents = isPpk ? convertPrivateKey(privateKey, "ppk", comment) : privateKey;
    return contents.endsWith("\n") ? contents : `${contents}\n`;
  } catch (error) {
    throw fileError(error, "write", path, "privateKeyFile");
  }
}

function writeNew(path: string, contents: string): void {
  writeBy(publish, path, contents);
}

/** The file holds this very key, in another form. */
function writeOver(path: string, contents: string): void {
  writeBy(renameSync, path, contents);
}

/** @param publishAs  Gives the complete temporary file its final name. */
function writeBy(publishAs: (temporary: string, path: string) => void, path: string, contents: string): void {
  const temporary = temporaryNameFor(path);
  try {
    try {
      writeTemporaryFile(temporary, contents);
      publishAs(temporary, path);
    } finally {
      removeIfThere(temporary);
    }
    syncFolder(dirname(path));
  } catch (error) {
    throw fileError(error, "write", path, "privateKeyFile");
  }
}

/** The file may have been made with another umask. If we cannot change the file's mode, it stays as it is. */
function keepFromOthers(path: string): void {
  try {
    chmodSync(path, OWNER_ONLY);
  } catch (error) {
    if (!isErrno(error, "EPERM") && !isErrno(error, "EROFS"))
      throw fileError(error, "write", path, "privateKeyFile");
  }
}

/** `bastion.pem` becomes `bastion.pem.old-1a2b3c4d`, named by its fingerprint. */
function moveAside(path: string, fingerprint: string): string {
  const id = fingerprint
    .replace(/^SHA256:/, "")
    .replace(/[^A-Za-z0-9]/g, "")
    .slice(0, 8);
  const aside = `${path}.old-${id}`;
  const there = heldKey(aside);
  if (there.holds !== "nothing" && !(there.holds === "key" && there.fingerprint === fingerprint))
    throw occupied(aside, there);
  try {
    renameSync(path, aside);
  } catch (error) {
    throw fileError(error, "write", aside, "privateKeyFile");
  }
  return aside;
}

/**
 * Gives the file its final name. A link fails if a file has appeared meanwhile, because another process may
 * write its key there; a rename would overwrite that key. An empty file (a placeholder) is removed first.
 */
function publish(temporary: string, path: string): void {
  takeEmptyFileAway(path);
  nameWithoutOverwriting(temporary, path);
}

/** Throws `File` if another file has the name. */
function nameWithoutOverwriting(file: string, name: string): void {
  try {
    linkSync(file, name);
  } catch (error) {
    const heldNow = heldKey(name);
    if (heldNow.holds !== "nothing") throw occupied(name, heldNow);
    // The file system does not support links.
    if (!["EPERM", "ENOTSUP", "ENOSYS"].some((code) => isErrno(error, code))) throw error;
    renameSync(file, name);
    return;
  }
  removeIfThere(file);
}

/**
 * Moves the file away in one step. So a key that another process has just written is noticed, and put back.
 */
function takeEmptyFileAway(path: string): void {
  const away = awayNameFor(path);
  try {
    renameSync(path, away);
  } catch (error) {
    if (isErrno(error, "ENOENT")) return;
    throw error;
  }
  const held = heldKey(away);
  if (held.holds !== "nothing") {
    afterMove(path, away, () => nameWithoutOverwriting(away, path));
    throw occupied(path, held);
  }
  removeIfThere(away);
}

/** If this fails, the error says where the key is that was moved away before: nothing else would tell its user. */
function afterMove(from: string, to: string, action: () => void): void {
  try {
    action();
  } catch (error) {
    throw fileError(error, "write", from, "privateKeyFile").withNext(`What was in it is in ${to} now.`);
  }
}

function syncFolder(path: string): void {
  // Windows cannot open a folder, but there a rename is durable without this.
  if (process.platform === "win32") return;
  const folder = openSync(path, "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function removeIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (!isErrno(error, "ENOENT")) throw error;
  }
}

function occupied(path: string, held: HeldKey): KeyPairError {
  if (held.holds === "no contents") {
    return new KeyPairError({
      code: "File",
      property: "privateKeyFile",
      message: `${path} is no regular file, so it cannot keep a private key`,
      next: "Name another file.",
    });
  }
  return new KeyPairError({
    code: "File",
    property: "privateKeyFile",
    message:
      held.holds === "key"
        ? `${path} holds another private key already (${held.fingerprint})`
        : `${path} is there already and holds no private key`,
    next: `It is never overwritten: move it away, or name another file.${held.holds === "key" ? WHOSE_KEY : ""}`,
  });
}

function isErrno(error: unknown, code: string): boolean {
  return typeof error === "object" && error !== null && "code" in error && error.code === code;
}
