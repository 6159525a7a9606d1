import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { newKey } from "./support/keys";
import { engineProject } from "./support/project";
import { asBlock, programsIn, typeErrorsIn } from "./support/typescript";

/* The programs of the README and of the pages, word for word. */

const ROOT = join(__dirname, "../..");
const README = readFileSync(join(ROOT, "README.md"), "utf8");
const [first = "", ...others] = programsIn(README);
/** Pages whose programs are whole ones. */
const PAGES = ["attachments-and-look-ups.md", "key-pair-sets.md", "plugin.md", "private-keys.md"];
const ofPages = PAGES.map((page) => programsIn(readFileSync(join(ROOT, "docs", page), "utf8")));

it("have no type error", () => {
  const programs = [first, ...others, ...ofPages.flat()];
  expect(ofPages.map(({ length }) => length)).not.toContain(0);
  expect(others).toHaveLength(2);
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
