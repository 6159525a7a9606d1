import type { KeyPairStore, StoredKeyPair } from "../../../provider/backends/local/store";

interface Change {
  at: number;
  region: string;
  name: string;
  before: StoredKeyPair | undefined;
}

export interface Query {
  /** A name in which `*` stands for any text. */
  namePattern?: string | undefined;
  fingerprint?: string | undefined;
  resourceGroupId?: string | undefined;
  tags: readonly [string, string][];
}

/** The store as reads see it: they lag behind the writes. */
export class LaggingView {
  #changes: Change[] = [];

  constructor(
    private readonly store: KeyPairStore,
    /** In ms. */
    public lag: number,
  ) {}

  /** Runs a write, and remembers what the pairs were before it. */
  async write<T>(region: string, names: readonly string[], work: () => T | Promise<T>): Promise<T> {
    const before = names.map((name) => ({ region, name, before: this.store.find(region, name) }));
    const result = await work();
    const at = performance.now();
    this.#changes.push(...before.map((change) => ({ ...change, at })));
    return result;
  }

  /** The pairs as they were `lag` ago, oldest first. */
  read(region: string, query: Query): StoredKeyPair[] {
    const pairs = new Map(this.store.list(region).keyPairs.map((pair) => [pair.name, pair]));
    this.#changes = this.#changes.filter(({ at }) => performance.now() - at < this.lag);
    for (const { name, before } of this.#changes.filter((change) => change.region === region).toReversed()) {
      if (before) pairs.set(name, before);
      else pairs.delete(name);
    }
    return [...pairs.values()].filter((pair) => matches(pair, query));
  }
}

function matches(pair: StoredKeyPair, { namePattern, fingerprint, resourceGroupId, tags }: Query): boolean {
  return (
    (namePattern === undefined || pattern(namePattern).test(pair.name)) &&
    (fingerprint === undefined || plain(fingerprint) === plain(pair.fingerprint)) &&
    (resourceGroupId === undefined || resourceGroupId === pair.resourceGroupId) &&
    tags.every(([key, value]) => pair.tags[key] === value)
  );
}

function pattern(text: string): RegExp {
  const parts = text.split("*").map((part) => part.replace(/[\\^$.|?*+()[\]{}]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`, "u");
}

function plain(fingerprint: string): string {
  return fingerprint.replaceAll(":", "").toLowerCase();
}
