import { formatPublicKeyLine, publicKeyOfPrivateKey } from "../../../provider/keys";
import type { EngineProject, StoredResource } from "./project";
import { storedPairs } from "./storedPairs";

/** A pair as the cloud has it. */
interface CloudPair {
  name: string;
  publicKey?: string | undefined;
}

/**
 * What of the cloud and of the state does not fit together, each in a sentence: a pair that only one of the two has, one
 * that holds another key than the state says, and a created one whose private key the state does not have. Sorted.
 * @param region  Only of this region.
 */
export async function mismatchesOf(
  project: EngineProject,
  inCloud: readonly CloudPair[],
  region?: string,
): Promise<string[]> {
  return mismatchesWith(await resourcesWithSecrets(project), inCloud, region);
}

/** The resources of the state, secrets in clear text. */
export async function resourcesWithSecrets(project: EngineProject): Promise<StoredResource[]> {
  const { output } = await project.pulumi(["stack", "export", "--show-secrets"]);
  return JSON.parse(output).deployment.resources ?? [];
}

/** See `mismatchesOf`. */
export function mismatchesWith(
  resources: readonly StoredResource[],
  inCloud: readonly CloudPair[],
  region?: string,
): string[] {
  const stored = storedPairs(resources).filter((pair) => region === undefined || pair.region === region);
  const inState = new Map(stored.map((pair) => [pair.name, pair]));
  const namesInCloud = new Set(inCloud.map(({ name }) => name));
  const onlyInState = [...inState.keys()].filter((name) => !namesInCloud.has(name));
  return [
    ...onlyInState.map((name) => `${name} is only in the state`),
    ...inCloud.flatMap(({ name, publicKey }) => {
      const pair = inState.get(name);
      if (!pair) return [`${name} is only in the cloud`];
      const privateHalf = pair.isImported ? publicKey : publicHalf(pair.privateKey);
      return [
        ...(isSame(publicKey, pair.publicKey) ? [] : [`${name} has another key in the state`]),
        ...(isSame(publicKey, privateHalf) ? [] : [`${name} has no private key in the state that fits it`]),
      ];
    }),
  ].sort();
}

function publicHalf(privateKey: string | undefined): string {
  return privateKey === undefined ? "" : formatPublicKeyLine(publicKeyOfPrivateKey(privateKey));
}

function isSame(line: unknown, other: unknown): boolean {
  const [blob, otherBlob] = [line, other].map((each) => String(each).split(" ")[1]);
  return blob !== undefined && blob === otherBlob;
}
