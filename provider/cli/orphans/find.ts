import { isDeepStrictEqual } from "node:util";
import type { Backend, BackendCatalog, KeyPairRecord, Owner } from "../../core/backend";
import { isKeyPairError, KeyPairError } from "../../core/errors";
import { fingerprintOf } from "../../core/keyPair/keyFacts";
import { findNow } from "../../core/keyPair/settle";
import { holdsSameKey } from "../../core/keyPair/state";
import { planSet } from "../../core/keyPairSet/plan";
import { contentsOf } from "../../core/keyPairSet/state";
import type { CheckedKeyPairSetArgs, KeyPairSetState } from "../../core/model";
import { assertSameOwner } from "../../core/resource/owner";
import { newOperation } from "../operation";
import { isRegionNamed, openPlaceOf, resourcesAt, settingsOf } from "../stack/places";
import {
  isOurs,
  isSet,
  type PendingResource,
  pairOfSet,
  resourcesWith,
  type StackState,
  type StoredResource,
  textIn,
  valueIn,
} from "../stack/state";
import { keyOrigin, type Orphan, REGION_NOT_TOLD, whyKept } from "./orphan";

export interface Findings {
  /** How many creates of key pairs were interrupted. */
  interrupted: number;
  orphans: Orphan[];
  /** The creates for which it is not known whether they left a pair. */
  unclear: { resource: StoredResource; error: KeyPairError }[];
  /** Each place, and with whose credentials the search looked there. */
  lookedAt: string[];
}

export interface Search {
  state: StackState;
  catalog: BackendCatalog;
  /** When the interrupted run began, as the user says (ms since the epoch). */
  since: number | undefined;
}

/**
 * Asks the clouds what the interrupted creates of the state have left. If one cloud cannot be asked, the
 * results of the others are still reported.
 */
export async function findOrphans(search: Search): Promise<Findings> {
  const { pendingCreates } = search.state;
  const looked = await Promise.all(pendingCreates.map((resource) => lookAtAll(resource, search)));
  return {
    interrupted: pendingCreates.length,
    orphans: eachOnce(looked.flatMap(({ orphans }) => orphans)),
    unclear: looked.flatMap(({ unclear }) => unclear),
    lookedAt: [...new Set(looked.flatMap(({ lookedAt }) => lookedAt))],
  };
}

/**
 * The key pairs that the interrupted operation on a set was to make, among others. One that was to hold a key which the set has already
 * has that key as output.
 */
function pairsOf(set: PendingResource, { state, catalog }: Search): PendingResource[] {
  const args = valuesIn(set.inputs, Object.keys(set.inputs)) as CheckedKeyPairSetArgs;
  const planning = { settings: settingsOf(set, state), catalog };
  const { wanted, keys } = planSet(contentsOf(startOf(set, state)), args, planning);
  return wanted.map(({ member, args: inputs }) =>
    pairOfSet(set, { id: "", inputs: { ...inputs }, outputs: { publicKey: keys.get(member)?.publicKey } }),
  );
}

/** What the set had before the operation, without the private keys: nobody needs them here. A create starts with nothing. */
function startOf({ urn, outputs, isUpdate }: PendingResource, { resources }: StackState): KeyPairSetState {
  const stored = resources.find((resource) => isUpdate && isSet(resource) && resource.urn === urn);
  // If the engine was killed just after it had received what the operation came to, only the operation has that.
  const known = outputs["keyPairs"] === undefined ? (stored?.outputs ?? {}) : outputs;
  return valuesIn(known, ["keyPairs", "__notes", "__keys", "__leftOver"]) as KeyPairSetState;
}

function valuesIn(properties: StoredResource["inputs"], names: string[]): object {
  return Object.fromEntries(names.map((name) => [name, valueIn(properties, name)]));
}

