import type { Backend, BackendCatalog, KeyPairRecord, Operation } from "./backend";
import { openPlace, type ProviderSettings, resolvePlace } from "./connection";
import { defined } from "./defined";
import { KeyPairError } from "./errors";
import { publicKeyProblem } from "./keyPair/keyFacts";
import { recordOutputs } from "./keyPair/state";
import type { GetKeyPairArgs, GetKeyPairsArgs, KeyPairFacts } from "./model";
import { checkLookup } from "./resource/argumentSchema";
import type { CheckFailure } from "./resource/findings";

/** What a look-up works with. */
export interface LookupContext {
  settings: ProviderSettings;
  catalog: BackendCatalog;
  operation: Operation;
}

/** The pair of exactly this name. Rejects with `NotFound`, saying where it was looked for. */
export async function getKeyPair(args: GetKeyPairArgs, context: LookupContext): Promise<KeyPairFacts> {
  refuse(checkLookup("one", defined(args)));
  const { keyPairName, connection } = args;
  const backend = await opened(connection, context);
  const record = await backend.findKeyPair(keyPairName, "exact", context.operation);
  if (record) return factsOf(record, backend);
  throw new KeyPairError({
    code: "NotFound",
    keyPairName,
    message: `there is no key pair "${keyPairName}" (${backend.location})`,
    next:
      backend.name === "openstack"
        ? "Key pairs of OpenStack belong to a user, not to a project: look as the user who made it."
        : "Check the name, the region and the account.",
  });
}

/**
 * All pairs that match all filters, sorted by name. Rejects with `InvalidInput` if an argument is wrong: a filter that nobody reads
 * would find too much.
 */
export async function getKeyPairs(args: GetKeyPairsArgs, context: LookupContext): Promise<KeyPairFacts[]> {
  refuse(checkLookup("several", defined(args)));
  const { nameRegex, connection, tags, fingerprint, resourceGroupId } = args;
  const matches = nameRegex === undefined ? () => true : matcher(nameRegex);
  const backend = await opened(connection, context);
  const filter = defined({ tags, fingerprint, resourceGroupId });
  const records = await backend.listKeyPairs(filter, context.operation);
  return records
    .filter(({ name }) => matches(name))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((record) => factsOf(record, backend));
}

/** Throws all problems of the arguments at once. */
function refuse(failures: CheckFailure[]): void {
  const [first, ...others] = failures;
  if (first === undefined) return;
  throw new KeyPairError({
    code: "InvalidInput",
    message: failures.map(({ property, reason }) => `${property}: ${reason}`).join("; "),
    ...(others.length === 0 && { property: first.property }),
  });
}

function opened(own: GetKeyPairArgs["connection"], { settings, catalog }: LookupContext): Promise<Backend> {
  return openPlace(resolvePlace(own, settings, catalog), catalog);
}

function factsOf(record: KeyPairRecord, backend: Backend): KeyPairFacts {
  const { createdAt, tags, resourceGroupId } = record;
  const { name, region } = backend;
  const problem = publicKeyProblem(record);
  return {
    ...recordOutputs(record),
    ...defined({ createdAt, tags, resourceGroupId, backend: name, region, publicKeyProblem: problem }),
  };
}

function matcher(nameRegex: string): (name: string) => boolean {
  try {
    const pattern = new RegExp(nameRegex, "u");
    return (name) => pattern.test(name);
  } catch (cause) {
    throw new KeyPairError({
      code: "InvalidInput",
      property: "nameRegex",
      message: `nameRegex ${JSON.stringify(nameRegex)} is no regular expression`,
      cause,
    });
  }
}
