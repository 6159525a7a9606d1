import type { Backend, BackendRules, Operation } from "../../../provider/core/backend";
import type { ErrorCode } from "../../../provider/core/errors";

/** What a backend's tests tell the contract suite. Members that say "hook" make something happen behind the client's back. */
export interface KeyPairHarness {
  rules: BackendRules;
  /** A new client of one account and region: what another open client of them writes, it finds. Closed by the suite. */
  open(): Promise<Backend>;
  /** What the cloud can do; the suite sees that the client says the same. */
  capabilities: Capabilities;
  /** How the cloud spells some failures, where it gives codes at all. */
  cloudCodes?: Partial<Record<ErrorCode, string>>;
  /** Whether failures carry a request id. Default: true. */
  hasRequestIds?: boolean;
  /** A name that nobody has. Default: `kp-<label>-<random>`. */
  newName?(label: string): string;
  /** Hook: a client of an account that has room for so many more pairs, and nothing else that matters. */
  openWithRoomFor?(count: number): Promise<Backend>;
  /** Hook: a client of another region, where the same names are free. Absent where the cloud has one region. */
  openElsewhere?(): Promise<Backend>;
  /** Hook: a client of somebody else, in the same region. Absent where pairs have no owner. */
  openAsAnother?(): Promise<Backend>;
  /** The cloud counts first and makes afterwards, so that calls at the same time can go over the quota. Default: false. */
  quotaRaces?: boolean;
  /** Hook: from now on nothing is carried out (all is throttled, say); what it answers ends that. */
  stall?(): Promise<() => Promise<void>>;
}

export interface Capabilities {
  /** The key that the cloud makes, handing out its private half once; absent where it makes none. */
  madeKey?: { type: "rsa" | "ecdsa"; bits: number };
  tags?: {
    /** The most that a pair has. */
    most: number;
    /** `Team` and `team` are one key. */
    ignoresCase: boolean;
    /** Hook: adds a tag that only the cloud itself can add. */
    addSystemTag?(name: string): Promise<void>;
  };
  resourceGroups?: {
    /** Two groups that are there. */
    ids: readonly [string, string];
    /** A group that is not. */
    missing: string;
  };
  attachments?: {
    /** Instances that are there and have no pair; more than one call takes. */
    instanceIds: readonly string[];
    /** An instance that is not. */
    missing: string;
  };
  /** Some of the regions that the cloud tells; absent where it has no such list. */
  regions?: readonly string[];
  /** Names that the rules allow and that a request may spoil: other scripts, spaces, the longest… */
  unusualNames: readonly string[];
}

/** An operation with all the time that a test has. */
export function operation({
  signal = new AbortController().signal,
  timeoutMs = 60_000,
  progress = () => {},
}: {
  signal?: AbortSignal;
  timeoutMs?: number;
  progress?: Operation["progress"];
} = {}): Operation {
  return { signal, deadline: Date.now() + timeoutMs, progress };
}
