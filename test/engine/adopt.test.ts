import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "vitest";
import { KeyPairStore } from "../../provider/backends/local/store";
import { TEST_ACCESS_KEY } from "../emulator/ecs/server";
import { REGION } from "./support/alibaba";
import { cli } from "./support/cli";
import { addPairs, ecsWithPairs, UNREADABLE } from "./support/existing";
import { LOCAL_REGION, pairs } from "./support/localStore";
import { useTypeScript } from "./support/plugin";
import { type EngineProject, engineProject } from "./support/project";

/* `pulumi-keypair adopt` and `list`, as a user runs them: the pairs that are there come into a stack, and nothing changes. */

/** Calls that change nothing, and an import that finds its name taken. */
const HARMLESS = ["DescribeKeyPairs", "GetCallerIdentity", "ImportKeyPair"];

describe("20 pairs of two regions of ECS", () => {
  it("are taken over by one `adopt --as import` and one `pulumi import --file`", async ({
    expect,
    onTestFinished,
  }) => {
    const ecs = await ecsWithPairs();
    onTestFinished(() => ecs.close());
    const { project, emulator } = ecs;
    const before = ecs.all();
    const adopted = await cli(project, "adopt", ...ecs.everywhere, "--as", "import");
    expect(adopted).toMatchObject({
      exitCode: 0,
      output:
        "Wrote adopted.ts and adopted-import.json: 20 key pairs.\n" +
        'Load it in the program: import "./adopted";\n' +
        "Take over: pulumi import --file adopted-import.json --generate-code=false\n" +
        "Then `pulumi preview` shows no change.\n",
    });
    expectTypes(project);
    await project.pulumi(["import", "--file", "adopted-import.json", "--generate-code=false", "--yes"]);
    expect(namesInState(project)).toEqual(before.map(({ name }) => name).toSorted());

    project.program(`require("./adopted");`);
    expect((await project.preview()).changes).toEqual({ same: 21 });
    expect((await project.up({ flags: ["--refresh"] })).changes).toEqual({ same: 21 });
    expect(ecs.all()).toEqual(before);
    expect(emulator.calls.filter(({ action }) => !HARMLESS.includes(action))).toEqual([]);
    expect(emulator.count("ImportKeyPair")).toBe(0);

    const again = await cli(project, "adopt", ...ecs.everywhere, "--as", "import");
    expect(again.output).toContain("The stack has every key pair already. Nothing was written.\n");
    expect(again.exitCode).toBe(0);
  });

  it.for([
    ["the dynamic front", []],
    ["the plugin", ["--plugin"]],
  ] as const)(
    "are taken over by one `adopt` and one `up` (%s)",
    async ([, flags], { expect, onTestFinished }) => {
      const ecs = await ecsWithPairs();
      onTestFinished(() => ecs.close());
      const { project, emulator } = ecs;
      const before = ecs.all();
      const adopted = await cli(project, "adopt", ...ecs.everywhere, ...flags);
      expect(adopted.output).toMatch(
        /^pulumi-keypair: left out "unreadable" \(alibaba cn-hangzhou\): its key cannot be read: .*\.\nWrote adopted\.ts: 19 key pairs\.\n/,
      );
      expect(adopted.exitCode).toBe(3);
      expectTypes(project);

      project.program(`require("./adopted");`);
      expect((await project.up()).changes).toEqual({ create: 20 });
      expect(namesInState(project)).toEqual(
        before
          .map(({ name }) => name)
          .filter((name) => name !== UNREADABLE)
          .toSorted(),
      );
      expect((await project.preview()).changes).toEqual({ same: 20 });
      expect((await project.up({ flags: ["--refresh"] })).changes).toEqual({ same: 20 });
      expect(ecs.all()).toEqual(before);
      expect(emulator.calls.filter(({ action }) => !HARMLESS.includes(action))).toEqual([]);
    },
  );

  it.for([
    ["the dynamic front", []],
    ["the plugin", ["--plugin"]],
  ] as const)(
    "are taken over as sets by one `adopt --as set` and one `up` (%s)",
    async ([, flags], { expect, onTestFinished }) => {
      const ecs = await ecsWithPairs();
      onTestFinished(() => ecs.close());
      const { project, emulator } = ecs;
      const before = ecs.all();
      const adopted = await cli(project, "adopt", ...ecs.everywhere, "--as", "set", ...flags);
      expect(adopted.output).toContain("Wrote adopted.ts: 19 key pairs");
      expectTypes(project);

      project.program(`require("./adopted");`);
      expect(Object.keys((await project.up()).changes)).toEqual(["create"]);
      const names = project
        .resources()
        .flatMap(({ outputs }) =>
          Object.values(
            (outputs?.["keyPairs"] ?? {}) as Record<string, Record<string, { keyPairName: string }>>,
          ),
        )
        .flatMap((regions) => Object.values(regions).map(({ keyPairName }) => keyPairName));
      expect(names.toSorted()).toEqual(
        before
          .map(({ name }) => name)
          .filter((name) => name !== UNREADABLE)
          .toSorted(),
      );
      expect(Object.keys((await project.preview()).changes)).toEqual(["same"]);
      expect(Object.keys((await project.up({ flags: ["--refresh"] })).changes)).toEqual(["same"]);
      expect(ecs.all()).toEqual(before);
      expect(emulator.calls.filter(({ action }) => !HARMLESS.includes(action))).toEqual([]);
    },
  );

  it("are listed, with the credentials of the stack's configuration, which are shown nowhere", async ({
    expect,
    onTestFinished,
  }) => {
    const ecs = await ecsWithPairs({
      env: {},
      config: { "keypair:accessKeyId": TEST_ACCESS_KEY.id },
      secretConfig: { "keypair:accessKeySecret": TEST_ACCESS_KEY.secret },
    });
    onTestFinished(() => ecs.close());
    const { project, emulator } = ecs;
    emulator.store.attach(REGION, "web", ["i-bp1"]);
    const listed = await cli(project, "list", "--all-regions", "--endpoint", emulator.endpoint);
    const adopted = await cli(project, "adopt", ...ecs.everywhere, "--as", "import");
    expect(adopted.exitCode).toBe(0);
    const files = ["adopted.ts", "adopted-import.json"].map((file) => project.read(file));
    for (const text of [listed.output, adopted.output, ...files])
      expect(text).not.toContain(TEST_ACCESS_KEY.secret);
    expect(listed.exitCode).toBe(0);
    const rows = listed.output.trimEnd().split("\n");
    expect(rows[0]).toMatch(/^NAME +REGION +TYPE +BITS +FINGERPRINT +AGE +INSTANCES +NOTES$/);
    expect(rows).toHaveLength(21);
    expect(rows.find((row) => row.startsWith("web ") && row.includes(REGION))).toMatch(
      /^web +cn-hangzhou +ecdsa-sha2-nistp256 +256 +SHA256:\S{43} +0d +i-bp1 +duplicate: same key as web:a$/,
    );
    expect(rows.find((row) => row.startsWith(UNREADABLE))).toMatch(
      / \? +\? +[0-9a-f]{32} +0d +- +unreadable: /,
    );
  });
});

