import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { newKey } from "./support/keys";
import { engineProject } from "./support/project";
import { asBlock, programsIn, typeErrorsIn } from "./support/typescript";

/* The programs of the README and of docs/plugin.md, word for word. */

const ROOT = join(__dirname, "../..");
const README = readFileSync(join(ROOT, "README.md"), "utf8");
const [first = "", ...others] = programsIn(README);
const ofPlugin = programsIn(readFileSync(join(ROOT, "docs/plugin.md"), "utf8"));

it("have no type error", () => {
  const programs = [first, ...others, ...ofPlugin];
  expect(programs).toHaveLength(3);
  expect(typeErrorsIn(Object.fromEntries(programs.map((program, n) => [`program-${n}.ts`, program])))).toBe(
    "",
  );
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
