import type { Backend, Operation, Owner } from "../backend";
import { KeyFileClaims, KnownKeyFiles } from "../privateKeyFile/claims";

/**
 * What the resources of one engine run must know about each other. It exists only in the memory of the
 * provider's process, and nothing that outlives the run depends on it.
 */
export class RunMemory {
  readonly made = new MadePairs();
  readonly names = new NameClaims();
  readonly keyFileClaims = new KeyFileClaims();
  readonly knownKeyFiles = new KnownKeyFiles();
}

/** A pair that this run made or took over. */
interface MadePair {
  backend: Backend["name"];
  region: string | undefined;
  endpoint: string;
  owner: Owner | undefined;
  name: string;
  /** SHA-256. */
  fingerprint: string;
}

/**
 * The pairs that this run made or took over. The engine deletes the old half of a replacement afterwards.
 * That must not delete the new half: with `onExisting: "adopt"`, or after an interrupted replacement, both
 * may be the same pair.
 */
export class MadePairs {
  readonly #pairs: MadePair[] = [];

  add(backend: Backend, name: string, fingerprint: string, owner: Owner | undefined): void {
    const { name: backendName, region, endpoint } = backend;
    this.#pairs.push({ backend: backendName, region, endpoint, owner, name, fingerprint });
  }

  /**
   * Whether this run made the pair of this name and key. `"unsure"`: the account is not known, or the same
   * account is reached at another endpoint, so it may be another pair with the same key.
   */
  async has(
    backend: Backend,
    name: string,
    fingerprint: string,
    operation: Operation,
  ): Promise<true | false | "unsure"> {
    const alike = this.#pairs.filter(
      (pair) =>
        pair.name === name &&
        pair.fingerprint === fingerprint &&
        pair.backend === backend.name &&
        pair.region === backend.region,
    );
    if (alike.length === 0) return false;
    const owner = await backend.owner(operation);
    const isSameOwner = (pair: MadePair) => owner !== undefined && pair.owner?.id === owner.id;
    const here = alike.filter((pair) => pair.endpoint === backend.endpoint);
    // A local store has no accounts.
    if (here.some((pair) => isSameOwner(pair) || (backend.name === "local" && pair.owner === owner)))
      return true;
    const isUnsure = here.some((pair) => pair.owner === undefined || owner === undefined);
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
}
