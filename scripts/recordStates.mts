// npm run states, once for each release: the states that this version writes, one a front, for test/engine/recordedStates.test.ts.
//   test/fixtures/states/<version>/program.js, dynamic.json, plugin.json

import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureEngine } from "./engine/ensure.mts";
import { runPulumi } from "./pulumi.mts";
import { makeWorkspace, ROOT, workspaceIn } from "./workspace.mts";

const STATES = join(ROOT, "test/fixtures/states");
const FRONTS = { dynamic: "pulumi-keypair", plugin: "pulumi-keypair/plugin" };
/** That of the test, which reads the states. */
const PASSPHRASE = "only for this test";
const POSITIONS = new Set(["sourcePosition", "stackTrace"]);

const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
const recorded = join(STATES, version);
// Users have the states that a version wrote: they cannot be recorded anew.
if (existsSync(recorded)) {
  throw new Error(
    `the states of ${version} are recorded already. If nobody has that version, delete ${recorded} first.`,
  );
}

const engine = await ensureEngine();
const states: [file: string, state: string][] = [];
for (const [front, name] of Object.entries(FRONTS)) states.push([`${front}.json`, await record(name)]);
mkdirSync(recorded);
copyFileSync(join(STATES, "program.js"), join(recorded, "program.js"));
for (const [file, state] of states) writeFileSync(join(recorded, file), state);
console.log(recorded);

/** The state of the program on this front, its secrets encrypted. */
async function record(front: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "keypair-states-"));
  try {
    const workspace = workspaceIn(folder);
    writeFileSync(workspace.passphraseFile, PASSPHRASE);
    makeWorkspace(workspace);
    const { project } = workspace;
    const modules = join(project, "node_modules");
    mkdirSync(join(modules, "@pulumi"), { recursive: true });
    symlinkSync(join(ROOT, "node_modules/@pulumi/pulumi"), join(modules, "@pulumi/pulumi"));
    symlinkSync(ROOT, join(modules, "pulumi-keypair"));
    copyFileSync(join(STATES, "deploy.pub"), join(project, "deploy.pub"));
    const program = readFileSync(join(STATES, "program.js"), "utf8");
    writeFileSync(join(project, "index.js"), program.replace('"pulumi-keypair"', JSON.stringify(front)));
    writeFileSync(join(project, "package.json"), '{ "name": "test", "main": "index.js" }');
    writeFileSync(
      join(project, "Pulumi.yaml"),
      "name: test\nruntime: nodejs\nconfig: { 'keypair:backend': { value: local } }\n" +
        "plugins: { providers: [{ name: keypair, path: node_modules/pulumi-keypair/plugin }] }\n",
    );
    const pulumi = async (...args: string[]) => {
      const { exitCode, lines } = await runPulumi(args, { engine, workspace });
      if (exitCode !== 0) throw new Error(`pulumi ${args.join(" ")} failed:\n${lines.join("\n")}`);
    };
    await pulumi("stack", "init", "dev");
    await pulumi("up", "--yes", "--skip-preview");
    const file = join(folder, "state.json");
    await pulumi("stack", "export", "--file", file);
    // Where in the program a resource was made is said with the paths of this machine.
    const deployment = JSON.parse(readFileSync(file, "utf8"), (key, value) =>
      POSITIONS.has(key) ? undefined : value,
    );
    return `${JSON.stringify(deployment, null, 2)}\n`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
