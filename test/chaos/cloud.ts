import {
  type KeyPairStore,
  KeyPairStore as Store,
  type StoredKeyPair,
} from "../../provider/backends/local/store";
import type { EcsEmulator } from "../emulator/ecs/server";
import { ELSEWHERE, HOME, keyLine, placeOf } from "./program";
import type { Act } from "./strangers";

/** Long ago, so that no run can take it for the time of its own calls. */
const AGE_MS = 3_600_000;

interface Foreign {
  region: string;
  record: StoredKeyPair;
  /** It has a name of the program's, and a refresh has recorded its key as what is there: the program may have it go. */
  mayGo: boolean;
}

/** The cloud as the story sees it: what is the program's there, what is somebody else's, and somebody else at work. */
export class Cloud {
  /** By place. */
  readonly #foreign = new Map<string, Foreign>();
  readonly #stranger: KeyPairStore;
  #seenCalls = 0;

  constructor(
    readonly emulator: EcsEmulator,
    private readonly seed: number,
  ) {
    this.#stranger = new Store(emulator.store.path, { now: () => new Date(Date.now() - AGE_MS) });
  }

  close(): void {
    this.#stranger.close();
  }

  /** All pairs, by place. */
  pairs(): Map<string, StoredKeyPair> {
    return new Map(
      [HOME, ELSEWHERE].flatMap((region) =>
        this.emulator.store.list(region).keyPairs.map((pair) => [placeOf(region, pair.name), pair] as const),
      ),
    );
  }

  /** By place, those of the pairs that are not somebody else's. */
  own(): Map<string, StoredKeyPair> {
    return new Map([...this.pairs()].filter(([place]) => !this.#foreign.has(place)));
  }

  isForeign(place: string): boolean {
    return this.#foreign.has(place);
  }

  /** @param place  Of the pair of the resource that the act names. */
  perform(act: Act, place: { region: string; name: string }): void {
    const { region, name } = place;
    switch (act.kind) {
      case "delete":
        this.#stranger.deleteMany(region, [name]);
        break;
      case "replace the key":
        this.#stranger.deleteMany(region, [name]);
        this.#import(region, name, act.key, {});
        break;
      case "make a pair":
        this.#import(region, name, act.key, act.tags);
        break;
      case "remove a tag":
        this.#stranger.untag(region, [name], [act.tag]);
        break;
      case "add tags":
      case "change a tag":
        this.#stranger.tag(region, [name], act.tags);
        break;
    }
  }

  /** From now on the state may hold the keys that strangers put in the place of the program's. */
  noteRefresh(ownPlaces: ReadonlySet<string>): void {
    for (const [place, foreign] of this.#foreign) foreign.mayGo ||= ownPlaces.has(place);
  }

  /** The strangers whose pairs stand at these places delete them. */
  letGo(places: readonly string[]): void {
    for (const place of places) {
      const foreign = this.#foreign.get(place);
      if (!foreign) continue;
      this.#stranger.deleteMany(foreign.region, [foreign.record.name]);
      this.#foreign.delete(place);
    }
  }

  /** What of somebody else's is not any more as he left it, each in a sentence. */
  touched(): string[] {
    const pairs = this.pairs();
    return [...this.#foreign].flatMap(([place, { record, mayGo }]) => {
      const now = pairs.get(place);
      if (JSON.stringify(now) === JSON.stringify(record)) return [];
      if (mayGo && now?.publicKey !== record.publicKey) {
        this.#foreign.delete(place);
        return [];
      }
      const found = now ? `is now ${JSON.stringify(now)}, was ${JSON.stringify(record)}` : "is gone";
      return [`somebody else's pair ${place} ${found}`];
    });
  }

  /** The places of which a deletion was sent since this was last asked. */
  deletedPlaces(): Set<string> {
    const calls = this.emulator.calls.slice(this.#seenCalls);
    this.#seenCalls = this.emulator.calls.length;
    const deletions = calls.filter(({ action }) => action === "DeleteKeyPairs");
    return new Set(deletions.flatMap(({ region, names }) => names.map((name) => placeOf(region, name))));
  }

  #import(region: string, name: string, key: number, tags: Record<string, string>): void {
    const record = this.#stranger.import(region, { name, publicKey: keyLine(this.seed, key), tags });
    this.#foreign.set(placeOf(region, name), { region, record, mayGo: false });
  }
}
