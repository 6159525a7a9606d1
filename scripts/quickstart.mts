// npm run quickstart: a real `pulumi up` of examples/quickstart in the private folder .quickstart/.
// npm run quickstart -- --destroy takes it all away; --folder <path> takes another folder.

import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { ensureEngine } from "./engine/ensure.mts";
import type { Engine } from "./engine/locate.mts";
import { runPulumi } from "./pulumi.mts";
import { contentsOf, removeQuickstart } from "./quickstart/folder.mts";
import { makeWorkspace, ROOT, workspaceIn, workspaceVariables } from "./workspace.mts";

const STACK = "dev";
/** Leaves out the type check at the start of every command: the example was checked when it was written. */
const FASTER = { PULUMI_NODEJS_TRANSPILE_ONLY: "true" };

const COLUMNS = ["keyPairName", "keyType", "keyBits", "fingerprintSha256"];

const { values: flags } = parseArgs({
  options: { destroy: { type: "boolean", default: false }, folder: { type: "string" } },
});
const FOLDER = resolve(flags.folder ?? join(ROOT, ".quickstart"));
const workspace = workspaceIn(FOLDER);
const interrupted = new AbortController();
let wasInterrupted = false;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    wasInterrupted = true;
    interrupted.abort(new Error("interrupted; run it again to go on"));
  });
}

try {
  await (flags.destroy ? destroy() : up());
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}

async function up(): Promise<void> {
  if (contentsOf(FOLDER) === "something else") {
    throw new Error(
      `${shown(FOLDER)} holds something that is not the quickstart's, so nothing is put there: name a folder that is new or empty.`,
    );
  }
  const engine = await ensureEngine({ signal: interrupted.signal });
  prepareProject(engine);
  await pulumi(engine, ["stack", "select", STACK, "--create"]);
  say(`Running \`pulumi up\` in ${shown(workspace.project)}:\n`);
  const lines = await pulumi(
    engine,
    ["up", "--yes", "--skip-preview", "--suppress-outputs", "--suppress-progress"],
    print,
  );
  const outputs = await pulumi(engine, ["stack", "output", "--json"]);
  const { keyPairs } = JSON.parse(outputs.join("\n"));
  say(isUnchanged(lines) ? "Nothing changed. There are:" : "There are now:");
  printTable(keyPairs);
  say(`The private key of the second is encrypted in the stack's state, and in ${shown(join(workspace.project, `bastion.${STACK}.pem`))} (mode 0600).
See it:
  ${command("pulumi stack output privateKey --show-secrets")}
Change ${shown(join(workspace.project, "index.ts"))} and see what would happen:
  ${command("pulumi preview")}
Run it again, and nothing changes:
  npm run quickstart
Take it all away:
  npm run quickstart -- --destroy`);
}

async function destroy(): Promise<void> {
  const contents = contentsOf(FOLDER);
  if (contents === "nothing") return say(`There is nothing to take away: nothing is in ${shown(FOLDER)}.`);
  if (contents === "something else") {
    throw new Error(
      `${shown(FOLDER)} holds no quickstart (its \`state\` and \`passphrase\` are not both there), so nothing of it is taken away: name the folder that the quickstart was made in.`,
    );
  }
  const engine = await ensureEngine({ signal: interrupted.signal });
  prepareProject(engine);
  await pulumi(engine, ["stack", "select", STACK, "--create"]);
  await pulumi(engine, ["destroy", "--yes", "--skip-preview", "--suppress-progress"], print);
  say(
    removeQuickstart(FOLDER)
      ? `The key pairs and ${shown(FOLDER)} are gone.`
      : `The key pairs are gone, and what was made for them. What else is in ${shown(FOLDER)} stays.`,
  );
}

/** Makes what is missing. Files of the example that are there already stay: they are the user's to play with. */
function prepareProject(engine: Engine): void {
  makeWorkspace(workspace);
  cpSync(join(ROOT, "examples/quickstart"), workspace.project, {
    recursive: true,
    force: false,
    filter: (source) => !source.endsWith("node_modules"),
  });
  if (!existsSync(join(ROOT, "dist/sdk/index.js"))) {
    execFileSync("npm", ["run", "build"], { cwd: ROOT, stdio: "inherit" });
  }
  // The other packages are found in the clone's own node_modules, further up.
  const modules = join(workspace.project, "node_modules");
  mkdirSync(modules, { recursive: true });
  linkTo(ROOT, join(modules, "pulumi-keypair"));
  linkTo(join(ROOT, "node_modules/@pulumi"), join(modules, "@pulumi"));
  const { PATH = "", ...variables } = workspaceVariables(workspace, engine);
  const exports = Object.entries({ ...variables, ...FASTER }).map(
    ([name, value]) => `export ${name}=${quoted(value)}`,
  );
  writeFileSync(
    join(FOLDER, "env"),
    `# For a shell: sets up the pulumi command for the quickstart.\n${exports.join("\n")}\nexport PATH=${quoted(PATH)}:"$PATH"\n`,
  );
}

function linkTo(target: string, path: string): void {
  rmSync(path, { recursive: true, force: true });
  symlinkSync(target, path, "junction");
}

/** Answers what it printed; throws what it printed when it fails. */
async function pulumi(engine: Engine, args: string[], onLine?: (line: string) => void): Promise<string[]> {
  interrupted.signal.throwIfAborted();
  const { exitCode, lines } = await runPulumi(args, {
    engine,
    workspace,
    env: FASTER,
    ...(onLine ? { onLine } : {}),
  });
  if (exitCode === 0) return lines;
  // An engine that is interrupted while it starts leaves its lock on the stack, and the next run would stop at that. It has
  // ended, and nobody else could take the lock meanwhile.
  if (wasInterrupted) await runPulumi(["cancel", "--yes"], { engine, workspace });
  const said = onLine ? [] : lines;
  const next = wasInterrupted
    ? "Interrupted: what was made is recorded. Run it again to go on."
    : `\`pulumi ${args[0]}\` failed. To look into it yourself:\n  ${command("pulumi stack")}`;
  throw new Error([...said, "", next].join("\n"));
}

/** A line that can be pasted where `npm run quickstart` was typed. */
function command(line: string): string {
  return `(. ${shown(join(FOLDER, "env"))} && cd ${shown(workspace.project)} && ${line})`;
}

function isUnchanged(lines: string[]): boolean {
  const summary = lines.slice(lines.indexOf("Resources:") + 1).filter((line) => line.startsWith("    "));
  return summary.length > 0 && summary.every((line) => line.trim().endsWith("unchanged"));
}

function printTable(rows: Record<string, unknown>[]): void {
  const cells = [COLUMNS, ...rows.map((row) => COLUMNS.map((name) => String(row[name])))];
  const widths = COLUMNS.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  for (const row of cells) {
    print(`  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")}`.trimEnd());
  }
}

/** A path as the user would type it. */
function shown(path: string): string {
  const typed = relative(process.env["INIT_CWD"] ?? process.cwd(), path);
  const short = typed.startsWith("..") ? path : typed;
  // A word with a slash: a shell's `.` looks for others on its PATH.
  return quoted(short.includes("/") ? short : `./${short}`);
}

function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

function say(text: string): void {
  print(`\n${text}`);
}

function print(line: string): void {
  console.log(line);
}
