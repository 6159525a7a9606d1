import { formatPublicKeyLine, publicKeyOfPrivateKey } from "../../../provider/keys";
import {
  type EcsEmulator,
  type EcsEmulatorOptions,
  startEcsEmulator,
  TEST_ACCESS_KEY,
} from "../../emulator/ecs/server";
import { type EngineProject, engineProject, type ProjectOptions, type StoredResource } from "./project";

export const REGION = "cn-hangzhou";

export interface EcsProjectOptions extends Partial<ProjectOptions> {
  /** Default: created pairs get small keys. */
  emulator?: EcsEmulatorOptions;
}

/** A project of its own on an ECS of its own: the emulator answers over HTTP, in the process of the tests. */
export async function ecsProject(options: EcsProjectOptions): Promise<EcsProject> {
  const emulator = await startEcsEmulator({ hasFastKeys: true, ...options.emulator });
  const project = await engineProject({
    program: "",
    ...options,
    config: {
      "keypair:backend": "alibaba",
      "keypair:region": REGION,
      "keypair:endpoint": emulator.endpoint,
      ...options.config,
    },
    env: { ALIBABA_CLOUD_ECS_METADATA_DISABLED: "true", ...(options.env ?? credentials()) },
  });
  return new EcsProject(project, emulator);
}

/** The variables that the vendor's own tools read. */
export function credentials({ id, secret } = TEST_ACCESS_KEY): NodeJS.ProcessEnv {
  return { ALIBABA_CLOUD_ACCESS_KEY_ID: id, ALIBABA_CLOUD_ACCESS_KEY_SECRET: secret };
}

export class EcsProject {
  constructor(
    readonly project: EngineProject,
    readonly emulator: EcsEmulator,
  ) {}

  /** The names of the region's pairs, oldest first. */
  names(region = REGION): string[] {
    return this.emulator.store.list(region).keyPairs.map(({ name }) => name);
  }

  /** The pair that the resource of this name made. */
  pair(resource: string, region = REGION) {
    const name = String(this.project.resource(resource).outputs?.["keyPairName"]);
    const pair = this.emulator.store.find(region, name);
    if (!pair) throw new Error(`the cloud has no pair ${name} of the resource ${resource}`);
    return pair;
  }

  /**
   * What of the cloud and of the state does not fit together, each in a sentence: a pair that only one of the two has, one
   * that holds another key than the state says, and a created one whose private key the state does not have.
   */
  async mismatches(region = REGION): Promise<string[]> {
    const { output } = await this.project.pulumi(["stack", "export", "--show-secrets"]);
    const { deployment } = JSON.parse(output);
    const resources: StoredResource[] = deployment.resources ?? [];
    const stored = new Map(
      resources
        .filter(({ type, outputs }) => type.endsWith(":KeyPair") && outputs?.["region"] === region)
        .map(({ outputs = {} }) => [String(outputs["keyPairName"]), outputs]),
    );
    const pairs = this.emulator.store.list(region).keyPairs;
    const inCloud = new Set(pairs.map(({ name }) => name));
    return [
      ...[...stored.keys()]
        .filter((name) => !inCloud.has(name))
        .map((name) => `${name} is only in the state`),
      ...pairs.flatMap(({ name, publicKey, id }) => {
        const outputs = stored.get(name);
        if (!outputs) return [`${name} is only in the cloud`];
        return [
          ...(blob(publicKey) === blob(outputs["publicKey"]) ? [] : [`${name} has another key in the state`]),
          ...(id === undefined || blob(publicHalf(outputs["privateKey"])) === blob(publicKey)
            ? []
            : [`${name} has no private key in the state that fits it`]),
        ];
      }),
    ];
  }

  async close(): Promise<void> {
    await this.emulator.close();
    this.project.close();
  }
}

/** Of a secret of `pulumi stack export --show-secrets`. */
function publicHalf(secret: unknown): string {
  const isSecret = typeof secret === "object" && secret !== null && "plaintext" in secret;
  return isSecret ? formatPublicKeyLine(publicKeyOfPrivateKey(JSON.parse(String(secret.plaintext)))) : "";
}

function blob(line: unknown): string | undefined {
  return String(line).split(" ")[1];
}
