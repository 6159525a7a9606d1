import {
  type EcsEmulator,
  type EcsEmulatorOptions,
  startEcsEmulator,
  TEST_ACCESS_KEY,
} from "../../emulator/ecs/server";
import { mismatchesOf } from "./mismatches";
import { type EngineProject, engineProject, type ProjectOptions } from "./project";

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
    env: {
      ALIBABA_CLOUD_ECS_METADATA_DISABLED: "true",
      // For resources in other regions: the configured endpoint serves the configured region only.
      ECS_ENDPOINT: emulator.endpoint,
      ...(options.env ?? credentials()),
    },
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

  /** The names of the region's pairs, sorted: the engine makes pairs side by side, in any order. */
  names(region = REGION): string[] {
    return this.emulator.store
      .list(region)
      .keyPairs.map(({ name }) => name)
      .sort();
  }

  /** The pair that the resource of this name made. */
  pair(resource: string, region = REGION) {
    const name = String(this.project.resource(resource).outputs?.["keyPairName"]);
    const pair = this.emulator.store.find(region, name);
    if (!pair) throw new Error(`the cloud has no pair ${name} of the resource ${resource}`);
    return pair;
  }

  /** See `mismatchesOf`. */
  mismatches(region = REGION): Promise<string[]> {
    return mismatchesOf(this.project, this.emulator.store.list(region).keyPairs, region);
  }

  async close(): Promise<void> {
    await this.emulator.close();
    this.project.close();
  }
}