/** Looks at the key pair, or at each one of a set. */
async function lookAtAll(resource: PendingResource, search: Search): Promise<Omit<Findings, "interrupted">> {
  if (!isSet(resource)) return look(resource, search);
  try {
    const looked = await Promise.all(pairsOf(resource, search).map((pair) => look(pair, search)));
    // What is so of all pairs is told once.
    const unclear = new Map(
      looked.flatMap(({ unclear }) => unclear.map((each) => [each.error.message, each] as const)),
    );
    return {
      orphans: looked.flatMap(({ orphans }) => orphans),
      unclear: [...unclear.values()],
      lookedAt: looked.flatMap(({ lookedAt }) => lookedAt),
    };
  } catch (error) {
    if (!isKeyPairError(error)) throw error;
    return { orphans: [], unclear: [{ resource, error }], lookedAt: [] };
  }
}

async function look(resource: PendingResource, search: Search): Promise<Omit<Findings, "interrupted">> {
  try {
    const name = textIn(resource.inputs, "keyPairName");
    if (name === undefined) {
      const message = "the state does not hold the name of the key pair";
      throw new KeyPairError({ code: "Configuration", message });
    }
    const backend = await openPlaceOf(resource, search);
    const isRegionTold = tellsRegion(resource, backend, search);
    const owner = await backend.owner(newOperation());
    await assertOwnerOfStack(resource, owner, backend, search);
    const resourceGroupId = textIn(resource.inputs, "resourceGroupId");
    // A read may not show yet what the killed run wrote last.
    const createdAt = new Date(search.state.writtenAt).toISOString();
    const record = await findNow(backend, { name, createdAt, resourceGroupId }, newOperation());
    const isLeft = record !== undefined && !(await isInState(record, resource, backend, owner, search));
    const lookedAt = [placeText(backend, owner)];
    if (isLeft) {
      const orphan = await orphanOf({ resource, backend, record, isRegionTold }, search);
      return { orphans: [orphan], unclear: [], lookedAt };
    }
    const unclear = isRegionTold ? [] : [{ resource, error: perhapsElsewhere(backend) }];
    return { orphans: [], unclear, lookedAt };
  } catch (error) {
    if (!isKeyPairError(error)) throw error;
    return { orphans: [], unclear: [{ resource, error }], lookedAt: [] };
  }
}

/**
 * Whether the state tells that the run worked in the region of the backend. Only the environment of that run may have named the region:
 * then the key pairs that the state has of the same provider and connection tell it. Throws `Configuration` if they are elsewhere.
 */
function tellsRegion(resource: PendingResource, backend: Backend, search: Search): boolean {
  if (backend.name === "local" || isRegionNamed(resource, backend, search)) return true;
  const regions = new Set(
    siblingsOf(resource, search)
      .filter(({ outputs }) => valueIn(outputs, "backend") === backend.name)
      .flatMap(({ outputs }) => textIn(outputs, "region") ?? []),
  );
  if (regions.size === 0) return false;
  if (backend.region !== undefined && regions.has(backend.region)) return true;
  throw new KeyPairError({
    code: "Configuration",
    message: `the stack's key pairs are in ${[...regions].join(", ")}, and the environment here leads to ${backend.location}`,
    next: `Set ${regionVariable(backend)} to the region in which the run worked.`,
  });
}

/** Nothing is found here, and the run may have worked elsewhere. */
function perhapsElsewhere(backend: Backend): KeyPairError {
  return new KeyPairError({
    code: "Configuration",
    message: `${REGION_NOT_TOLD}, and nothing of its name is left over in ${backend.location}`,
    next: `If it worked in another region, set ${regionVariable(backend)} to that one; if not, nothing is left over.`,
  });
}

function regionVariable({ name }: Backend): string {
  return name === "alibaba" ? "ALICLOUD_REGION" : "OS_REGION_NAME";
}

/**
 * Another user sees other key pairs, so the search would wrongly find nothing. The key pairs that the state
 * has of the same provider and connection tell who the user was.
 */
