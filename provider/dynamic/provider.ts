import type { dynamic } from "@pulumi/pulumi";
import type { BackendCatalog } from "../core/backend";
import { type CheckFailure, withoutEcho } from "../core/checking";
import type { ProviderSettings } from "../core/connection";
import type { Journal } from "../core/journal";
import type { LifecycleContext, Outcome } from "../core/lifecycle";
import type { ManagedResource } from "../core/resource";
import { readSettings } from "../core/settings";
import { secretNames } from "../core/table";
import { EngineLog } from "./engineLog";
import { initializationFailure, plainError } from "./failure";
import { fromEngine, type Hidden, secretsMarked, toEngine, withHidden } from "./values";

interface Parts {
  catalog: BackendCatalog;
  journal: Journal;
}

/** Where the SDK does not tell the resource's name: it is older than this provider. */
const DEFAULT_NAME = "keypair";

/**
 * A resource of the core as a dynamic provider: it unwraps what the engine sends, calls the core, and wraps what comes back.
 * The engine asks check and diff for one resource after the other, and everything else for several at once.
 */
export function dynamicProvider<Args extends object, Checked extends Args, State extends object>(
  resource: ManagedResource<Args, Checked, State>,
  { catalog, journal }: Parts,
): dynamic.ResourceProvider {
  const log = new EngineLog();
  const secrets = secretNames(resource.table);
  /** By URN, what the diff said of a replacement: the engine's second check and the creation know nothing of the old state. */
  const replacedKeys = new Map<string, string>();
  let settings: () => ProviderSettings = () => readSettings(() => undefined);

  const context = (hidden: Hidden): LifecycleContext => {
    const current = settings();
    return {
      settings: current,
      catalog,
      journal,
      urn: hidden.urn,
      replacedKey: replacedKeys.get(hidden.urn ?? ""),
      operation: {
        // Nothing tells a dynamic provider of an interrupt: the engine waits for the operation to end.
        signal: new AbortController().signal,
        deadline: Date.now() + current.timeoutSeconds * 1000,
        progress: (message) => log.progress(hidden.urn, message),
      },
      warn: (message) => log.warn(hidden.urn, message),
    };
  };

  const outputs = ({ state, incomplete, id }: Outcome<State>, hidden: Hidden) => {
    const outs = secretsMarked(toEngine(withHidden(state, hidden)), secrets);
    if (incomplete) throw initializationFailure(id, outs, incomplete);
    return outs;
  };

  /**
   * The engine ends a run at the first resource with a failure, so the other resources' failures would show one run after the
   * other. In a preview nothing is made: there the SDK gets the failures with the inputs, reports them, and fails the program.
   */
  const checked = (args: object, failures: CheckFailure[], { preview, ...hidden }: Hidden) => {
    if (!preview)
      return {
        inputs: toEngine(withHidden(args, hidden)),
        failures: failures.map((failure) => withoutEcho(failure, resource.table)),
      };
    return {
      inputs: toEngine(withHidden(args, failures.length > 0 ? { ...hidden, failures } : hidden)),
      failures: [],
    };
  };

  return {
    /** Synchronous up to its end: the engine's next call may come before this promise is awaited. */
    configure({ config }) {
      let read: ProviderSettings | undefined;
      settings = () => (read ??= readSettings((key) => config.get(`keypair:${key}`)));
      return Promise.resolve();
    },

    async check(olds: object, news: object) {
      const { value, hidden } = fromEngine<Args>(news);
      try {
        const { args, failures, warnings } = resource.check({
          logicalName: hidden.logicalName ?? DEFAULT_NAME,
          olds: fromEngine<Checked>(olds ?? {}).value as Partial<Checked>,
          news: value,
          settings: settings(),
          catalog,
          preview: hidden.preview === true,
          replacedKey: replacedKeys.get(hidden.urn ?? ""),
        });
        for (const warning of warnings) log.warn(hidden.urn, warning);
        return checked(args, failures, hidden);
      } catch (error) {
        return checked({}, [{ property: "", reason: plainError(error).message }], hidden);
      }
    },

    async diff(id, olds: object, news: object) {
      try {
        const { value: state } = fromEngine<State>(olds);
        const { value: args, hidden } = fromEngine<Checked>(news);
        if (hidden.failures) return { changes: true };
        const { changes, deleteBeforeReplace, warnings, replacedKey } = resource.diff(
          state as State,
          args,
          settings(),
          catalog,
        );
        journal.confirm(hidden.urn, id);
        if (hidden.urn && replacedKey) replacedKeys.set(hidden.urn, replacedKey);
        for (const warning of warnings) log.warn(hidden.urn, warning);
        const replaces = changes.filter(({ kind }) => kind === "replace").map(({ property }) => property);
        return { changes: changes.length > 0, replaces, deleteBeforeReplace };
      } catch (error) {
        throw plainError(error);
      }
    },

    async create(inputs: object) {
      const { value: args, hidden } = fromEngine<Checked>(inputs);
      const outcome = await sanitized(() => resource.create(args as Checked, context(hidden)));
      return { id: outcome.id, outs: outputs(outcome, hidden) };
    },

    async read(id, props: object = {}) {
      const { value: state, hidden } = fromEngine<State>(props);
      const outcome = await sanitized(() => resource.read(id, state as Partial<State>, context(hidden)));
      return outcome ? { id: outcome.id, props: outputs(outcome, hidden) } : {};
    },

    async update(id, olds: object, news: object) {
      const { value: args, hidden } = fromEngine<Checked>(news);
      const { value: state } = fromEngine<State>(olds);
      const outcome = await sanitized(() =>
        resource.update(id, state as State, args as Checked, context(hidden)),
      );
      return { outs: outputs(outcome, hidden) };
    },

    async delete(id, props: object) {
      const { value: state, hidden } = fromEngine<State>(props);
      await sanitized(() => resource.delete(id, state as State, context(hidden)));
    },
  };
}

/** No stack, no cause and no private text gets to the engine with an error. */
async function sanitized<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw plainError(error);
  }
}
