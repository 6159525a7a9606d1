import type { Fault, FaultKind } from "../emulator/ecs/faults";
import type { Random } from "./random";

/** What goes wrong during one `up`. */
export interface Trouble {
  kind: TroubleKind;
  faults: Fault[];
  /** How long reads lag behind writes, in ms. */
  readLagMs: number;
  /** Throttled beyond this rate. */
  callsPerSecond?: number;
  /** The engine and all its processes end (SIGKILL), so many ms after the so-manieth call that changes something. */
  kill?: { call: number; delayMs: number };
  /** The provider is meant to get over all of it. */
  isOutlasted: boolean;
}

export type TroubleKind = "faults" | "denial" | "kill";

export const MAKING = ["CreateKeyPair", "ImportKeyPair"];
export const CHANGING = [...MAKING, "DeleteKeyPairs", "TagResources", "UntagResources", "JoinResourceGroup"];

const FAULT_KINDS: Record<string, (random: Random) => FaultKind> = {
  throttle: () => ({ fault: "throttle" }),
  "5xx before": (random) => ({ fault: "error", when: "before", ...random.pick(FAILURES) }),
  "5xx after": (random) => ({ fault: "error", when: "after", ...random.pick(FAILURES) }),
  "lost before": () => ({ fault: "lost-reply", when: "before" }),
  "lost after": () => ({ fault: "lost-reply", when: "after" }),
  "cut reply": () => ({ fault: "cut-reply" }),
  "page before": () => ({ fault: "html", when: "before" }),
  "page after": () => ({ fault: "html", when: "after" }),
  "empty reply": () => ({ fault: "empty-body", when: "after" }),
};
const FAILURES = [
  { status: 500, code: "InternalError" },
  { status: 503, code: "ServiceUnavailable" },
];

export const TROUBLE_KINDS: readonly TroubleKind[] = ["faults", "denial", "kill"];

/** @param changes  How many pairs the `up` changes, about. */
export function newTrouble(random: Random, changes: number): Trouble {
  const kind = random.pick(["faults", "faults", "denial", "kill", "kill"] as const);
  const slow = { readLagMs: random.pick([0, 0, 1_000, 3_000]) };
  const rate = random.pick([undefined, undefined, 20]);
  const limited = rate === undefined ? {} : { callsPerSecond: rate };
  switch (kind) {
    case "faults":
      return { kind, faults: someFaults(random), ...slow, ...limited, isOutlasted: true };
    case "denial": {
      const from = random.int(1, 3);
      const actions = random.sample([...CHANGING, "DescribeKeyPairs"], random.int(1, 3));
      const faults = actions.map(
        (action): Fault => ({ fault: "error", status: 403, code: "Forbidden.RAM", action, from }),
      );
      return { kind, faults, readLagMs: 0, isOutlasted: false };
    }
    case "kill": {
      const kill = { call: random.int(1, Math.max(1, changes)), delayMs: random.int(0, 150) };
      const faults = random.chance(0.4) ? someFaults(random) : [];
      return { kind, faults, ...slow, ...limited, kill, isOutlasted: false };
    }
  }
}

/** One kind for an action, a few times for each pair: so many that each try to make a pair still comes to its end. */
function someFaults(random: Random): Fault[] {
  const actions = random.sample([...CHANGING, "DescribeKeyPairs"], random.int(1, CHANGING.length));
  return actions.map((action) => {
    const fault = random.pick(Object.values(FAULT_KINDS))(random);
    return { ...fault, action, times: random.int(1, 2), perKeyPair: true };
  });
}

export function toldTrouble({ kind, faults, readLagMs, callsPerSecond, kill }: Trouble): string {
  return [
    kind,
    ...faults.map((fault) => JSON.stringify(fault)),
    ...(readLagMs > 0 ? [`reads ${readLagMs} ms late`] : []),
    ...(callsPerSecond ? [`${callsPerSecond} calls a second`] : []),
    ...(kill ? [`SIGKILL ${kill.delayMs} ms after changing call ${kill.call}`] : []),
  ].join("; ");
}
