import type { Backend, KeyPairRecord } from "../../core/backend";
import { isKeyPairError, type KeyPairError } from "../../core/errors";
import { fingerprintOf } from "../../core/keyPair/keyFacts";
import { isMadeSince, isMadeUntil } from "../../core/keyPair/state";
import { heldKey } from "../../core/privateKeyFile/write";
import { fileOf } from "../../core/projectFolder";
import { fingerprintMd5, fingerprintSha256, type PublicKey, readPublicKey } from "../../keys";
import { type StackState, type StoredResource, textIn, valueIn } from "../stack/state";

/**
 * Whose key the pair holds. `program`: the key that the program imports, that the run received, or that the state has.
 * `unknown`: the key was created, and it is in no state. `other`: not the program's key.
 */
export type KeyOrigin = "program" | "unknown" | "other";

/** A pair that is in the cloud and in no resource of the state. */
export interface Orphan {
  /** What the interrupted run was making. */
  resource: StoredResource;
  backend: Backend;
  record: KeyPairRecord;
  /** `undefined` if the cloud does not tell. */
  instanceIds: string[] | undefined;
  key: KeyOrigin;
  /** Whether the state tells that the run worked in this region. */
  isRegionTold: boolean;
  /** Why `--delete` leaves it. Absent: it may be deleted. */
  keptBecause?: string | undefined;
  /** What `--delete` did. `unclear`: it is not known whether the pair still exists. */
  outcome?: "deleted" | "left" | "unclear";
  /** Why the outcome is unclear. */
  error?: KeyPairError;
}

/** The time in which the interrupted create may have made its pair (ms since the epoch). */
export interface Window {
  from: number;
  until: number;
}

export const REGION_NOT_TOLD = "the state does not say in which region the run worked";

/** `<anything>-<7 random hex>`: a pair of somebody else does not have such a name. */
const RANDOM_NAME = /-[0-9a-f]{7}$/;

export function keyOrigin(
  { urn, inputs, outputs }: StoredResource,
  record: KeyPairRecord,
  { resources }: StackState,
): KeyOrigin {
  // A create has outputs if the engine was killed just after it had received them.
  const publicKey = textIn(inputs, "publicKeyBody") ?? textIn(outputs, "publicKey");
  if (publicKey !== undefined) return holds(record, readPublicKey(publicKey)) ? "program" : "other";
  // A member of a set that was to get a new key may have left its old one in another region.
  const ownKeys = resources
    .filter((resource) => resource.urn === urn)
    .map((resource) => textIn(resource.outputs, "__ownKey"));
  return ownKeys.includes(fingerprintOf(record)) ? "program" : "unknown";
}

/**
 * Why `--delete` leaves the pair; `undefined` if it may be deleted.
 * @param projectFolder  Absolute: relative paths start there.
 */
export function whyKept(orphan: Orphan, window: Window, projectFolder: string): string | undefined {
  const { instanceIds = [], key } = orphan;
  if (instanceIds.length > 0) return `instances use it (${instanceIds.join(", ")})`;
  if (key === "other") return "it holds another key than the program's, so somebody else made it";
  const otherMaker = hasNewName(orphan) ? undefined : otherMakerReason(orphan, window);
  return fileReason(orphan, projectFolder) ?? otherMaker;
}

/** The run may have written the private key to its file before it was killed. */
function fileReason({ resource, record }: Orphan, projectFolder: string): string | undefined {
  const path = textIn(resource.inputs, "privateKeyFile");
  if (path === undefined) return undefined;
  try {
    const held = heldKey(fileOf(path, projectFolder));
    if (held.holds !== "key" || !holds(record, held.publicKey)) return undefined;
    // With an automatic name, the next `up` makes a new name, and would leave this pair.
    const isAutomatic = valueIn(resource.inputs, "__automaticName") === true;
    const taking = isAutomatic
      ? `\`keyPairName: "${record.name}"\` and \`onExisting: "adopt"\` together take`
      : '`onExisting: "adopt"` takes';
    return `${path} holds its private key: ${taking} the pair over at the next \`pulumi up\``;
  } catch (error) {
    if (!isKeyPairError(error, "File")) throw error;
    return `${path} cannot be read, and may hold its private key`;
  }
}

/** A random name was made for the interrupted create. A pair with any other name may be another run's. */
function hasNewName({ resource: { inputs }, record }: Orphan): boolean {
  const isRandom =
    valueIn(inputs, "__automaticName") === true && valueIn(inputs, "__configuredName") !== true;
  return isRandom && RANDOM_NAME.test(record.name);
}

/** Why another run may have made the pair. */
function otherMakerReason(
  { isRegionTold, record: { createdAt } }: Orphan,
  { from, until }: Window,
): string | undefined {
  if (!isRegionTold) return `${REGION_NOT_TOLD}, so another stack may have made it here`;
  if (createdAt === undefined) return "the cloud does not tell when it was made";
  if (!isMadeSince(createdAt, from)) {
    return (
      `it was made before ${new Date(from).toISOString()}, so perhaps before the interrupted run. ` +
      "If that run began earlier, give the time with --since"
    );
  }
  if (isMadeUntil(createdAt, until)) return undefined;
  return `it was made after ${new Date(until).toISOString()}, when the interrupted run had ended`;
}

/** Compares the key if the cloud gives it, else its fingerprint, with or without colons. */
function holds(record: KeyPairRecord, key: PublicKey): boolean {
  const told = fingerprintOf(record);
  if (told !== "") return told === fingerprintSha256(key);
  return withoutColons(record.fingerprint) === withoutColons(fingerprintMd5(key));
}

function withoutColons(fingerprint: string): string {
  return fingerprint.replaceAll(":", "").toLowerCase();
}
