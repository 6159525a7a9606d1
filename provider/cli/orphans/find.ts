import type { Backend, KeyPairRecord, Operation, Owner } from "../../core/backend";
import { openPlace } from "../../core/connection";
import { isKeyPairError, KeyPairError } from "../../core/errors";
import { findNow } from "../../core/keyPair/settle";
import { assessOrphan, type Orphan, type Window } from "./assess";
import { type Access, type PlaceOfResource, placeOfResource } from "./settings";
import { ENCRYPTED, isOurs, logicalName, type StoredResource } from "./state";

/** An interrupted create for which it is not known whether it left a pair. */
export interface Unclear {
  resource: StoredResource;
  error: KeyPairError;
}

/** Where the search looked, and with whose credentials. */
export interface LookedAt {
  backend: Backend;
  owner: Owner | undefined;
}

export interface Findings {
  /** How many creates of key pairs were interrupted. */
  interrupted: number;
  orphans: Orphan[];
  unclear: Unclear[];
  lookedAt: LookedAt[];
}

export interface Search extends Access {
  /** The user's word for when the interrupted run began (ms since the epoch). */
  since?: number | undefined;
}

/**
 * Asks the clouds what the interrupted creates of the state have left. If one cloud cannot be asked, the
 * results of the others are still reported.
 */
export async function findOrphans(search: Search): Promise<Findings> {
  const { pendingCreates } = search.state;
  const looked = await Promise.all(pendingCreates.map((resource) => look(resource, search)));
  return {
    interrupted: pendingCreates.length,
    orphans: eachOnce(looked.flatMap(({ orphan }) => orphan ?? [])),
    unclear: looked.flatMap(({ unclear }) => unclear ?? []),
    lookedAt: eachPlaceOnce(looked.flatMap(({ lookedAt }) => lookedAt ?? [])),
  };
}

/** One call on a cloud. It reports no progress: only the user waits for it, and sees that it takes time. */
export function operationOf({ settings }: PlaceOfResource): Operation {
  return {
    signal: new AbortController().signal,
    deadline: Date.now() + settings.timeoutSeconds * 1000,
    progress() {},
  };
}

interface Looked {
  lookedAt?: LookedAt;
  orphan?: Orphan | undefined;
  unclear?: Unclear;
}

async function look(resource: StoredResource, search: Search): Promise<Looked> {
  try {
    const name = nameOf(resource);
    const place = placeOfResource(resource, search);
    const backend = await openPlace(place, search.catalog);
    const operation = operationOf(place);
    const owner = await backend.owner(operation);
    expectSameOwner(owner, resource, search);
    const record = await find(name, resource, backend, operation, search);
    const isLeft = record !== undefined && !(await isInState(name, backend, owner, search));
    const orphan = isLeft ? await orphanOf(resource, record, backend, place, search) : undefined;
    return { lookedAt: { backend, owner }, orphan };
  } catch (error) {
    if (!isKeyPairError(error)) throw error;
    return { unclear: { resource, error } };
  }
}

function nameOf({ inputs }: StoredResource): string {
  const { keyPairName } = inputs;
  if (typeof keyPairName === "string" && keyPairName !== "") return keyPairName;
  throw new KeyPairError({
    code: "Configuration",
    message:
      keyPairName === ENCRYPTED
        ? "the state holds the name of the key pair encrypted"
        : "the state does not hold the name of the key pair",
    ...(keyPairName === ENCRYPTED
      ? { next: "Give --state the output of `pulumi stack export --show-secrets`, through a pipe." }
      : {}),
  });
}

/** A read may not show yet what the killed run wrote last. */
async function find(
  name: string,
  { inputs }: StoredResource,
  backend: Backend,
  operation: Operation,
  { state }: Search,
): Promise<KeyPairRecord | undefined> {
  const { resourceGroupId } = inputs;
  const group = typeof resourceGroupId === "string" ? resourceGroupId : undefined;
  const createdAt = new Date(state.writtenAt).toISOString();
  return findNow(backend, { name, createdAt, resourceGroupId: group }, operation);
}

async function orphanOf(
  resource: StoredResource,
  record: KeyPairRecord,
  backend: Backend,
  place: PlaceOfResource,
  { state, since }: Search,
): Promise<Orphan> {
  const instanceIds = await backend.attachments?.attachedInstances(record.name, operationOf(place));
  const longest = (resource.createTimeout ?? place.settings.timeoutSeconds) * 1000;
  // The engine writes the state before each create, so the interrupted one had begun by then.
  const window: Window = { since: since ?? state.writtenAt - longest, until: state.writtenAt + longest };
  const { projectFolder } = place.settings;
  return assessOrphan({ resource, backend, record, instanceIds, window, projectFolder });
}

/**
 * Whether a resource of the state has this pair. For a resource of another package it is not known where its
 * pair is, so the same name is enough.
 */
async function isInState(
  name: string,
  backend: Backend,
  owner: Owner | undefined,
  search: Search,
): Promise<boolean> {
  for (const resource of search.state.keyPairs.filter(({ id }) => id === name)) {
    if (!isOurs(resource)) return true;
    const place = placeOfResource(resource, search);
    const other = await openPlace(place, search.catalog);
    if (other === backend) return true;
    const isSamePlace = other.location === backend.location && other.endpoint === backend.endpoint;
    if (isSamePlace && isSameOwner(await other.owner(operationOf(place)), owner)) return true;
  }
  return false;
}

/** An unknown owner counts as the same owner: a pair that may be in the state must be left alone. */
function isSameOwner(one: Owner | undefined, other: Owner | undefined): boolean {
  return one === undefined || other === undefined || one.id === other.id;
}

/** Another user sees other key pairs, so the search would wrongly find nothing. */
function expectSameOwner(
  owner: Owner | undefined,
  { provider, inputs }: StoredResource,
  { state }: Search,
): void {
  if (owner === undefined || inputs["connection"] !== undefined) return;
  const siblings = state.keyPairs.filter(
    (other) => other.provider === provider && other.inputs["connection"] === undefined,
  );
  const ids = new Set(siblings.flatMap(({ outputs }) => outputs["ownerId"] ?? []));
  if (ids.size === 0 || ids.has(owner.id)) return;
  throw new KeyPairError({
    code: "Configuration",
    message: `the key pairs of the stack belong to ${[...ids].join(", ")}, and the credentials to ${owner.id}`,
    next: "Use the credentials that the interrupted run had.",
  });
}

/**
 * A create may have been interrupted twice. If one of the two findings allows deletion, the pair may be
 * deleted.
 */
function eachOnce(orphans: Orphan[]): Orphan[] {
  const found: Orphan[] = [];
  for (const orphan of orphans) {
    const known = found.findIndex(
      ({ backend, record }) => backend === orphan.backend && record.name === orphan.record.name,
    );
    if (known === -1) found.push(orphan);
    else if (orphan.keptBecause === undefined) found[known] = orphan;
  }
  return found.sort((a, b) =>
    logicalName(a.resource.urn).localeCompare(logicalName(b.resource.urn), "en", { numeric: true }),
  );
}

function eachPlaceOnce(lookedAt: LookedAt[]): LookedAt[] {
  return [...new Map(lookedAt.map((looked) => [looked.backend, looked])).values()];
}
