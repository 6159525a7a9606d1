import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
} from "node:fs";
import { dirname, extname } from "node:path";
import { convertPrivateKey, fingerprintSha256, publicKeyOfPrivateKey } from "../../keys";
import { isKeyPairError, KeyPairError } from "../errors";
import { draftOf, removeStaleDrafts, writeDraft } from "./draft";
import { fileError } from "./fileError";

const OWNER_ONLY = 0o600;

/** What is in the file now: nothing, the private key of a fingerprint, or something that is no private key. */
export type HeldKey =
  | { holds: "nothing" }
  | { holds: "key"; fingerprint: string; privateKey: string }
  | { holds: "something else" }
  /** A device, a pipe or a socket: reading it may wait for ever, and a file in its place would take it from everybody. */
  | { holds: "no contents" };

/** What a file may hold before a private key is written to it, beside nothing. */
export interface Allowed {
  /** Whatever is there is this resource's: it was written before, and is looked at when it is written again. */
  anything?: boolean;
  /** Any private key: it is the one to be taken over. */
  anyKey?: boolean;
  /** The key of this fingerprint: it is the pair's that is being replaced. */
  replacedKey?: string | undefined;
  /** The key of this fingerprint: it is the pair's own, and is left as it is. */
  ownKey?: string | undefined;
}

/**
 * Finds out, before the cloud is called, that the private key could be written: the folder is there and writable, and the
 * file holds no other key. Throws `File` at `privateKeyFile`.
 */
export function checkPrivateKeyFile(path: string, allowed: Allowed): void {
  // A pipeline need not have the folder in which a laptop keeps the file.
  if (allowed.anything) return;
  const folder = dirname(path);
  try {
    if (!statSync(folder).isDirectory()) throw Object.assign(new Error(), { code: "ENOTDIR" });
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw fileError(error, "write", path, "privateKeyFile");
  }
  const held = heldKey(path);
  if (held.holds === "nothing") return;
  if (held.holds === "key") {
    const { anyKey, replacedKey, ownKey } = allowed;
    if (anyKey || [replacedKey, ownKey].includes(held.fingerprint)) return;
  }
  throw occupied(path, held);
}

/** What the file holds, or the one that a link leads to; throws `File` where that cannot be told. */
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
    return { holds: "key", fingerprint: fingerprintSha256(key), privateKey: outOfPpk(text, key.type) };
  } catch {
    return { holds: "something else" };
  }
}

/** A .ppk file has PuTTY's format for its name's sake: the state and other files hold the key as clouds send it. */
function outOfPpk(text: string, type: string): string {
  if (!text.startsWith("PuTTY-User-Key-File-")) return text;
  try {
    return convertPrivateKey(text, type === "ed25519" ? "openssh" : "pem");
  } catch (error) {
    // With a passphrase it stays what it is.
    if (!isKeyPairError(error, "InvalidKey")) throw error;
    return text;
  }
}

/** Where the key of the replaced pair was moved to, so that the new one could take its place. */
export interface Written {
  replacedKeyMovedTo?: string;
}

/**
 * Writes the private key, mode 0600, whole or not at all, and never over another key. A file that holds this very key is left
 * as it is; one that holds the key of the pair that is being replaced is moved aside first, since servers may trust that key
 * still. Throws `File` at `privateKeyFile`.
 */
export function writePrivateKeyFile(
  path: string,
  privateKey: string,
  { comment, replacedKey }: { comment: string; replacedKey?: string | undefined },
): Written {
  const fingerprint = fingerprintSha256(publicKeyOfPrivateKey(privateKey));
  removeStaleDrafts(path);
  const held = heldKey(path);
  if (held.holds === "key" && held.fingerprint === fingerprint) {
    keepFromOthers(path);
    return {};
  }
  if (held.holds === "key" && held.fingerprint === replacedKey) {
    const replacedKeyMovedTo = moveAside(path, held.fingerprint);
    writeNew(path, privateKey, comment);
    return { replacedKeyMovedTo };
  }
  if (held.holds !== "nothing") throw occupied(path, held);
  writeNew(path, privateKey, comment);
  return {};
}

function writeNew(path: string, privateKey: string, comment: string): void {
  const contents =
    extname(path).toLowerCase() === ".ppk" ? convertPrivateKey(privateKey, "ppk", comment) : privateKey;
  const draft = draftOf(path);
  try {
    try {
      writeDraft(draft, contents.endsWith("\n") ? contents : `${contents}\n`);
      publish(draft, path);
    } finally {
      removeIfThere(draft);
    }
    syncFolder(dirname(path));
  } catch (error) {
    throw fileError(error, "write", path, "privateKeyFile");
  }
}

/** Somebody else's umask may have made the file. One that is not ours to change stays as it is. */
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

/** A link fails where a file appeared meanwhile, a rename would replace it. An empty file (a placeholder) is replaced. */
function publish(draft: string, path: string): void {
  try {
    linkSync(draft, path);
  } catch (error) {
    const heldNow = heldKey(path);
    if (heldNow.holds !== "nothing") throw occupied(path, heldNow);
    // An empty file is there, or the file system has no links.
    if (!["EEXIST", "EPERM", "ENOTSUP", "ENOSYS"].some((code) => isErrno(error, code))) throw error;
    renameSync(draft, path);
  }
}

function syncFolder(path: string): void {
  // Windows cannot open a folder; there the rename is durable by itself.
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
    next: "It is never overwritten: move it away, or name another file.",
  });
}

function isErrno(error: unknown, code: string): boolean {
  return typeof error === "object" && error !== null && "code" in error && error.code === code;
}
