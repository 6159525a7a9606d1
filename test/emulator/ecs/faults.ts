/** What is to go wrong. `before`: ECS has not done it, `after`: it has, and the client does not learn that. */
export type FaultKind =
  | { fault: "throttle"; code?: string; retryAfterMs?: number }
  | { fault: "error"; status: number; code: string; when?: "before" | "after" }
  /** The connection is closed without a reply. */
  | { fault: "lost-reply"; when: "before" | "after" }
  /** The reply breaks off in the middle. */
  | { fault: "cut-reply" }
  /** A load balancer's page. */
  | { fault: "html"; status?: number; when?: "before" | "after" }
  | { fault: "empty-body"; status?: number; when?: "before" | "after" }
  /** It is done, and the reply comes so much later. */
  | { fault: "late-reply"; ms: number }
  /** No reply, while the connection stays open. */
  | { fault: "hang"; when?: "before" | "after" };

export type Fault = FaultKind & {
  /** The operation, or any. */
  action?: string;
  /** The first call that fails, counted from 1 among those that match (of the operation, for the pair) since the fault was set. */
  from?: number;
  /** How many fail; all of them without it. */
  times?: number;
  /** Only calls that name this key pair. */
  keyPairName?: string;
  /** `from` and `times` count each key pair's calls by themselves. */
  perKeyPair?: boolean;
};

interface Armed {
  fault: Fault;
  /** How many calls, by the pairs that they name where these are counted by themselves. */
  seen: Map<string, number>;
}

/** The faults that are set, and how often each could have happened. */
export class FaultPlan {
  #armed: Armed[] = [];

  add(...faults: Fault[]): void {
    this.#armed.push(...faults.map((fault) => ({ fault, seen: new Map() })));
  }

  clear(): void {
    this.#armed = [];
  }

  /** What happens to this call: the first fault that is due. Every fault counts the call. */
  next(action: string, names: readonly string[]): Fault | undefined {
    const due = this.#armed.filter((armed) => {
      const { fault } = armed;
      const isMeant =
        (fault.action === undefined || fault.action === action) &&
        (fault.keyPairName === undefined || names.includes(fault.keyPairName));
      if (!isMeant) return false;
      const counted = fault.perKeyPair ? names.join() : "";
      const seen = (armed.seen.get(counted) ?? 0) + 1;
      armed.seen.set(counted, seen);
      const from = fault.from ?? 1;
      return seen >= from && seen < from + (fault.times ?? Number.POSITIVE_INFINITY);
    });
    return due[0]?.fault;
  }
}

/** So many calls a second of each operation, as a bucket that holds one second's worth. */
export class CallRate {
  readonly #buckets = new Map<string, { tokens: number; at: number }>();

  constructor(private readonly callsPerSecond: number) {}

  allows(action: string): boolean {
    const now = performance.now();
    const { tokens, at } = this.#buckets.get(action) ?? { tokens: this.callsPerSecond, at: now };
    const filled = Math.min(this.callsPerSecond, tokens + ((now - at) * this.callsPerSecond) / 1000);
    const isAllowed = filled >= 1;
    this.#buckets.set(action, { tokens: isAllowed ? filled - 1 : filled, at: now });
    return isAllowed;
  }
}