describe("20 pairs of the local store, by the commands of docs/existing-pairs.md,", () => {
  it.for(["With `pulumi up`", "With `pulumi import`"])(
    "are taken over: %s",
    async (section, { expect, onTestFinished }) => {
      const project = await engineProject({ program: "" });
      onTestFinished(() => project.close());
      useTypeScript(project);
      await addLocalPairs(project);
      const before = pairs(project);
      for (const command of commandsOf(section)) {
        const [program, ...args] = command.split(" ");
        if (program === "npx") {
          expect(await cli(project, ...args.slice(1))).toMatchObject({ exitCode: 0 });
          project.program(`require("./adopted");`);
        } else if (command === "pulumi up") await project.up();
        else await project.pulumi(args);
      }
      expect((await project.preview()).changes).toEqual({ same: 21 });
      expect((await project.up({ flags: ["--refresh"] })).changes).toEqual({ same: 21 });
      expect(pairs(project)).toEqual(before);
    },
  );
});

/** The commands of a section of the docs, as they stand there. */
function commandsOf(section: string): string[] {
  const docs = readFileSync(join(__dirname, "../../docs/existing-pairs.md"), "utf8");
  const text = docs.split(/^### /m).find((part) => part.startsWith(`${section}\n`)) ?? "";
  const blocks = [...text.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block = ""]) => block);
  const commands = blocks.flatMap((block) => block.trim().split("\n"));
  if (commands.length === 0) throw new Error(`docs/existing-pairs.md has no commands in "${section}"`);
  return commands;
}

async function addLocalPairs(project: EngineProject): Promise<void> {
  const store = new KeyPairStore(project.path(".keypair/local.sqlite"));
  await addPairs(store, [LOCAL_REGION]);
  store.close();
}

function namesInState(project: EngineProject): (string | undefined)[] {
  return project
    .resources()
    .map(({ id }) => id)
    .toSorted();
}

/** The program has no error of the compiler, with everything strict. */
function expectTypes(project: EngineProject): void {
  const compilerOptions = { strict: true, noEmit: true, module: "node16", skipLibCheck: true, types: [] };
  project.write("tsconfig.check.json", JSON.stringify({ compilerOptions, files: ["adopted.ts"] }));
  const tsc = join(__dirname, "../../node_modules/typescript/bin/tsc");
  execFileSync(process.execPath, [tsc, "-p", project.path("tsconfig.check.json")], { encoding: "utf8" });
}
