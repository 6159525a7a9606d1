import { KeyPairError } from "../../core/errors";
import { registerSecret } from "../../core/redact";

/** A `KeyPair`, as the dynamic front and as the plugin name it. */
const KEY_PAIR_TYPES = ["pulumi-nodejs:dynamic/keypair:KeyPair", "keypair:index:KeyPair"];
/** The key pairs of other packages: `alicloud:ecs/ecsKeyPair:EcsKeyPair`, `openstack:compute/keypair:Keypair`. */
const FOREIGN_KEY_PAIR = /key-?pair(?:v\d+)?$/i;

/** How the engine marks a special value, and how it marks that the value is a secret. */
const MARK = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

/** Stands for a secret that the export holds encrypted. */
export const ENCRYPTED = Symbol("encrypted");

export type Properties = Readonly<Record<string, unknown>>;

/** The part of a stored resource that is kept in memory. It never includes a private key. */
export interface StoredResource {
  urn: string;
  type: string;
  id?: string;
  inputs: Properties;
  outputs: Properties;
  /** The provider that it was made with: its URN, `::` and its id. */
  provider?: string;
  /** The create timeout that the program sets, in seconds. */
  createTimeout?: number;
}

/** What the engine has written of a stack. */
export interface StackState {
  /** When it was written last (ms since the epoch). */
  writtenAt: number;
  /** Key pairs whose creation had started, but the engine never received the result. */
  pendingCreates: StoredResource[];
  /** Key pairs, also those of other packages. */
  keyPairs: StoredResource[];
  /** Providers of key pairs, by URN. */
  providers: ReadonlyMap<string, StoredResource>;
}

const KEPT_INPUTS = [
  "keyPairName",
  "publicKeyBody",
  "privateKeyFile",
  "resourceGroupId",
  "connection",
  "__automaticName",
];
const KEPT_OUTPUTS = ["fingerprintSha256", "connection", "backend", "region", "ownerId", "__account"];
const KEPT_SETTINGS =
  /^(?:keypair:)?(?:backend|region|endpoint|profile|cloud|path|accessKeyId|accessKeySecret|securityToken|timeoutSeconds)$/;

/**
 * Reads what `pulumi stack export` prints. Throws `InvalidInput`, and never repeats any of the text, because
 * it may hold private keys.
 */
export function readState(text: string): StackState {
  const deployment = asObject(asObject(parsed(text))["deployment"]);
  const time = asObject(deployment["manifest"])["time"];
  const writtenAt = Date.parse(String(time));
  if (Number.isNaN(writtenAt)) throw notAState();
  const resources = asList(deployment["resources"]);
  const operations = asList(deployment["pending_operations"]).map(asObject);
  const ofType = (wanted: string) =>
    operations.filter(({ type }) => type === wanted).map(({ resource }) => asObject(resource));
  const beingDeleted = new Set(ofType("deleting").map(({ urn }) => urn));
  const providers = resources
    .map(asObject)
    .filter(({ type }) => String(type).startsWith("pulumi:providers:"));
  return {
    writtenAt,
    pendingCreates: ofType("creating").filter(isOurs).map(keyPair),
    keyPairs: resources
      .map(asObject)
      .filter((resource) => isInCloud(resource, beingDeleted))
      .map(keyPair),
    providers: new Map(providers.map((provider) => [String(provider["urn"]), providerOf(provider)])),
  };
}

/** The name that the program gives the resource; it may hold `::`. */
export function logicalName(urn: string): string {
  return urn.split("::").slice(3).join("::");
}

/**
 * Whether the resource is this provider's. Resources of other packages also have the pair's name as their id,
 * but do not tell where the pair is.
 */
export function isOurs({ type }: { type?: unknown }): boolean {
  return KEY_PAIR_TYPES.includes(String(type));
}

/**
 * The engine keeps a resource that it has deleted for a replacement in the state until the new one is made.
 */
function isInCloud(resource: Properties, beingDeleted: ReadonlySet<unknown>): boolean {
  if (resource["pendingReplacement"] === true && !beingDeleted.has(resource["urn"])) return false;
  return isOurs(resource) || FOREIGN_KEY_PAIR.test(String(resource["type"]));
}

function keyPair(resource: Properties): StoredResource {
  const timeout = asObject(resource["customTimeouts"] ?? {})["create"];
  return {
    ...identity(resource),
    inputs: picked(resource["inputs"], (name) => KEPT_INPUTS.includes(name)),
    outputs: picked(resource["outputs"], (name) => KEPT_OUTPUTS.includes(name)),
    ...(typeof timeout === "number" && timeout > 0 ? { createTimeout: timeout } : {}),
  };
}

function providerOf(resource: Properties): StoredResource {
  return {
    ...identity(resource),
    inputs: picked(resource["inputs"], (name) => KEPT_SETTINGS.test(name)),
    outputs: {},
  };
}

function identity({ urn, type, id, provider }: Properties) {
  return {
    urn: String(urn),
    type: String(type),
    ...(typeof id === "string" ? { id } : {}),
    ...(typeof provider === "string" ? { provider } : {}),
  };
}

function picked(properties: unknown, isKept: (name: string) => boolean): Properties {
  const entries = Object.entries(asObject(properties ?? {})).filter(([name]) => isKept(name));
  return Object.fromEntries(entries.map(([name, value]) => [name, plain(value)]));
}

/** The value without the engine's marks. A secret is registered, so that no text of this process shows it. */
function plain(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const object: Properties = { ...value };
  if (object[MARK] !== SECRET) {
    return Object.fromEntries(Object.entries(object).map(([name, member]) => [name, plain(member)]));
  }
  const { plaintext } = object;
  if (typeof plaintext !== "string") return ENCRYPTED;
  const secret = plain(parsed(plaintext));
  registerAll(secret);
  return secret;
}

function registerAll(secret: unknown): void {
  if (typeof secret === "string") registerSecret(secret);
  else if (typeof secret === "object" && secret !== null) Object.values(secret).forEach(registerAll);
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

function asList(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value;
  throw notAState();
}

function notAState(): KeyPairError {
  return new KeyPairError({
    code: "InvalidInput",
    message: "the state is not what `pulumi stack export` prints",
    next: "Give --state the output of `pulumi stack export --show-secrets`.",
  });
}