async function assertOwnerOfStack(
  resource: PendingResource,
  owner: Owner | undefined,
  backend: Backend,
  search: Search,
): Promise<void> {
  const owned = siblingsOf(resource, search).flatMap(({ id, outputs }) => {
    const ownerId = textIn(outputs, "ownerId");
    return ownerId === undefined ? [] : [{ keyPairName: String(id), ownerId }];
  });
  const sibling = owned.find(({ ownerId }) => ownerId === owner?.id) ?? owned[0];
  if (sibling) await assertSameOwner(sibling, undefined, backend, newOperation());
}

/** The key pairs that the state has of the same provider and connection. */
function siblingsOf(
  { provider, inputs: { connection } }: StoredResource,
  { state }: Search,
): StoredResource[] {
  return state.resources.filter(
    (other) =>
      isOurs(other) &&
      other.provider === provider &&
      isDeepStrictEqual(other.inputs["connection"], connection),
  );
}

/**
 * Whether a resource of the state has this pair. For a resource of another package it is not known where its
 * pair is, so the same name is enough.
 * @param maker  What the interrupted run was making.
 */
async function isInState(
  record: KeyPairRecord,
  maker: PendingResource,
  backend: Backend,
  owner: Owner | undefined,
  search: Search,
): Promise<boolean> {
  if (resourcesWith(record.name, search.state).some((resource) => !isOurs(resource))) return true;
  const here = await resourcesAt({ name: record.name, backend, owner }, search);
  // A resource is made only once nothing has its name: what its interrupted create had left was gone by then.
  const mayHaveReplaced = ({ urn }: StoredResource) => maker.isUpdate && urn === maker.urn;
  return here.some((resource) => !mayHaveReplaced(resource) || !hasOtherKey(resource, record));
}

/** Whether the pair has come in the place of the one that the resource had: with the same name, and with another key. */
function hasOtherKey({ outputs }: StoredResource, record: KeyPairRecord): boolean {
  const fingerprint = textIn(outputs, "fingerprint");
  if (fingerprint === undefined || valueIn(outputs, "__isDoubtful") === true) return false;
  const fingerprintSha256 = textIn(outputs, "fingerprintSha256") ?? "";
  const isOwn = fingerprintOf(record) !== "" && fingerprintOf(record) === textIn(outputs, "__ownKey");
  return !isOwn && !holdsSameKey({ fingerprint, fingerprintSha256 }, record);
}

async function orphanOf(
  found: Pick<Orphan, "resource" | "backend" | "record" | "isRegionTold">,
  { state, since }: Search,
): Promise<Orphan> {
  const { resource, backend, record } = found;
  const instanceIds = await backend.attachments?.attachedInstances(record.name, newOperation());
  const orphan: Orphan = { ...found, instanceIds, key: keyOrigin(resource, record, state) };
  const settings = settingsOf(resource, state);
  const longestCreate = settings.timeoutSeconds * 1000;
  // The engine writes the state before each create, so the interrupted one had begun by then.
  const window = { from: since ?? state.writtenAt - longestCreate, until: state.writtenAt + longestCreate };
  return { ...orphan, keptBecause: whyKept(orphan, window, settings.projectFolder) };
}

/** If a create was interrupted twice, the pair may be deleted if one of the two findings allows it. */
function eachOnce(orphans: Orphan[]): Orphan[] {
  const deletable = orphans.filter(({ keptBecause }) => keptBecause === undefined);
  const kept = orphans.filter(({ keptBecause }) => keptBecause !== undefined);
  return [...deletable, ...kept].filter(
    ({ backend, record: { name } }, index, all) =>
      all.findIndex((other) => other.backend === backend && other.record.name === name) === index,
  );
}

function placeText({ location, credentialsFrom }: Backend, owner: Owner | undefined): string {
  const whose = owner && `of ${owner.name ?? owner.id}`;
  const credentials = [credentialsFrom, whose].filter(Boolean).join(", ");
  return credentials ? `${location} (credentials: ${credentials})` : location;
}
