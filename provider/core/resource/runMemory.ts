import type { Backend, KeyPairRecord, Operation, Owner } from "../backend";
import { defined } from "../defined";
import { KeyFileClaims, KnownKeyFiles } from "../privateKeyFile/claims";
import { Turns } from "./turns";

/**
 * What the resources of one engine run must know about each other. It exists only in the memory of the
 * provider's process, and nothing that outlives the run depends on it.
 */
export class RunMemory {
  /** The pairs that this run made or took over, by name and SHA-256 fingerprint. */
  readonly made = new ThingsInCloud();
  /** The pairs of the program that stay as they are in this run, by name and SHA-256 fingerprint. */
  readonly kept = new ThingsInCloud();
  /** The pair that this run deleted last, and when (ms since the epoch), by `turnOf`. Late reads may still show it. */
  readonly deleted = new Map<string, { record: KeyPairRecord; at: number }>();
  /** What this run attached, by the names of the pair and of the instance. */
  readonly attached = new ThingsInCloud();
  /** What this run detached and did not attach since, by `turnOf`. */
  readonly detached = new Set<string>();
  /** What attachments of the program have, and keep in this run, by the same names. */
  readonly keptAttached = new ThingsInCloud();
  /** Who makes, takes over or deletes a pair, attaches or detaches it, by `turnOf`. */
  readonly turns = new Turns();
  readonly names = new NameClaims();
  readonly keyFileClaims = new KeyFileClaims();
  readonly knownKeyFiles = new KnownKeyFiles();

  /** The resource is about to say anew what it keeps. */
  releaseKept(urn: string | undefined): void {
    for (const kept of [this.kept, this.keptAttached, this.knownKeyFiles]) kept.release(urn);
  }
}

/**
 * For `turns` and `deleted`: the pair of this name, or its attachment to this instance. Its place says as much as a state
 * does, and a backend.
 */
export function turnOf(
  { name, region }: Pick<Whereabouts, "name" | "region">,
  ownerId: string | undefined,
  keyPairName: string,
  instanceId?: string,
): string {
  return JSON.stringify([name, region, ownerId, keyPairName, instanceId]);
}

/** Where something is. A state tells the file of a store, but not the endpoint of a cloud. */
type Whereabouts = Pick<Backend, "name"> & Partial<Pick<Backend, "region" | "endpoint">>;

interface ThingInCloud {
  where: Whereabouts;
  owner?: Owner;
  /** Its names in that place. */
  names: readonly string[];
  /** Whose it is, where that matters. */
  urn?: string;
}

/**
 * Things that this run saw or made in the clouds. The engine deletes the old half of a replacement after it
 * has made the new one. That must take nothing away from the new half: with `onExisting: "adopt"`, after an
 * interrupted replacement, or after a rename without an alias, both halves may be the same thing.
 */
export class ThingsInCloud {
  #things: ThingInCloud[] = [];

  add(
    { name, region, endpoint }: Whereabouts,
    owner: Owner | undefined,
    names: readonly string[],
    urn?: string,
  ): void {
    this.#things.push(defined({ where: defined({ name, region, endpoint }), owner, names, urn }));
  }

  /** The resource gives up what it had. */
  release(urn: string | undefined): void {
    this.#things = this.#things.filter((thing) => thing.urn === undefined || thing.urn !== urn);
  }

  /**
   * Whether a thing of these names, or of these and more, is among them. `"unsure"`: the account is not known, or
   * the same account is known to be reached at another endpoint, so it may be another thing with the same names.
   */
  async has(
    backend: Backend,
    operation: Operation,
    names: readonly string[],
  ): Promise<true | false | "unsure"> {
    const alike = this.#things.filter(
      ({ where, names: itsNames }) =>
        names.every((name, index) => name === itsNames[index]) &&
        where.name === backend.name &&
        where.region === backend.region,
    );
    if (alike.length === 0) return false;
    const owner = await backend.owner(operation);
    const isSameOwner = (thing: ThingInCloud) => owner !== undefined && thing.owner?.id === owner.id;
    const here = alike.filter(
      ({ where: { endpoint } }) => endpoint === undefined || endpoint === backend.endpoint,
    );
    // A local store has no accounts.
    if (here.some((thing) => isSameOwner(thing) || (backend.name === "local" && thing.owner === owner)))
      return true;
    const isUnsure = here.some((thing) => thing.owner === undefined || owner === undefined);
    // One account's key pairs have several endpoints: public ones, and ones of private networks.
    return isUnsure || alike.some(isSameOwner) ? "unsure" : false;
  }
}

/**
 * Which resource of the program has which name in which place. If two resources had the same name, the second
 * would delete the first one's pair, or take it over.
 */
export class NameClaims {
  readonly #urns = new Map<string, string>();
  readonly #claimed = new Map<string, string>();

  /**
   * Returns the URN of another resource with that name there. A resource with a new name releases its old
   * one.
   */
  claim(urn: string, place: string, name: string): string | undefined {
    const claimed = `${place}\0${name}`;
    const holder = this.#urns.get(claimed);
    if (holder !== undefined && holder !== urn) return holder;
    const before = this.#claimed.get(urn);
    if (before !== undefined) this.#urns.delete(before);
    this.#urns.set(claimed, urn);
    this.#claimed.set(urn, claimed);
    return undefined;
  }

  /** How many names of the place are claimed. */
  count(place: string): number {
    return [...this.#urns.keys()].filter((claimed) => claimed.startsWith(`${place}\0`)).length;
  }
}
