import { onTestFinished } from "vitest";
import { type AccessKey, DEFAULT_ACCOUNT } from "../../emulator/ecs/signature";
import { type EcsProject, type EcsProjectOptions, ecsProject, REGION } from "./alibaba";

/** Access keys of two accounts. */
export const OURS = {
  id: "our-key-id",
  secret: "our-secret-1d5e",
  account: DEFAULT_ACCOUNT,
} satisfies AccessKey;
export const THEIRS = {
  id: "their-key-id",
  secret: "their-secret-9b7c",
  account: "2000000000000002",
} satisfies AccessKey;

/** A project whose HOME has the profiles `ours` and `theirs`, two accounts. No variable holds a key unless `options.env` does. */
export async function accountsProject(options: EcsProjectOptions = {}): Promise<EcsProject> {
  const ecs = await ecsProject({
    env: {},
    ...options,
    emulator: { accessKeys: [OURS, THEIRS], ...options.emulator },
  });
  onTestFinished(() => ecs.close());
  writeProfiles(ecs, { ours: OURS, theirs: THEIRS });
  return ecs;
}

export function writeProfiles({ project }: EcsProject, keys: Record<string, AccessKey>): void {
  const profiles = Object.entries(keys).map(([name, { id, secret }]) => ({
    name,
    mode: "AK",
    access_key_id: id,
    access_key_secret: secret,
    region_id: REGION,
  }));
  project.write("home/.aliyun/config.json", JSON.stringify({ current: "none", profiles }));
}

/** As `EcsProject.names`, of another account. */
export function namesOf({ emulator }: EcsProject, { account }: { account: string }): string[] {
  return emulator
    .storeOf(account)
    .list(REGION)
    .keyPairs.map(({ name }) => name)
    .sort();
}
