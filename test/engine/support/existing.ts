import { DatabaseSync } from "node:sqlite";
import { createKeyPair } from "../../../provider/backends/local/create";
import type { KeyPairStore } from "../../../provider/backends/local/store";
import { type EcsProjectOptions, ecsProject, REGION } from "./alibaba";
import { newKey } from "./keys";
import { useTypeScript } from "./plugin";

/* Pairs that are there, and that no stack knows. */

const REGIONS = [REGION, "eu-central-1"];
/** The name of a pair whose key cannot be read. */
export const UNREADABLE = "unreadable";

/** An ECS with pairs that the stack does not know, and a project that can use the plugin too. */
export async function ecsWithPairs(options: EcsProjectOptions = {}) {
  const ecs = await ecsProject(options);
  const { project, emulator } = ecs;
  useTypeScript(project);
  await addPairs(emulator.store, REGIONS);
  emulator.store.deleteMany(REGION, ["plain-9"]);
  emulator.store.import(REGION, { name: UNREADABLE, publicKey: (await newKey()).line });
  spoilKey(emulator.store.path, UNREADABLE);
  return Object.assign(ecs, {
    /** The configured endpoint serves the configured region only. */
    everywhere: ["--region", REGIONS.join(","), "--endpoint", emulator.endpoint],
    all: () => REGIONS.flatMap((region) => emulator.store.list(region).keyPairs),
  });
}

/** Adds 20 pairs to the regions: imported and created, tagged, grouped, with names and keys in common. */
export async function addPairs(store: KeyPairStore, regions: readonly string[]): Promise<void> {
  const [first = "", last = first] = [regions[0], regions.at(-1)];
  const { line } = await newKey();
  const hostile = {
    'a"b': "`$" + "{process.exit(1)}`",
    "${pulumi.stack}": "line\nbreak 'x' \\n",
    键: "值 😀",
    $$: "",
  };
  store.import(first, { name: "web", publicKey: `${line} anna@laptop` });
  store.import(last, {
    name: last === first ? "web-2" : "web",
    publicKey: line,
    resourceGroupId: "rg-acfmxazb4p1",
  });
  store.import(first, { name: "web:a", publicKey: line, tags: hostile });
  store.import(last, { name: "web-a", publicKey: (await newKey()).line, tags: { team: "ops" } });
  store.import(first, { name: "web.a", publicKey: (await newKey()).line, tags: { team: "ops", empty: "" } });
  store.import(last, { name: "键对", publicKey: (await newKey()).line });
  store.import(first, { name: "pulumi", publicKey: (await newKey()).line });
  const key = { type: "rsa", bits: 2048 } as const;
  await createKeyPair(store, first, { name: "created", tags: { team: "ops" } }, { key });
  await createKeyPair(store, last, { name: "created-2", resourceGroupId: "rg-acfmxazb4p2" }, { key });
  for (let n = 0; n < 11; n++) {
    const region = n % 2 === 0 ? last : first;
    store.import(region, { name: `plain-${n}`, publicKey: (await newKey()).line, tags: { n: String(n) } });
  }
}

/** Puts a text that is no key in the place of the pair's key, as some cloud may have it. */
function spoilKey(path: string, name: string): void {
  const database = new DatabaseSync(path);
  database.prepare("UPDATE key_pairs SET public_key = ? WHERE name = ?").run("ssh-rsa AAAA", name);
  database.close();
}
