import { chmodSync, existsSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { expect, inject, it, onTestFinished } from "vitest";
import { FRONTS, type Front, frontProject } from "./support/plugin";
import type { EngineProject } from "./support/project";
import { asJavaScript, blocksIn, programsIn, typeErrorsIn } from "./support/typescript";

/* The programs and commands of docs/testing.md, word for word, on each front. */

const ROOT = join(__dirname, "../..");
const PAGE = readFileSync(join(ROOT, "docs/testing.md"), "utf8");

/** The page's programs by the name that the first line of each says. */
function programs(front: Front, page = programsIn(PAGE)): Record<string, string> {
  return Object.fromEntries(
    page.map((program) => [
      /^\/\/ (\S+)\n/.exec(program)?.[1] ?? "",
      program.replace('from "pulumi-keypair"', `from "${front}"`),
    ]),
  );
}

it("the programs have no type error", () => {
  expect(Object.keys(programs("pulumi-keypair"))).toEqual([
    "keys.ts",
    "keys.test.ts",
    "stack.ts",
    "policy/index.ts",
  ]);
  const all = FRONTS.flatMap((front, n) =>
    Object.entries(programs(front)).map(([name, program]) => [`front-${n}/${name}`, program]),
  );
  expect(typeErrorsIn(Object.fromEntries(all))).toBe("");
});

it.each(FRONTS)("on %s unit tests have mocks, in Vitest and in Node's own runner", async (front) => {
  const project = await start(front, "vitest");
  for (const name of ["keys.ts", "keys.test.ts"]) project.write(name, programs(front)[name] ?? "");
  const vitest = await project.exec("node", ["node_modules/vitest/vitest.mjs", "run", "--reporter=tap-flat"]);
  expect(vitest.output).toMatch(/^1\.\.1\nok 1 - keys\.test\.ts > makes a key pair of the team/m);

  project.write("keys.js", asJavaScript(programs(front)["keys.ts"] ?? ""));
  project.write("keys.spec.js", programs(front, blocksIn(PAGE, "js"))["keys.spec.js"] ?? "");
  const node = await project.exec("node", ["--test", "--test-reporter=tap", "keys.spec.js"]);
  expect(node.output).toMatch(/# pass 1\n# fail 0/);
});

it.each(FRONTS)("on %s the Automation API runs an inline program", async (front) => {
  const project = await start(front);
  project.write("stack.js", asJavaScript(programs(front)["stack.ts"] ?? ""));
  expect(await project.exec("node", ["stack.js"])).toMatchObject({ exitCode: 0, output: "all is well\n" });
  // "Everything lies in a temporary folder."
  expect(existsSync(project.path(".keypair"))).toBe(false);
});

it.each(FRONTS)("on %s a policy pack finds key pairs and attachments by their classes", async (front) => {
  const project = await start(front, "@pulumi/policy");
  // Stands in for the language host, which cannot be had here for policy packs: the engine runs it for this runtime alone.
  const host = project.write(
    "host/pulumi-analyzer-policy-key-pairs",
    `#!/bin/sh\nexec node "$(node -p 'require.resolve("@pulumi/pulumi/cmd/run-policy-pack")')" "$@"\n`,
  );
  chmodSync(host, 0o755);
  project.write("policy/PulumiPolicy.yaml", "runtime: key-pairs\nversion: 0.0.1\n");
  project.write(
    "policy/package.json",
    JSON.stringify({ name: "policy", version: "0.0.1", main: "index.js" }),
  );
  project.write("policy/index.js", asJavaScript(programs(front)["policy/index.ts"] ?? ""));
  const path = [dirname(host), inject("engine").binDir, process.env["PATH"]].join(delimiter);
  const preview = async (program: string, fails: boolean) => {
    project.program(`{ const { KeyPair, KeyPairAttachment } = require("${front}"); ${program} }`);
    return project.preview({ fails, flags: ["--policy-pack", project.path("policy")], env: { PATH: path } });
  };
  await preview(`new KeyPair("web", { tags: { team: "ops" } });`, false);
  const { output } = await preview(
    `const { keyPairName } = new KeyPair("web");
     new KeyPairAttachment("web", { keyPairName, instanceIds: ["i-1"] });`,
    true,
  );
  expect(output).toContain("give it the tag team");
  expect(output).toContain("1 attachments");
});

it("a recorded stack tells what an upgrade would change", async () => {
  const [ofAStack = "", record = "", compare = ""] = blocksIn(PAGE, "sh");
  const project = await start("pulumi-keypair");
  const program = (team: string) => `new KeyPair("web", { tags: { team: "${team}" } });`;
  project.program(program("ops"));
  const sh = (commands: string) => project.exec("sh", ["-ec", commands]);

  expect((await sh(record)).output).toContain("+ 2 created");
  // A clone has only what was committed.
  rmSync(project.path(".keypair"), { recursive: true });
  expect(await sh(compare + ofAStack.replace("prod", "upgrade"))).toMatchObject({ exitCode: 0 });
  project.program(program("dev"));
  const changed = await sh(compare);
  expect(changed.output).toContain("no changes were expected for preview but changes were proposed");
  expect(changed.exitCode).not.toBe(0);
  expect(existsSync(project.path(".keypair"))).toBe(false);
});

/** A project that has these packages too, as its own dependencies. */
async function start(front: Front, ...packages: string[]): Promise<EngineProject> {
  const project = await frontProject(front, { program: "" });
  onTestFinished(() => project.close());
  for (const name of packages)
    symlinkSync(join(ROOT, "node_modules", name), project.path(`node_modules/${name}`), "dir");
  return project;
}
