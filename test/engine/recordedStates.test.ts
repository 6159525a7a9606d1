import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { FRONTS, frontProject } from "./support/plugin";

/*
 * States that each version of this package has written, one a front (`npm run states`): the program that made them sees no
 * change. They are never recorded anew to make this test pass: users' states are not either.
 */

const STATES = join(__dirname, "../fixtures/states");
const FILES = { "pulumi-keypair": "dynamic.json", "pulumi-keypair/plugin": "plugin.json" };
const VERSIONS = readdirSync(STATES, { withFileTypes: true }).filter((entry) => entry.isDirectory());
const RECORDED = VERSIONS.flatMap(({ name }) => FRONTS.map((front) => [name, front] as const));

it("there are states of this version", () => {
  const { version } = JSON.parse(readFileSync(join(__dirname, "../../package.json"), "utf8"));
  expect(VERSIONS.map(({ name }) => name)).toContain(version);
});

it.each(RECORDED)("a state that %s wrote for %s is previewed without a change", async (version, front) => {
  const program = readFileSync(join(STATES, version, "program.js"), "utf8");
  const state = JSON.parse(readFileSync(join(STATES, version, FILES[front]), "utf8"));
  const project = await frontProject(front, { program: "" });
  onTestFinished(() => project.close());
  project.write("deploy.pub", readFileSync(join(STATES, "deploy.pub"), "utf8"));
  project.write("index.js", program.replace('"pulumi-keypair"', `"${front}"`));
  await project.importState(state);
  const made = program.match(/new KeyPair\w*\(/g) ?? [];
  const run = await project.preview();
  expect(run.errors()).toEqual([]);
  expect(run.changes).toEqual({ same: made.length + 1 });
});
