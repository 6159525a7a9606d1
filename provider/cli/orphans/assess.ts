import type { Backend, KeyPairRecord } from "../../core/backend";
import { isKeyPairError } from "../../core/errors";
import { CLOCK_SKEW_MS, fingerprintOf, isMadeSince } from "../../core/keyPair/state";
import { heldKey } from "../../core/privateKeyFile/write";
import { fileOf } from "../../core/projectFolder";
import {
  fingerprintMd5,
  fingerprintSha256,
  type PublicKey,
  publicKeyOfPrivateKey,
  readPublicKey,
} from "../../keys";
import { ENCRYPTED, type StoredResource } from "./state";

/**
 * Whose key the pair holds. `program`: the key that the program imports, or that the run received.
 * `unknown`: the cloud made the key, and nobody received it. `other`: not the program's key.
 * `encrypted`: the state does not tell which key is the program's.
 */
export type KeyOrigin = "program" | "unknown" | "other" | "encrypted";

/** A pair that is in the cloud and in no resource of the state. */
export interface Orphan {
  /** What the interrupted run was making. */
  resource: StoredResource;
  backend: Backend;
  record: KeyPairRecord;
  /** Absent where the cloud does not tell. */
  instanceIds?: string[];
  key: KeyOrigin;
  /** The resource's `privateKeyFile`, where that holds the key of the pair. */
  privateKeyFile?: string;
  /** Why `--delete` leaves it. Absent: it may be deleted. */
  keptBecause?: string;
}

/** The time in which the interrupted create may have made its pair (ms since the epoch). */
export interface Window {
  since: number;
  until: number;
}

/** What is known of a pair that was found. */
export interface Sighting {
  /** The folder of the Pulumi project: relative paths start there. */
  projectFolder: string;
  resource: StoredResource;
  backend: Backend;
  record: KeyPairRecord;
  instanceIds: string[] | undefined;
  window: Window;
}

/** `<anything>-<7 random hex>`: a pair of somebody else does not have such a name. */
const RANDOM_NAME = /-[0-9a-f]{7}$/;

/** For a pair that no resource has: tells whose it is, and whether `--delete` may remove it. */
export function assessOrphan(sighting: Sighting): Orphan {
  const { resource, backend, record, instanceIds, window, projectFolder } = sighting;
  const key = keyOrigin(resource, record);
  const file = fileWithKey(resource, record, projectFolder);
  const orphan: Orphan = {
    resource,
    backend,
    record,
    key,
    ...(instanceIds ? { instanceIds } : {}),
    ...(file?.fits ? { privateKeyFile: file.path } : {}),
  };
  const keptBecause =
    useReason(orphan) ?? keyReason(key) ?? fileReason(file) ?? timeReason(resource, record, window);
  return keptBecause === undefined ? orphan : { ...orphan, keptBecause };
}

/** Whether the pair is still the one that was assessed. */
export function isSamePair(before: KeyPairRecord, now: KeyPairRecord): boolean {
  return (
    before.fingerprint === now.fingerprint &&
    before.publicKey === now.publicKey &&
    before.createdAt === now.createdAt
  );
}

function useReason({ instanceIds = [] }: Orphan): string | undefined {
  return instanceIds.length > 0 ? `instances use it (${instanceIds.join(", ")})` : undefined;
}

function keyReason(key: KeyOrigin): string | undefined {
  if (key === "other") return "it holds another key than the program's, so somebody else made it";
  if (key === "encrypted")
    return "the state holds the program's key encrypted, so it is not known whether this pair holds it";
  return undefined;
}

function fileReason(file: KeyFile | undefined): string | undefined {
  if (file === undefined) return undefined;
  if (file.fits === undefined) return `${file.path} cannot be read, and may hold its private key`;
  return file.fits
    ? `${file.path} holds its private key: \`onExisting: "adopt"\` takes the pair over at the next \`pulumi up\``
    : undefined;
}

/** A random name was made for the interrupted create. A pair with any other name may have existed before. */
function timeReason(
  { inputs }: StoredResource,
  { name, createdAt }: KeyPairRecord,
  { since, until }: Window,
): string | undefined {
  if (inputs["__automaticName"] === true && RANDOM_NAME.test(name)) return undefined;
  if (createdAt === undefined) return "the cloud does not tell when it was made";
  if (!isMadeSince(createdAt, since)) {
    return (
      `it was made before ${new Date(since).toISOString()}, so perhaps before the interrupted run. ` +
      "If that run began earlier, give the time with --since"
    );
  }
  return Date.parse(createdAt) <= until + CLOCK_SKEW_MS
    ? undefined
    : `it was made after ${new Date(until).toISOString()}, when the interrupted run had ended`;
}

function keyOrigin({ inputs, outputs }: StoredResource, record: KeyPairRecord): KeyOrigin {
  const { publicKeyBody } = inputs;
  if (publicKeyBody === ENCRYPTED) return "encrypted";
  if (typeof publicKeyBody === "string")
    return holds(record, readPublicKey(publicKeyBody)) ? "program" : "other";
  // The engine was killed just after it had received the pair's outputs.
  const { fingerprintSha256: told } = outputs;
  if (typeof told !== "string" || told === "" || fingerprintOf(record) === "") return "unknown";
  return told === fingerprintOf(record) ? "program" : "other";
}

interface KeyFile {
  path: string;
  /** `undefined`: the file cannot be read, so this is not known. */
  fits: boolean | undefined;
}

function fileWithKey(
  { inputs }: StoredResource,
  record: KeyPairRecord,
  projectFolder: string,
): KeyFile | undefined {
  const { privateKeyFile: path } = inputs;
  if (typeof path !== "string") return undefined;
  try {
    const held = heldKey(fileOf(path, projectFolder));
    return { path, fits: held.holds === "key" && holds(record, publicKeyOfPrivateKey(held.privateKey)) };
  } catch (error) {
    if (!isKeyPairError(error, "File")) throw error;
    return { path, fits: undefined };
  }
}

/** Compares the key if the cloud gives it, else its fingerprint, in whatever notation the cloud uses. */
function holds(record: KeyPairRecord, key: PublicKey): boolean {
  const told = fingerprintOf(record);
  if (told !== "") return told === fingerprintSha256(key);
  return bare(record.fingerprint) === bare(fingerprintMd5(key));
}

function bare(fingerprint: string): string {
  return fingerprint.replaceAll(":", "").toLowerCase();
}
