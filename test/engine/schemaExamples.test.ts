import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { run } from "../../scripts/engine/run.mts";
import { ecsProject, REGION } from "./support/alibaba";
import { newKey } from "./support/keys";
import { has, translateExample, yamlHost } from "./support/languages";
import { installModules } from "./support/modules";
import { pluginFolder } from "./support/plugin";
import type { EngineProject } from "./support/project";

/* The examples in the descriptions of schema.json (docs/examples): the YAML programs run, and the others are made from them. */

const ROOT = join(__dirname, "../..");
const EXAMPLES = join(ROOT, "docs/examples");
const GENERATED = ["index.ts", "__main__.py", "main.go"];

interface Needs {
  config?: Record<string, string>;
  secretConfig?: Record<string, string>;
  files?: (project: EngineProject) => Promise<void>;
  outputs?: Record<string, unknown>;
  /** A configured endpoint serves one region: resources in others name the emulator themselves. */
  isInSeveralRegions?: true;
}

const publicKeyFile = (name: string) => async (project: EngineProject) => {
  project.write(name, `${(await newKey()).line}\n`);
};

/** What each program finds where it runs, and what it gives. */
const RUNS: Record<string, () => Promise<Needs>> = {
  "import-a-public-key": async () => ({
    files: publicKeyFile("deploy.pub"),
    outputs: { fingerprint: expect.stringMatching(/^SHA256:/) },
  }),
  "create-a-key-pair": async () => ({
    outputs: { privateKey: expect.stringContaining("PRIVATE KEY") },
  }),
  "keys-of-a-team": async () => ({
    files: async (project) => {
      project.write("keys/anna.pub", `${(await newKey()).line}\n`);
    },
    outputs: { names: ["team-anna", "team-ci"] },
    isInSeveralRegions: true,
  }),
  "attach-a-key-pair": async () => ({
    config: { "test:instanceId": "i-1" },
    files: publicKeyFile("web.pub"),
  }),
  "look-up-a-key-pair": async () => ({ outputs: { fingerprint: expect.stringMatching(/^SHA256:/) } }),
  "look-up-key-pairs": async () => ({ outputs: { names: ["team-zoe"] } }),
  "public-key-of-a-private-key": async () => {
    const { line, privateKey } = await newKey();
    return {
      secretConfig: { "test:privateKey": privateKey },
      outputs: { publicKey: line.split(" ").slice(0, 2).join(" ") },
    };
  },
};

it("each example has a run here", () => {
  expect(Object.keys(RUNS).sort()).toEqual(readdirSync(EXAMPLES).sort());
});

describe.skipIf(!has("go"))("the YAML program", () => {
  beforeAll(async () => {
    await yamlHost();
  });

  it.each(Object.entries(RUNS))("%s runs on an emulator of ECS", async (example, needsOf) => {
    const { config = {}, secretConfig = {}, files, outputs = {}, isInSeveralRegions } = await needsOf();
    const ecs = await ecsProject({ config, secretConfig });
    onTestFinished(() => ecs.close());
    const { project, emulator } = ecs;
    emulator.store.import(REGION, { name: "deploy", publicKey: (await newKey()).line });
    emulator.store.import(REGION, {
      name: "team-zoe",
      publicKey: (await newKey()).line,
      tags: { team: "ops" },
    });
    await files?.(project);
    const program = readFileSync(join(EXAMPLES, example, "Pulumi.yaml"), "utf8");
    const plugins = `plugins:\n  providers:\n    - { name: keypair, path: ${pluginFolder()} }\n`;
    const connection = isInSeveralRegions ? `\n      connection: { endpoint: "${emulator.endpoint}" }` : "";
    const here = program.replace(/^name: .*$/m, "name: test").replace("properties:", `$&${connection}`);
    project.write("Pulumi.yaml", here + plugins);

    expect((await project.up()).output).not.toContain("PRIVATE KEY");
    expect(await project.outputs()).toEqual(outputs);
    expect(Object.keys((await project.up()).changes)).toEqual(["same"]);
    await project.destroy();
    expect(ecs.names()).toEqual(["deploy", "team-zoe"]);
  });
});

describe.skipIf(!has("go"))("the translations", () => {
  it.each(Object.keys(RUNS))("of %s are what Pulumi's generators make of it", async (example) => {
    const folder = mkdtempSync(join(tmpdir(), "keypair-example-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    cpSync(join(EXAMPLES, example, "Pulumi.yaml"), join(folder, "Pulumi.yaml"));
    await translateExample(folder);
    // The Go of a function is written by hand (scripts/examples.mts); test/engine/languages.test.ts builds it.
    const callsFunction = readFileSync(join(folder, "Pulumi.yaml"), "utf8").includes("fn::invoke");
    for (const file of GENERATED.filter((name) => name !== "main.go" || !callsFunction))
      expect(readFileSync(join(folder, file), "utf8"), file).toBe(
        readFileSync(join(EXAMPLES, example, file), "utf8"),
      );
  });
});

it("the TypeScript programs have no type error, with the types that are published", async () => {
  const folder = mkdtempSync(join(tmpdir(), "keypair-examples-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  await installModules(folder, "workspace", "pinned");
  for (const example of Object.keys(RUNS))
    cpSync(join(EXAMPLES, example, "index.ts"), join(folder, `${example}.ts`));
  const options = { strict: true, module: "node20", noEmit: true, types: [], skipLibCheck: true };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions: options }));
  await run(process.execPath, [join(ROOT, "node_modules/typescript/bin/tsc"), "-p", folder]);
});
