import { openPlace, resolvePlace } from "../../core/connection";
import { KeyPairError } from "../../core/errors";
import { getKeyPairs, type LookupContext } from "../../core/lookup";
import type { GetKeyPairsArgs } from "../../core/model";
import { hasUnknown } from "../../core/unknown";
import { decode, type Messages, messages } from "./protocol";

/** The ids of the resources of one type that match the filters of `getKeyPairs`, sorted; those behind `after` only. */
type Listing = (filters: GetKeyPairsArgs, after: string, context: LookupContext) => AsyncIterable<string>;

const LISTINGS = new Map<string, Listing>([
  ["keypair:index:KeyPair", keyPairs],
  ["keypair:index:KeyPairAttachment", attachments],
]);

/**
 * Lists resources that exist, by the ids that an import takes. They are sorted, so the last id of a page, and
 * how many came until then, say where the next page begins.
 */
export async function list(
  request: Messages.ListRequest,
  context: () => LookupContext,
): Promise<Messages.ListResponse[]> {
  const listing = LISTINGS.get(request.getToken());
  if (!listing) {
    throw new KeyPairError({
      code: "InvalidInput",
      message: `there is no resource type ${request.getToken()}; this provider lists ${[...LISTINGS.keys()].join(", ")}`,
    });
  }
  const { value: filters } = decode<GetKeyPairsArgs>(request.getQuery());
  if (hasUnknown(filters)) {
    const response = new messages.ListResponse();
    return [response.setComputed(new messages.ListResponse.Computed())];
  }
  const limit = request.getLimit() > 0 ? request.getLimit() : Number.POSITIVE_INFINITY;
  const pageSize = request.getPageSize() > 0 ? request.getPageSize() : Number.POSITIVE_INFINITY;
  const start = startOf(request.getContinuationToken());
  const ids: string[] = [];
  for await (const id of listing(filters as GetKeyPairsArgs, start.after, context())) {
    if (start.count + ids.length === limit) break;
    if (ids.length === pageSize) {
      const token = JSON.stringify([start.count + ids.length, ids.at(-1)]);
      return [...ids.map(result), continuation(token)];
    }
    ids.push(id);
  }
  return ids.map(result);
}

/** What the pages before have told. */
function startOf(token: string): { count: number; after: string } {
  if (token === "") return { count: 0, after: "" };
  const [count, after] = JSON.parse(token);
  return { count, after };
}

async function* keyPairs(
  filters: GetKeyPairsArgs,
  after: string,
  context: LookupContext,
): AsyncIterable<string> {
  for (const { keyPairName } of await getKeyPairs(filters, context))
    if (keyPairName > after) yield keyPairName;
}

/** The pairs that are attached to instances: the id of an attachment is the pair's name. */
async function* attachments(
  filters: GetKeyPairsArgs,
  after: string,
  context: LookupContext,
): AsyncIterable<string> {
  const { settings, catalog, operation } = context;
  const backend = await openPlace(resolvePlace(filters.connection, settings, catalog), catalog);
  if (!backend.attachments) return;
  for await (const keyPairName of keyPairs(filters, after, context)) {
    const instanceIds = await backend.attachments.attachedInstances(keyPairName, operation);
    if (instanceIds.length > 0) yield keyPairName;
  }
}

function result(id: string): Messages.ListResponse {
  const found = new messages.ListResponse.Result();
  found.setId(id);
  found.setName(id);
  return new messages.ListResponse().setResult(found);
}

function continuation(token: string): Messages.ListResponse {
  const next = new messages.ListResponse.Continuation();
  next.setContinuationToken(token);
  return new messages.ListResponse().setContinuation(next);
}
