import type { dynamic } from "@pulumi/pulumi";
import type { ProviderSettings } from "../../core/connection";
import { KeyPairError } from "../../core/errors";
import { projectFolder } from "../../core/projectFolder";
import type { ManagedResource, Outcome } from "../../core/resource/contract";
import type { CheckFailure } from "../../core/resource/findings";
import { secretNames } from "../../core/resource/propertyTable";
import { ResourceService } from "../../core/resource/service";
import { readSettings } from "../../core/settings";
import { type PartlyUnknown, UNKNOWN } from "../../core/unknown";
import { EngineLog } from "../shared/engineLog";
import type { Parts } from "../shared/parts";
import { parseUrn } from "../shared/urn";
import { secretsMarked, toEngine } from "../shared/values";
import { initializationFailure, plainError } from "./failure";
import { type Hidden, knownProblems, taken, withHidden } from "./hidden";
import { connectHostEngine } from "./hostEngine";

/** The name of a resource whose SDK does not tell it. */
const DEFAULT_NAME = "keypair";

/**
 * A resource of the core as a dynamic provider: it unwraps what the engine sends, calls the core, and wraps what comes back.
 * The engine asks check and diff for one resource after the other, and everything else for several at once.
 */
export function dynamicProvider<Args extends object, Checked extends Args, State extends object>(
  resource: ManagedResource<Args, Checked, State>,
  parts: Parts,
): dynamic.ResourceProvider {
  const reporter = new EngineLog(connectHostEngine);
  let settings: () => ProviderSettings = () => readSettings(() => undefined, projectFolder());
  const service = new ResourceService(resource, { ...parts, reporter, settings: () => settings() });

  /** Properties for the engine: with what the SDK passed along, and the secrets marked. */
  const wrapped = (properties: object, hidden: Hidden) =>
    secretsMarked(
      toEngine(withHidden(properties, hidden)),
      secretNames(resource.properties, new Set(hidden.secrets)),
    );

  const outputs = ({ state, incomplete, id }: Outcome<State>, hidden: Hidden) => {
    const outs = wrapped(state, hidden);
    if (incomplete) throw initializationFailure(id, outs, incomplete);
    return outs;
  };

  /**
   * The engine ends a run at the first resource with a failure, so the other resources' failures would show one run after the
   * other. In a preview nothing is made: there the SDK gets the failures with the inputs, reports them, and fails the program.
   */
  const checked = (args: PartlyUnknown<Checked>, failures: CheckFailure[], passed: Hidden) => {
    const { preview, problems: _reported, ...hidden } = passed;
    if (!preview) return { inputs: wrapped(args, hidden), failures: failures.map(withoutValue) };
    if (failures.length > 0) return { inputs: wrapped(args, { ...hidden, failures }), failures: [] };
    return { inputs: wrapped({ ...args, ...knownOutputs(args) }, hidden), failures: [] };
  };

  /**
   * The engine takes a dynamic provider's inputs for its outputs in a preview, and all other outputs for unknown. So what is known
   * of the outputs goes along with the inputs; a preview stores none of them.
   */
  const knownOutputs = (args: PartlyUnknown<Checked>) => {
    const known = Object.entries(service.preview(args)).filter(([, value]) => value !== UNKNOWN);
    return Object.fromEntries(known);
  };

  return {
    /** Synchronous up to its end: the engine's next call may come before this promise is awaited. */
    configure({ config }) {
      let read: ProviderSettings | undefined;
      settings = () => (read ??= readSettings((key) => config.get(`keypair:${key}`), projectFolder()));
      return Promise.resolve();
    },

    async check(olds: object, news: object) {
      const { value, hidden } = taken<Args>(news);
      try {
        const { args, failures } = service.check(
          {
            logicalName: hidden.name ?? (hidden.urn ? parseUrn(hidden.urn).name : DEFAULT_NAME),
            olds: taken<Checked>(olds ?? {}).value as Partial<Checked>,
            news: value,
            preview: hidden.preview === true,
          },
          hidden,
        );
        return checked(args, [...knownProblems(hidden), ...failures], hidden);
      } catch (error) {
        const failure = { property: "", reason: plainError(error).message };
        return checked({} as PartlyUnknown<Checked>, [failure], hidden);
      }
    },

    async diff(_id, olds: object, news: object) {
      try {
        const state = taken<State>(olds).value as State;
        const { value: args, hidden } = taken<Checked>(news);
        if (hidden.failures) return { changes: true };
        const { changes, deleteBeforeReplace } = service.diff(state, args, hidden);
        const replaces = changes.filter(({ kind }) => kind === "replace").map(({ property }) => property);
        return { changes: changes.length > 0, replaces, deleteBeforeReplace };
      } catch (error) {
        throw plainError(error);
      }
    },

    async create(inputs: object) {
      const { value: args, hidden } = taken<Checked>(inputs);
      const outcome = await sanitized(() => service.create(args as Checked, hidden));
      return { id: outcome.id, outs: outputs(outcome, hidden) };
    },

    async read(id, props: object = {}) {
      const { value: state, hidden } = taken<State>(props);
      const outcome = await sanitized(() => service.read(id, state as Partial<State>, hidden));
      if (outcome) {
        return {
          id: outcome.id,
          props: outputs(outcome, hidden),
          inputs: wrapped(outcome.inputs, hidden),
        };
      }
      // `get` knows the id and perhaps where, and the engine would take an empty answer for a resource without outputs.
      if (Object.keys(state).every((name) => name === "connection")) throw plainError(notFound(id));
      return {};
    },

    async update(id, olds: object, news: object) {
      const { value: args, hidden } = taken<Checked>(news);
      const state = taken<State>(olds).value as State;
      const outcome = await sanitized(() => service.update(id, state, args as Checked, hidden));
      return { outs: outputs(outcome, hidden) };
    },

    async delete(id, props: object) {
      const { value: state, hidden } = taken<State>(props);
      await sanitized(() => service.delete(id, state as State, hidden));
    },
  };
}

function notFound(id: string): KeyPairError {
  return new KeyPairError({
    code: "NotFound",
    message: `there is no "${id}" where the configuration points to`,
    next: "See that the name, the backend, the region and the account are right.",
  });
}

/** The engine prints the value of the property at which a failure is reported, and does not tell us which values are secrets. */
function withoutValue({ property, reason }: CheckFailure): CheckFailure {
  return { property: "", reason: property ? `${property}: ${reason}` : reason };
}

/** No stack, no cause and no private text gets to the engine with an error. */
async function sanitized<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw plainError(error);
  }
}
