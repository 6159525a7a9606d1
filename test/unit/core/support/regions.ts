import { basename } from "node:path";
import type { BackendCatalog } from "../../../../provider/core/backend";
import { keyPairSetResource } from "../../../../provider/core/keyPairSet";
import type {
  BackendName,
  CheckedKeyPairSetArgs,
  KeyPairSetArgs,
  KeyPairSetState,
} from "../../../../provider/core/model";
import type { CheckRequest, Outcome } from "../../../../provider/core/resource/contract";
import { RunMemory } from "../../../../provider/core/resource/runMemory";
import { contextOf, settingsOf, type TestContext } from "./context";
import { catalogOf, FakeBackend } from "./fakeBackend";

export const SET_URN = "urn:pulumi:test::unit::keypair:index:KeyPairSet::team";

/** One region of a cloud in memory. */
class FakeRegion extends FakeBackend {
  constructor(
    override readonly name: BackendName,
    override readonly region: string,
    place: string,
  ) {
    super();
    this.location = `fake ${place}`;
    this.endpoint = `fake://${place}`;
  }
}

/** A cloud in memory with as many regions as are asked for, and a set in it. */
export class FakeCloud {
  readonly regions = new Map<string, FakeBackend>();
  run = new RunMemory();
  projectFolder = "/project";
  defaultRegion: string | undefined = "here";
  /** The cloud that it stands for: each names accounts in its own way. */
  backend: BackendName = "local";

  /** @param account  The name of the store, the profile or the cloud; without it the one that everybody has. */
  in(region: string, account?: string): FakeBackend {
    const place = account === undefined ? region : `${account}:${region}`;
    const known = this.regions.get(place) ?? new FakeRegion(this.backend, region, place);
    this.regions.set(place, known);
    return known;
  }

  get catalog(): BackendCatalog {
    const { rules } = catalogOf(new FakeBackend());
    return {
      rules,
      open: async ({ region = "the cloud's own", path, profile, cloud }) =>
        this.in(region, profile ?? cloud ?? (path && basename(path))),
      closeAll: async () => {},
    };
  }

  get settings() {
    const region = this.defaultRegion;
    return settingsOf({
      connection: { backend: this.backend, ...(region === undefined ? {} : { region }) },
      projectFolder: this.projectFolder,
    });
  }

  /** Of a process that has just started. */
  context(options: { timeoutSeconds?: number } = {}): TestContext {
    const context = contextOf(this.in("unused"), options);
    const { settings, catalog, run } = this;
    return { ...context, settings, catalog: catalog as TestContext["catalog"], run };
  }

  check(news: object, more: Partial<CheckRequest<KeyPairSetArgs, CheckedKeyPairSetArgs>> = {}) {
    const { settings, catalog, run } = this;
    return keyPairSetResource.check({
      logicalName: "team",
      urn: SET_URN,
      olds: {},
      news: news as KeyPairSetArgs,
      settings,
      catalog,
      run,
      ...more,
    });
  }

  /** The arguments as the engine stores them. Throws where the check finds a problem. */
  checked(news: object, olds: Partial<CheckedKeyPairSetArgs> = {}): CheckedKeyPairSetArgs {
    const { args, failures } = this.check(news, { olds });
    if (failures.length > 0) throw new Error(JSON.stringify(failures));
    return args as CheckedKeyPairSetArgs;
  }

  diff(state: KeyPairSetState, news: object) {
    const { settings, catalog, run } = this;
    return keyPairSetResource.diff({ state, args: this.checked(news, state), settings, catalog, run });
  }

  create(news: object, context = this.context()): Promise<Outcome<KeyPairSetState>> {
    return keyPairSetResource.create(this.checked(news), context);
  }

  /** As the engine does it: diff first, which also tells the run what stays. */
  update(state: KeyPairSetState, news: object, context = this.context()): Promise<Outcome<KeyPairSetState>> {
    const diff = this.diff(state, news);
    keyPairSetResource.noteState?.(state, this, SET_URN, diff);
    return keyPairSetResource.update("team-*", state, this.checked(news, state), context);
  }

  async refresh(state: KeyPairSetState, context = this.context()): Promise<KeyPairSetState> {
    const read = await keyPairSetResource.read("team-*", state, context);
    if (!read) throw new Error("the set is gone");
    return read.state;
  }

  delete(state: KeyPairSetState, context = this.context()): Promise<void> {
    return keyPairSetResource.delete("team-*", state, context);
  }

  /** All pairs, as `region/name`. */
  get names(): string[] {
    return [...this.regions]
      .flatMap(([region, { pairs }]) => [...pairs.keys()].map((name) => `${region}/${name}`))
      .sort();
  }

  /** All calls that change something, as `region call`. */
  get writes(): string[] {
    return [...this.regions]
      .flatMap(([region, { writes }]) => writes.map((call) => `${region} ${call}`))
      .sort();
  }

  /** Forgets the calls so far, as a new run begins. */
  newRun(): void {
    this.run = new RunMemory();
    for (const { calls } of this.regions.values()) calls.splice(0);
  }
}
