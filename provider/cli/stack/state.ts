import { KeyPairError } from "../../core/errors";
import { registerSecret } from "../../core/redact";

/** A `KeyPair`, as the dynamic front and as the plugin name it. */
const KEY_PAIR_TYPES = ["pulumi-nodejs:dynamic/keypair:KeyPair", "keypair:index:KeyPair"];
/** A `KeyPairSet`, as the dynamic front and as the plugin name it. */
const SET_TYPES = ["pulumi-nodejs:dynamic/keypair:KeyPairSet", "keypair:index:KeyPairSet"];
/** The key pairs of other packages: `alicloud:ecs/ecsKeyPair:EcsKeyPair`, `openstack:compute/keypair:Keypair`. */
const FOREIGN_KEY_PAIR = /key-?pair(?:v\d+)?$/i;

/** How the engine marks a special value, and how it marks that the value is a secret. */
const MARK = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

const HOW_TO_EXPORT =
  "Give --state the output of `pulumi stack export --show-secrets`, through a pipe: `--state -`.";

type Properties = Readonly<Record<string, unknown>>;

/** A resource as the export has it. Its properties may be secrets: read them with `valueIn` or `textIn`. */
export interface StoredResource {
  urn: string;
  type: string;
  id: unknown;
  inputs: Properties;
  outputs: Properties;
  /** The URN of its provider, `::` and the provider's id. */
  provider: unknown;
}

/** A resource on which an operation was interrupted. */
export interface PendingResource extends StoredResource {
  isUpdate: boolean;
}

/** What the engine has written of a stack. */
export interface StackState {
  /** When it was written last (ms since the epoch). */
  writtenAt: number;
  /** The key pairs of a set are there as single ones. */
  resources: StoredResource[];
  /** Key pairs, and sets of them, whose creation had started, but the engine never received the result. A set also makes key pairs when it is updated. */
  pendingCreates: PendingResource[];
}

/**
 * Reads what `pulumi stack export` prints. Throws `InvalidInput`, and never repeats any of the text, because
 * it may hold private keys.
 */
export function readState(text: string): StackState {
  const { manifest, resources, pending_operations } = asObject(asObject(parsed(text))["deployment"]);
  const writtenAt = Date.parse(String(asObject(manifest)["time"]));
  if (Number.isNaN(writtenAt)) throw notAState();
  // The engine keeps a resource that it has deleted for a replacement in the state until the new one is made.
  const present = asList(resources).filter(({ pendingReplacement }) => pendingReplacement !== true);
  const pending = asList(pending_operations).map(({ type, resource }) => ({
    type,
    resource: storedResource(resource),
  }));
  const mayHaveMade = pending.filter(
    ({ type, resource }) =>
      (type === "creating" && isOurs(resource)) ||
      ((type === "creating" || type === "updating") && isSet(resource)),
  );
  return {
    writtenAt,
    resources: present.map(storedResource).flatMap(withPairsOfSet),
    pendingCreates: mayHaveMade.map(({ type, resource }) => ({ ...resource, isUpdate: type === "updating" })),
  };
}

/** The name that the program gives the resource; it may hold `::`. */
export function logicalName({ urn }: StoredResource): string {
  return urn.split("::").slice(3).join("::");
}

/** Whether it is a `KeyPair` of this provider. */
export function isOurs({ type }: StoredResource): boolean {
  return KEY_PAIR_TYPES.includes(type);
}

/** Whether it is a `KeyPairSet` of this provider. */
export function isSet({ type }: StoredResource): boolean {
  return SET_TYPES.includes(type);
}

/** A resource that stands for one key pair of a set. */
export function pairOfSet<Resource extends StoredResource>(
  set: Resource,
  { id, inputs, outputs }: Pick<StoredResource, "id" | "inputs" | "outputs">,
): Resource {
  return { ...set, type: KEY_PAIR_TYPES[0] ?? "", id, inputs, outputs };
}

/** A set with its key pairs, also those whose places others have taken; any other resource as it is. */
function withPairsOfSet(resource: StoredResource): StoredResource[] {
  if (!isSet(resource)) return [resource];
  const keyPairs = asObject(valueIn(resource.outputs, "keyPairs") ?? {});
  const notes = asObject(valueIn(resource.outputs, "__notes") ?? {});
  const pairs = Object.entries(keyPairs).flatMap(([member, regions]) =>
    Object.entries(asObject(regions)).map(([region, facts]) => {
      const note = asObject(asObject(notes[member] ?? {})[region] ?? {});
      return storedPair(resource, { ...asObject(facts), ...note });
    }),
  );
  const leftOver = asList(valueIn(resource.outputs, "__leftOver")).map(({ keyPair }) =>
    storedPair(resource, asObject(keyPair)),
  );
  return [resource, ...pairs, ...leftOver];
}

/** @param outputs  What is stored of the key pair. */
function storedPair(set: StoredResource, outputs: Properties): StoredResource {
  const { keyPairName: id, connection } = outputs;
  return pairOfSet(set, { id, inputs: connection === undefined ? {} : { connection }, outputs });
}

/** The resources that have a key pair of this name in some cloud: this provider's, and those of other packages. */
export function resourcesWith(name: string, { resources }: StackState): StoredResource[] {
  return resources.filter(
    (resource) => resource.id === name && (isOurs(resource) || FOREIGN_KEY_PAIR.test(resource.type)),
  );
}

/**
 * The property without the engine's marks. A secret is registered, so that no output of this process shows it.
 * Throws `Configuration` if the export holds it encrypted.
 */
export function valueIn(properties: Properties, name: string): unknown {
  return plain(properties[name], name);
}

/** The same, if it is a string that is not empty. */
export function textIn(properties: Properties, name: string): string | undefined {
  const value = valueIn(properties, name);
  return typeof value === "string" && value !== "" ? value : undefined;
}

function plain(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const object: Properties = { ...value };
  if (object[MARK] !== SECRET) {
    return Object.fromEntries(Object.entries(object).map(([key, member]) => [key, plain(member, name)]));
  }
  const { plaintext } = object;
  if (typeof plaintext !== "string") {
    const message = `the state holds ${name} encrypted`;
    throw new KeyPairError({ code: "Configuration", message, next: HOW_TO_EXPORT });
  }
  const secret = plain(parsed(plaintext), name);
  registerAll(secret);
  return secret;
}

function registerAll(secret: unknown): void {
  if (typeof secret === "string") registerSecret(secret);
  else if (typeof secret === "object" && secret !== null) Object.values(secret).forEach(registerAll);
}

function storedResource(value: unknown): StoredResource {
  const { urn, type, id, inputs, outputs, provider } = asObject(value);
  return {
    urn: String(urn),
    type: String(type),
    id,
    inputs: asObject(inputs ?? {}),
    outputs: asObject(outputs ?? {}),
    provider,
  };
}

/** An error of JSON.parse quotes a piece of the text, so it is not passed on. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw notAState();
  }
}

function asObject(value: unknown): Properties {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  throw notAState();
}

function asList(value: unknown): Properties[] {
  const list = value ?? [];
  if (Array.isArray(list)) return list.map(asObject);
  throw notAState();
}

function notAState(): KeyPairError {
  return new KeyPairError({
    code: "InvalidInput",
    message: "the state is not what `pulumi stack export` prints",
    next: HOW_TO_EXPORT,
  });
}
