import { execFileSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { newKey } from "./support/keys";
import { has } from "./support/languages";
import { EngineProject, engineProject } from "./support/project";
import { asBlock, programsIn, typeErrorsIn } from "./support/typescript";

/* The programs and the commands of the README and of the pages, word for word. */

const ROOT = join(__dirname, "../..");
const textOf = (page: string) => readFileSync(join(ROOT, page), "utf8");
const pages = ["*.md", "docs/*.md", "examples/*/*.md"].flatMap((pattern) => globSync(pattern, { cwd: ROOT }));
const [first = ""] = programsIn(textOf("README.md"));

it("have no type error", () => {
  // The programs of docs/testing.md import each other, and have tests of their own.
  const programs = pages
    .filter((page) => page !== "docs/testing.md")
    .flatMap((page) => programsIn(textOf(page)));
  expect(programs.length).toBeGreaterThan(10);
  const files = Object.fromEntries(programs.map((program, n) => [`program-${n}.ts`, program]));
  expect(typeErrorsIn({ ...files, "others.d.ts": 'declare module "@pulumi/openstack";' })).toBe("");
});

it.runIf(has("python3"))("are Python where they say so", () => {
  const programs = pages.flatMap((page) => [...textOf(page).matchAll(/^```python\n([\s\S]*?)^```$/gm)]);
  expect(programs.length).toBeGreaterThan(1);
  for (const [, program = ""] of programs)
    execFileSync("python3", ["-c", "import ast, sys; ast.parse(sys.stdin.read())"], { input: program });
});

it("name flags that Pulumi's commands have", async () => {
  const named = pages.flatMap((page) => [
    ...textOf(page).matchAll(/(?:^|`|&& )pulumi ([a-z][^`\n#>|)]* --[^`\n#>|)]*)/gm),
  ]);
  const commands = new Set(named.map(([, words = ""]) => words.trim()));
  expect(commands.size).toBeGreaterThan(9);
  const project = new EngineProject({});
  onTestFinished(() => project.close());
  // An unknown flag is an error also after --help. Before it, a flag would take it for its value.
  for (const words of commands) {
    const { output } = await project.pulumi(words.replace(" --", " --help --").split(/\s+/));
    expect(output).toContain(`  pulumi ${words.split(" ")[0]}`);
  }
});

it("the first runs, and its private key is a secret", async () => {
  const project = await engineProject({ program: asBlock(first) });
  onTestFinished(() => project.close());
  project.write("deploy.pub", `${(await newKey()).line}\n`);
  const run = await project.up();
  expect(run.output).toMatch(/privateKey *: \[secret\]/);
  const outputs = await project.outputs();
  expect(outputs["names"]).toEqual([expect.stringMatching(/^deploy-/), expect.stringMatching(/^bastion-/)]);
  expect(project.read("bastion.pem")).toBe(outputs["privateKey"]);
});
