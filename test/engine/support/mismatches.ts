import { formatPublicKeyLine, publicKeyOfPrivateKey } from "../../../provider/keys";
import type { EngineProject, StoredResource } from "./project";

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
  const inState = new Map(
    resources
      .filter(({ type, outputs }) => type.endsWith(":KeyPair") && isOf(region, outputs))
      .map(({ inputs = {}, outputs = {} }) => [String(outputs["keyPairName"]), { ...inputs, ...outputs }]),
  );
  const namesInCloud = new Set(inCloud.map(({ name }) => name));
  const onlyInState = [...inState.keys()].filter((name) => !namesInCloud.has(name));
  return [
    ...onlyInState.map((name) => `${name} is only in the state`),
    ...inCloud.flatMap(({ name, publicKey }) => {
      const stored = inState.get(name);
      if (!stored) return [`${name} is only in the cloud`];
      const isImport = stored["publicKeyBody"] !== undefined || stored["publicKeyFile"] !== undefined;
      const privateHalf = isImport ? publicKey : publicHalf(stored["privateKey"]);
      return [
        ...(isSame(publicKey, stored["publicKey"]) ? [] : [`${name} has another key in the state`]),
        ...(isSame(publicKey, privateHalf) ? [] : [`${name} has no private key in the state that fits it`]),
      ];
    }),
  ].sort();
}

function isOf(region: string | undefined, outputs: StoredResource["outputs"]): boolean {
  return region === undefined || outputs?.["region"] === region;
}

/** The text that a secret of `resourcesWithSecrets` holds; `undefined` where it is no secret. */
export function revealed(secret: unknown): string | undefined {
  const isSecret = typeof secret === "object" && secret !== null && "plaintext" in secret;
  return isSecret ? String(JSON.parse(String(secret.plaintext))) : undefined;
}

function publicHalf(secret: unknown): string {
  const privateKey = revealed(secret);
  return privateKey === undefined ? "" : formatPublicKeyLine(publicKeyOfPrivateKey(privateKey));
}

function isSame(line: unknown, other: unknown): boolean {
  const [blob, otherBlob] = [line, other].map((each) => String(each).split(" ")[1]);
  return blob !== undefined && blob === otherBlob;
}
