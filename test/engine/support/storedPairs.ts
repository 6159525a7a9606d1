import type { StoredResource } from "./project";

/** A key pair as the state has it: that of a `KeyPair`, or one of a set. */
export interface StoredPair {
  /** The logical name; of a set's pair see `pairOfSet`. */
  resource: string;
  name: string;
  region: string;
  publicKey: string;
  isImported: boolean;
  /** Of a created pair, in clear text. */
  privateKey: string | undefined;
}

/** What a set's pair is called. */
export function pairOfSet(set: string, member: string, region: string): string {
  return `${set}/${member}/${region}`;
}

/** @param resources  With their secrets in clear text. */
export function storedPairs(resources: readonly StoredResource[]): StoredPair[] {
  return resources.flatMap(({ urn, type, inputs = {}, outputs = {} }) => {
    const resource = urn.split("::").at(-1) ?? "";
    if (type.endsWith(":KeyPairSet")) return pairsOfStoredSet(resource, outputs);
    if (!type.endsWith(":KeyPair")) return [];
    const isImported = ["publicKeyBody", "publicKeyFile"].some((name) => name in inputs || name in outputs);
    return [{ resource, ...factsOf(outputs), isImported, privateKey: revealed(outputs["privateKey"]) }];
  });
}

function pairsOfStoredSet(set: string, outputs: Record<string, unknown>): StoredPair[] {
  const { keyPairs = {}, created = [], privateKeys } = outputs;
  const keys = (clearText(privateKeys) ?? {}) as Record<string, string>;
  const members = Object.entries(keyPairs as Record<string, Record<string, Record<string, unknown>>>);
  return members.flatMap(([member, regions]) =>
    Object.entries(regions).map(([region, facts]) => ({
      resource: pairOfSet(set, member, region),
      ...factsOf(facts),
      isImported: !(created as string[]).includes(member),
      privateKey: keys[member],
    })),
  );
}

function factsOf({ keyPairName, region, publicKey }: Record<string, unknown>) {
  return { name: String(keyPairName), region: String(region), publicKey: String(publicKey) };
}

/** The text that a secret holds; `undefined` where it is no secret. */
export function revealed(secret: unknown): string | undefined {
  const value = clearText(secret);
  return value === undefined ? undefined : String(value);
}

function clearText(secret: unknown): unknown {
  const isSecret = typeof secret === "object" && secret !== null && "plaintext" in secret;
  return isSecret ? JSON.parse(String(secret.plaintext)) : undefined;
}
