import type { dynamic } from "@pulumi/pulumi";
import type { ProviderSettings } from "../../core/connection";
import { KeyPairError } from "../../core/errors";
import { projectFolder } from "../../core/projectFolder";
import { redact } from "../../core/redact";
import type { ManagedResource, Outcome } from "../../core/resource/contract";
import type { CheckFailure } from "../../core/resource/findings";
import { ResourceService } from "../../core/resource/service";
import { readSettings } from "../../core/settings";
import { type PartlyUnknown, UNKNOWN } from "../../core/unknown";
import type { Parts } from "../shared/parts";
import { parseUrn } from "../shared/urn";
import { secretsMarked, toEngine } from "../shared/values";
import { initializationFailure, plainError } from "./failure";
import { type Hidden, knownProblems, taken, withHidden } from "./hidden";

/** The name of a resource if its SDK does not pass one. */
const DEFAULT_NAME = "keypair";

/**
 * A resource of the core as a dynamic provider: it unwraps what the engine sends, calls the core, and wraps
 * the result. The engine calls check and diff for one resource at a time, and everything else for several at
 * once.
 */
export function dynamicProvider<Args extends object, Checked extends Args, State extends object>(
  resource: ManagedResource<Args, Checked, State>,
  parts: Parts,
): dynamic.ResourceProvider {
  let settings: () => ProviderSettings = () => readSettings(() => undefined, projectFolder());
  const service = new ResourceService(resource, { ...parts, settings: () => settings() });

  /** Properties for the engine: with what the SDK passed along, and the secrets marked. */
  const wrapped = (properties: object, hidden: Hidden) =>
    secretsMarked(toEngine(withHidden(properties, hidden)), service.secretNames(new Set(hidden.secrets)));

  const outputs = ({ state, incomplete, id }: Outcome<State>, hidden: Hidden) => {
    const outs = wrapped(state, hidden);
    if (incomplete) throw initializationFailure(id, outs, incomplete);
    return outs;
  };

  /**
   * The engine ends a run at the first resource with a failure, so the user would see only one resource's
   * failures in each run. A preview makes nothing, so there the SDK gets the failures with the inputs,
   * reports them all, and fails the program.
   */
  const checked = (args: PartlyUnknown<Checked>, found: CheckFailure[], passed: Hidden) => {
    const { preview, problems: _reported, ...hidden } = passed;
    const failures = found.map(({ property, reason }) => ({ property, reason: redact(reason) }));
    if (!preview) return { inputs: wrapped(args, hidden), failures: failures.map(withoutValue) };
    if (failures.length > 0) return { inputs: wrapped(args, { ...hidden, failures }), failures: [] };
    return { inputs: wrapped({ ...args, ...knownOutputs(args) }, hidden), failures: [] };
  };

  /**
   * In a preview the engine uses a dynamic provider's inputs as its outputs, and treats all other outputs as
   * unknown. So the outputs that are already known are added to the inputs. A preview stores none of them.
   */
  const knownOutputs = (args: PartlyUnknown<Checked>) => {
    const known = Object.entries(service.preview(args)).filter(([, value]) => value !== UNKNOWN);
    return Object.fromEntries(known);
  };

  return {
    /**
     * Everything here is synchronous, because the engine's next call may come before this promise is awaited.
     */
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
        const { value: state, hidden: stored } = taken<State>(olds);
        const { value: args, hidden } = taken<Checked>(news);
        if (hidden.failures) return { changes: true };
        const { changes, deleteBeforeReplace } = service.diff(state as State, args, hidden);
        const replaces = changes.filter(({ kind }) => kind === "replace").map(({ property }) => property);
        // The plugin made or changed it. Only an update adds the line without which Pulumi can neither read nor delete it.
        const lacksProvider = stored.provider === undefined;
        return { changes: changes.length > 0 || lacksProvider, replaces, deleteBeforeReplace };
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
      // `get` knows only the id and perhaps the place. The engine would take an empty reply for a resource
      // without outputs.
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
    next: "Check the name, the backend, the region and the account.",
  });
}

/**
 * The engine prints the value of a property with a failure, and does not tell us which values are secrets.
 */
function withoutValue({ property, reason }: CheckFailure): CheckFailure {
  return { property: "", reason: property ? `${property}: ${reason}` : reason };
}

/** Ensures that an error carries no stack, no cause and no private text to the engine. */
async function sanitized<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw plainError(error);
  }
}
