import { ecsRules } from "../../../../provider/backends/ecsRules";
import type {
  Backend,
  BackendCatalog,
  CreatedKeyPairRecord,
  CreateKeyPairRequest,
  Credentials,
  Freshness,
  ImportKeyPairRequest,
  KeyPairRecord,
  Operation,
  Owner,
  ResolvedConnection,
  TagChange,
} from "../../../../provider/core/backend";
import { type ErrorCode, type ErrorDetails, KeyPairError } from "../../../../provider/core/errors";
import type { BackendName, Tags } from "../../../../provider/core/model";
import {
  fingerprintMd5,
  formatPublicKeyLine,
  publicKeyOfPrivateKey,
  readPublicKey,
} from "../../../../provider/keys";
import { rsaKey } from "./keys";

type Method =
  | "importKeyPair"
  | "createKeyPair"
  | "findKeyPair"
  | "deleteKeyPair"
  | "changeTags"
  | "moveToResourceGroup";

/** What happens to one call: `effect` does what the cloud would do, and answers what it would answer. */
export type Step = (effect: () => unknown) => unknown;

/** The reply is lost; the request never arrived. */
export const lostBeforeTheEffect: Step = () => {
  throw new KeyPairError({ code: "OutcomeUnknown", message: "the reply was lost" });
};

/** The reply is lost; the request was carried out. */
export const lostAfterTheEffect: Step = (effect) => {
  effect();
  throw new KeyPairError({ code: "OutcomeUnknown", message: "the reply was lost" });
};

/** A read that does not see the latest write yet. */
export const stale: Step = () => undefined;

/** The call goes through. */
export const fine: Step = (effect) => effect();

export function fails(code: ErrorCode, details: Partial<ErrorDetails> = {}): Step {
  return () => {
    throw new KeyPairError({ code, message: `the cloud answered ${code}`, ...details });
  };
}

/** Something happens in the cloud while the request is on its way. */
export function meanwhile(event: () => void, step: Step = fine): Step {
  return (effect) => {
    event();
    return step(effect);
  };
}

/**
 * A cloud in memory, whose every call can be told to go wrong: it stands for faults that no real backend shows on demand. What
 * backends do without faults, the contract suite says.
 */
export class FakeBackend implements Backend {
  readonly name: BackendName = "local";
  readonly region: string | undefined = "here";
  location = "fake here";
  endpoint = "fake://here";
  credentialsFrom = "the tests";
  /** To whom the pairs of these credentials belong. */
  ownerOfPairs: Owner | undefined;
  /** The resource group beyond which the credentials see nothing. */
  isLimitedTo: string | undefined;
  readonly pairs = new Map<string, KeyPairRecord>();
  /** All calls in their order, as `method name`. */
  readonly calls: string[] = [];
  /** What the cloud generates, in this order; then the last one again. */
  readonly generated: string[] = [];
  private readonly steps = new Map<Method, Step[]>();

  /** What happens to the next calls of the method; calls after these are fine. */
  script(method: Method, ...steps: Step[]): this {
    this.steps.set(method, [...(this.steps.get(method) ?? []), ...steps]);
    return this;
  }

  /** A pair that somebody else made. */
  put(name: string, publicKey: string, more: Partial<KeyPairRecord> = {}): KeyPairRecord {
    const pair = {
      name,
      publicKey,
      fingerprint: fingerprintMd5(readPublicKey(publicKey)),
      createdAt: new Date().toISOString(),
      tags: {},
      ...more,
    };
    this.pairs.set(name, pair);
    return pair;
  }

  /** The calls that change something. */
  get writes(): string[] {
    return this.calls.filter((call) => !call.startsWith("find"));
  }

  async owner(): Promise<Owner | undefined> {
    return this.ownerOfPairs;
  }

  async importKeyPair(request: ImportKeyPairRequest): Promise<KeyPairRecord> {
    return this.call("importKeyPair", request.name, () => this.add(request, request.publicKey));
  }

  async createKeyPair(request: CreateKeyPairRequest): Promise<CreatedKeyPairRecord> {
    return this.call("createKeyPair", request.name, () => {
      const made = rsaKey("made by the cloud");
      const given = this.generated.length > 1 ? this.generated.shift() : this.generated[0];
      const privateKey = given ?? made.privateKey;
      return { ...this.add(request, publicHalf(privateKey) ?? made.publicKey), privateKey };
    });
  }

  async findKeyPair(
    name: string,
    freshness: Freshness,
    _operation?: Operation,
    resourceGroupId?: string,
  ): Promise<KeyPairRecord | undefined> {
    const isSeen = this.isLimitedTo === undefined || this.isLimitedTo === resourceGroupId;
    return this.call("findKeyPair", name, () => (isSeen ? this.pairs.get(name) : undefined), freshness);
  }

  async listKeyPairs(): Promise<KeyPairRecord[]> {
    return [...this.pairs.values()];
  }

  async deleteKeyPair(name: string): Promise<void> {
    await this.call("deleteKeyPair", name, () => this.pairs.delete(name));
  }

  async changeTags(name: string, { set, remove }: TagChange): Promise<void> {
    await this.call("changeTags", name, () => {
      const pair = this.existing(name);
      const tags: Tags = { ...pair.tags, ...set };
      for (const key of remove) delete tags[key];
      this.pairs.set(name, { ...pair, tags });
    });
  }

  async moveToResourceGroup(name: string, resourceGroupId: string): Promise<void> {
    await this.call("moveToResourceGroup", name, () => {
      this.pairs.set(name, { ...this.existing(name), resourceGroupId });
    });
  }

  async close(): Promise<void> {}

  private async call<T>(method: Method, name: string, effect: () => T, how = ""): Promise<T> {
    this.calls.push([method.replace(/KeyPair$/, ""), name, how].filter(Boolean).join(" "));
    const step = this.steps.get(method)?.shift() ?? fine;
    return (await step(effect)) as T;
  }

  private add({ name, tags = {}, resourceGroupId }: CreateKeyPairRequest, publicKey: string): KeyPairRecord {
    if (this.pairs.has(name)) throw new KeyPairError({ code: "AlreadyExists", message: "the name is taken" });
    return this.put(name, publicKey, { tags, ...(resourceGroupId ? { resourceGroupId } : {}) });
  }

  private existing(name: string): KeyPairRecord {
    const pair = this.pairs.get(name);
    if (pair) return pair;
    throw new KeyPairError({ code: "NotFound", message: "there is no such pair" });
  }
}

/** A catalog in which every backend is this one; it notes what was opened. */
export function catalogOf(
  backend: FakeBackend,
): BackendCatalog & { opened: ResolvedConnection[]; credentials: Credentials[] } {
  const opened: ResolvedConnection[] = [];
  const used: Credentials[] = [];
  return {
    opened,
    credentials: used,
    rules: (name) =>
      ecsRules({
        backend: name,
        connectionKeys: ["backend", "region", "endpoint", "profile", "path"],
        accountKey: name === "openstack" ? "cloud" : name === "alibaba" ? "profile" : "path",
        account: (account) => account,
        ambientConnection: ({ FAKE_REGION }) => (FAKE_REGION ? { region: FAKE_REGION } : {}),
        regionOfAccount: () => undefined,
      }),
    async open(connection, credentials) {
      opened.push(connection);
      used.push(credentials);
      return backend;
    },
    async closeAll() {},
  };
}

/** `undefined` of a text that is no private key. */
function publicHalf(privateKey: string): string | undefined {
  try {
    return formatPublicKeyLine(publicKeyOfPrivateKey(privateKey));
  } catch {
    return undefined;
  }
}
