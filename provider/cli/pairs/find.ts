import { isDeepStrictEqual } from "node:util";
import type { Backend, BackendCatalog, KeyPairRecord } from "../../core/backend";
import { openPlace, type Place, type ProviderSettings, resolvePlace } from "../../core/connection";
import { defined } from "../../core/defined";
import { isKeyPairError, KeyPairError } from "../../core/errors";
import type { Connection } from "../../core/model";
import { type PublicKey, readPublicKey } from "../../keys";
import { newOperation } from "../operation";
import { connectionOf, nameMatcher, type PairsOptions } from "./options";

/** Any region tells all regions; this one is asked where neither the options nor the configuration name one. */
const REGION_TO_ASK = "cn-hangzhou";

/** A place that was looked at. */
export interface FoundPlace {
  backend: Backend;
  place: Place;
  /** What a resource's `connection` has to say so that it is in this place; empty where the stack's configuration says it. */
  connection: Connection;
}

/** A key pair that is there. */
export interface FoundPair extends FoundPlace {
  record: KeyPairRecord;
  /** `undefined` if the cloud does not tell it, or tells a text that is not one single key. */
  key: PublicKey | undefined;
  /** Why the key is not known. */
  keyProblem?: string;
}

export interface FoundPairs {
  /** Sorted by name, then by place. */
  pairs: FoundPair[];
  /** The places that were looked at. */
  lookedAt: Backend[];
  /** The places that could not be looked at. */
  unclear: { location: string; error: KeyPairError }[];
}

/**
 * All key pairs that the options mean. If one region cannot be asked, those of the others are still found. Rejects with
 * `Configuration` if it is not known where to look.
 */
export async function findPairs(
  options: PairsOptions,
  settings: ProviderSettings,
  catalog: BackendCatalog,
): Promise<FoundPairs> {
  const own = connectionOf(options);
  if (own.backend === undefined && settings.connection.backend === undefined) throw noBackend();
  const regions = options.allRegions ? await allRegions(own, settings, catalog) : options.region;
  const connections = (regions ?? [undefined]).map((region) => connectionOf(options, region));
  const places = connections.map((connection) => ({
    connection,
    place: resolvePlace(connection, settings, catalog),
  }));
  const outcomes = await Promise.all(places.map((asked) => look(asked, options, settings, catalog)));
  return {
    pairs: outcomes.flatMap(({ pairs }) => pairs).sort(byName),
    lookedAt: outcomes.flatMap(({ lookedAt }) => lookedAt),
    unclear: outcomes.flatMap(({ unclear }) => unclear),
  };
}

async function look(
  asked: { connection: Connection; place: Place },
  options: PairsOptions,
  settings: ProviderSettings,
  catalog: BackendCatalog,
): Promise<FoundPairs> {
  const { place } = asked;
  let location = [place.connection.backend, place.connection.region].filter(Boolean).join(" ");
  try {
    const backend = await openPlace(place, catalog);
    location = backend.location;
    const filter = defined({ tags: options.tag, resourceGroupId: options.resourceGroup });
    const records = await backend.listKeyPairs(filter, newOperation(settings.timeoutSeconds));
    const isMeant = nameMatcher(options.namePattern);
    const connection = toBeSaid(asked.connection, place, settings, catalog);
    const pairs = records
      .filter(({ name }) => isMeant(name))
      .map((record) => ({ record, backend, place, connection, ...keyOf(record) }));
    return { pairs, lookedAt: [backend], unclear: [] };
  } catch (error) {
    if (!isKeyPairError(error)) throw error;
    return { pairs: [], lookedAt: [], unclear: [{ location, error }] };
  }
}

async function allRegions(
  own: Connection,
  settings: ProviderSettings,
  catalog: BackendCatalog,
): Promise<string[]> {
  const { connection } = resolvePlace(own, settings, catalog);
  const rules = catalog.rules(connection.backend);
  const region = connection.region ?? rules.regionOfAccount(connection, process.env) ?? REGION_TO_ASK;
  // Asked where the other regions are looked at too: an endpoint that holds {region} needs one.
  const backend = await openPlace(resolvePlace({ ...own, region }, settings, catalog), catalog);
  const regions = await backend.listRegions?.(newOperation(settings.timeoutSeconds));
  if (regions) return regions;
  throw new KeyPairError({
    code: "InvalidInput",
    message: `--all-regions is for Alibaba Cloud: ${backend.location} has no list of its regions`,
    next: "Name the regions with --region.",
  });
}

/** What the resource itself has to say: the shortest that leads to the same place, with what the stack's configuration says. */
function toBeSaid(
  connection: Connection,
  place: Place,
  settings: ProviderSettings,
  catalog: BackendCatalog,
): Connection {
  const { endpoint: _, ...configured } = settings.connection;
  // A configured endpoint need not serve the region.
  const shorter = [settings.connection, configured].map((known) => without(connection, known));
  const leadsThere = (said: Connection) => isDeepStrictEqual(resolvePlace(said, settings, catalog), place);
  return shorter.find(leadsThere) ?? connection;
}

function without(connection: Connection, known: Connection): Connection {
  const isNews = ([name, value]: [string, unknown]) => Reflect.get(known, name) !== value;
  return Object.fromEntries(Object.entries(connection).filter(isNews));
}

function keyOf({ publicKey }: KeyPairRecord): Pick<FoundPair, "key" | "keyProblem"> {
  if (publicKey === undefined) return { key: undefined, keyProblem: "the cloud does not tell it" };
  try {
    return { key: readPublicKey(publicKey) };
  } catch (error) {
    if (!isKeyPairError(error, "InvalidKey")) throw error;
    return { key: undefined, keyProblem: error.details.message };
  }
}

function noBackend(): KeyPairError {
  return new KeyPairError({
    code: "Configuration",
    message: "it is not said which cloud to look at",
    next: "Name it with --backend, or run this in the folder of a Pulumi project whose stack configures keypair:backend.",
  });
}

function byName(a: FoundPair, b: FoundPair): number {
  const [one, other] = [a, b].map(({ record, backend }) => [record.name, backend.location]);
  return compare(one?.[0], other?.[0]) || compare(one?.[1], other?.[1]);
}

function compare(a = "", b = ""): number {
  return a < b ? -1 : Number(a > b);
}
