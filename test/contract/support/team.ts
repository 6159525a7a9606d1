import { expect } from "vitest";
import type { Backend, BackendCatalog } from "../../../provider/core/backend";
import { defined } from "../../../provider/core/defined";
import { keyPairSetResource } from "../../../provider/core/keyPairSet";
import type { CheckedKeyPairSetArgs, KeyPairSetArgs, KeyPairSetState } from "../../../provider/core/model";
import type { OperationContext } from "../../../provider/core/resource/contract";
import { RunMemory } from "../../../provider/core/resource/runMemory";
import { fingerprintSha256, publicKeyOfPrivateKey, readPublicKey } from "../../../provider/keys";
import { operation } from "./harness";
import type { Workbench } from "./workbench";

const LONG_AGO = "2020-01-01T00:00:00Z";
/** What changes a key pair, and what it is called in `Team.writes`. */
const WRITES: ReadonlyMap<unknown, string> = new Map([
  ["importKeyPair", "import"],
  ["createKeyPair", "create"],
  ["deleteKeyPair", "delete"],
  ["changeTags", "tag"],
]);

/** A set of key pairs. Each call of it is a run of its own. */
export class Team {
  readonly warnings: string[] = [];
  readonly #writes: string[] = [];
  #clients: readonly Backend[] = [];
  #prefix = "";
  #state: KeyPairSetState | undefined;

  /** @param clients  One for each region. */
  constructor(
    private readonly bench: Workbench,
    clients: readonly Backend[] = [bench.backend],
  ) {
    this.clients = clients;
    this.prefix = bench.newName("set");
  }

  /** From the next run on. */
  set clients(clients: readonly Backend[]) {
    this.#clients = clients.map((client) => this.#noting(client));
  }

  set prefix(prefix: string) {
    this.#prefix = `${prefix}-`;
  }

  get state(): KeyPairSetState {
    if (!this.#state) throw new Error("there is no set");
    return this.#state;
  }

  /** What the last run asked the cloud to change, sorted: `import anna`, with the region before it where there are several. */
  get writes(): string[] {
    return this.#writes.toSorted();
  }

  nameOf(member: string): string {
    return this.bench.willUse(`${this.#prefix}${member}`);
  }

  /** What failed, if something did. */
  async up(news: KeyPairSetArgs, seconds?: number): Promise<Error | undefined> {
    for (const member of [...Object.keys(news.publicKeys ?? {}), ...(news.created ?? [])])
      this.nameOf(member);
    const context = this.#context(seconds);
    const { args, failures } = this.#check(news, context);
    expect(failures).toEqual([]);
    const checked = args as CheckedKeyPairSetArgs;
    const { state, incomplete } = this.#state
      ? await keyPairSetResource.update("set-*", this.#state, checked, context)
      : await keyPairSetResource.create(checked, context);
    this.#state = state;
    return incomplete;
  }

  async refresh(): Promise<void> {
    const read = await keyPairSetResource.read("set-*", this.state, this.#context());
    this.#state = read?.state as KeyPairSetState;
  }

  destroy(seconds?: number): Promise<void> {
    return keyPairSetResource.delete("set-*", this.state, this.#context(seconds));
  }

  /** The pairs were made long ago: no read of them is late, so that one that is not found is gone. */
  grow(): void {
    const { keyPairs } = structuredClone(this.state);
    for (const pair of Object.values(keyPairs).flatMap((regions) => Object.values(regions)))
      pair.createdAt = LONG_AGO;
    this.#state = { ...this.state, keyPairs };
  }

  changes(news: KeyPairSetArgs) {
    const context = this.#context();
    const args = this.#check(news, context).args as CheckedKeyPairSetArgs;
    return keyPairSetResource.diff({ state: this.state, args, ...context }).changes;
  }

  /** What a preview finds wrong with the arguments. */
  problems(news: KeyPairSetArgs) {
    return this.#check(news, this.#context()).failures;
  }

  /** The public keys that the cloud has, by member, as lines without a comment. */
  async keys(region?: string): Promise<Record<string, string>> {
    const pairs = await this.#client(region).listKeyPairs({}, operation());
    return Object.fromEntries(
      pairs
        .filter(({ name }) => name.startsWith(this.#prefix))
        .map(({ name, publicKey }) => [name.slice(this.#prefix.length), withoutComment(publicKey)]),
    );
  }

  /** The public keys that the state has. */
  keysInState(region = this.#client().region ?? ""): Record<string, string> {
    return Object.fromEntries(
      Object.entries(this.state.keyPairs).flatMap(([member, { [region]: pair }]) =>
        pair ? [[member, withoutComment(pair.publicKey)]] : [],
      ),
    );
  }

  /** The public half of the private key that the state has for the member. */
  privateHalf(member: string): string {
    const privateKey = this.state.privateKeys[member] ?? "";
    const line = Object.values(this.state.keyPairs[member] ?? {})[0]?.publicKey ?? "";
    expect(fingerprintSha256(readPublicKey(line))).toBe(fingerprintSha256(publicKeyOfPrivateKey(privateKey)));
    return line;
  }

  #check(news: KeyPairSetArgs, { settings, catalog, run }: OperationContext) {
    return keyPairSetResource.check({
      logicalName: "set",
      urn: "urn:pulumi:dev::test::keypair:index:KeyPairSet::set",
      olds: (this.#state ?? {}) as Partial<CheckedKeyPairSetArgs>,
      news: { keyPairNamePrefix: this.#prefix, ...news },
      settings,
      catalog,
      run,
    });
  }

  #context(seconds = 60): OperationContext {
    const { rules } = this.bench.harness;
    this.#writes.length = 0;
    const catalog: BackendCatalog = {
      rules: () => rules,
      open: async ({ region }) => this.#client(region),
      closeAll: async () => {},
    };
    return {
      settings: {
        connection: defined({ backend: rules.backend, region: this.#client().region }),
        credentials: {},
        timeoutSeconds: seconds,
        projectFolder: "/nowhere",
      },
      catalog,
      run: new RunMemory(),
      operation: operation({ timeoutMs: seconds * 1000 }),
      warn: (message) => this.warnings.push(message),
    };
  }

  #client(region = this.#clients[0]?.region): Backend {
    const client = this.#clients.find((one) => one.region === region);
    if (!client) throw new Error(`there is no client for ${region}`);
    return client;
  }

  /** The same client, which notes what it is asked to change. */
  #noting(client: Backend): Backend {
    const note = (write: string, name: string) => {
      const where = this.#clients.length > 1 ? `${client.region} ` : "";
      this.#writes.push(`${where}${write} ${name.replace(this.#prefix, "")}`);
    };
    return new Proxy(client, {
      get(target, property) {
        const value: unknown = Reflect.get(target, property, target);
        if (typeof value !== "function") return value;
        return (...args: [{ name: string } | string]) => {
          const write = WRITES.get(property);
          const [asked] = args;
          if (write !== undefined) note(write, typeof asked === "string" ? asked : asked.name);
          return value.apply(target, args);
        };
      },
    });
  }
}

/** Nova writes one behind the keys that it makes. */
function withoutComment(line = ""): string {
  return line.trim().split(/\s+/, 2).join(" ");
}
