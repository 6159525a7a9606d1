import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { inject } from "vitest";
import { FASTER } from "./faster";
import { type Install, installModules, type Sdk } from "./modules";
import { Run } from "./run";
import { copyStack, STACK, stackVariables } from "./stack";

/*
 * A Pulumi project of its own, run by the real engine:
 *
 *   const project = await engineProject({ program: `new KeyPair("deploy", {});` });
 *   const run = await project.up();                        // throws, with all that was printed, when it fails
 *   run.ops("deploy");                                     // ["create"]
 *   await project.up({ fails: true });                     // throws when it does not fail
 *   project.program(`…`);                                  // another program for the next run
 *   const running = project.start("up");                   // to interfere: await running.says("…"), kill, await running.ended
 *   project.resource("deploy").outputs;                    // the state, secrets encrypted
 *   project.close();                                       // in onTestFinished
 *
 * The program is JavaScript, which starts twice as fast as TypeScript; `pulumi`, `KeyPair` and `require` are there. `up`,
 * `refresh` and `destroy` skip their preview: `preview` is a run of its own. The project has its own HOME, PULUMI_HOME,
 * temporary folder and state; no variable of a cloud or of Pulumi is inherited.
 */

export interface ProjectOptions {
  /** JavaScript. */
  program: string;
  /** The stack's configuration. Default: the local backend, with its store in the project's folder. */
  config?: Record<string, string>;
  secretConfig?: Record<string, string>;
  /** Default: workspace. */
  install?: Install;
  /** Default: pinned. */
  sdk?: Sdk;
  /** Variables of every command: what a cloud's own tools read. */
  env?: NodeJS.ProcessEnv;
}

export interface RunOptions {
  /** The command has to fail; without it, it has to succeed. */
  fails?: boolean;
  flags?: string[];
  env?: NodeJS.ProcessEnv;
}

export interface StoredResource {
  urn: string;
  type: string;
  id?: string;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
  initErrors?: string[];
  /** The frames that made it, the innermost first: the engine stores of each at most where in the program it is. */
  stackTrace?: { sourcePosition?: string }[];
}

/** What `pulumi stack export` gives. */
export interface Deployment {
  version: number;
  deployment: { resources?: StoredResource[]; pending_operations?: unknown[] };
}

type Command = "up" | "preview" | "refresh" | "destroy";

/** The programs are JavaScript: Pulumi need not load a compiler. */
const PROJECT_FILE = "name: test\nruntime: { name: nodejs, options: { typescript: false } }\n";
const INHERITED = ["PATH", "LANG", "SystemRoot", "TZ"];
const PRELUDE = 'const pulumi = require("@pulumi/pulumi");\nconst { KeyPair } = require("pulumi-keypair");\n';

export async function engineProject(options: ProjectOptions): Promise<EngineProject> {
  const project = new EngineProject(options.env ?? {});
  await installModules(project.folder, options.install ?? "workspace", options.sdk ?? "pinned");
  project.program(options.program);
  const config = Object.entries(options.config ?? { "keypair:backend": "local" });
  // Written by hand: `pulumi config set-all` would take a second of each test.
  const lines = config.map(([key, value]) => `  ${key}: ${JSON.stringify(value)}\n`);
  copyStack(inject("stackFolder"), project, lines.length === 0 ? "" : `config:\n${lines.join("")}`);
  await project.configure({}, options.secretConfig);
  return project;
}

/** Something that the engine is doing. */
export interface Running {
  /** Of the command line. Each plugin that it starts leads a process group of its own: see processTree. */
  pid: number;
  /** Waits until an event of the engine holds the text; throws when the command ends without one. */
  says(text: string): Promise<void>;
  /** Whatever the exit code is; that of a killed process is 128 plus the signal's number. */
  ended: Promise<Run>;
}

export class EngineProject {
  /** The project itself: everything that a run of the engine writes is below it. */
  readonly folder = mkdtempSync(join(tmpdir(), "keypair-engine-"));
  readonly pulumiHome = this.path("pulumi-home");
  /** The stack's state, its history and backups. */
  readonly stateFolder = this.path("state");
  #runs = 0;

  constructor(private readonly env: NodeJS.ProcessEnv) {
    for (const name of ["state", "pulumi-home", "home", "tmp"]) mkdirSync(this.path(name));
    this.projectFile();
    this.write("package.json", JSON.stringify({ name: "test", main: "index.js" }));
  }

  /** Replaces Pulumi.yaml; `lines` are added to what each has. */
  projectFile(lines = ""): void {
    this.write("Pulumi.yaml", PROJECT_FILE + lines);
  }

  /** Replaces the program. */
  program(source: string): void {
    this.write("index.js", PRELUDE + source);
  }

  up(options?: RunOptions): Promise<Run> {
    return this.#finished("up", options);
  }

  preview(options?: RunOptions): Promise<Run> {
    return this.#finished("preview", options);
  }

  refresh(options?: RunOptions): Promise<Run> {
    return this.#finished("refresh", options);
  }

  destroy(options?: RunOptions): Promise<Run> {
    return this.#finished("destroy", options);
  }

  /** Starts a command and does not wait for its end. */
  start(command: Command, { flags = [], env = {} }: RunOptions = {}): Running {
    const events = this.path(`tmp/events-${++this.#runs}.json`);
    const skip = command === "preview" ? [] : ["--yes", "--skip-preview"];
    const { pid, ended } = this.#spawn([command, ...skip, "--event-log", events, ...flags], env);
    let isRunning = true;
    const withEvents = async () => {
      const { exitCode, output } = await ended;
      isRunning = false;
      return new Run(exitCode, output, readIfThere(events));
    };
    const says = async (text: string) => {
      while (isRunning) {
        if (existsSync(events) && readFileSync(events, "utf8").includes(text)) return;
        await sleep(50);
      }
      throw new Error(`pulumi ${command} has ended and never said "${text}":\n${(await ended).output}`);
    };
    return { pid, says, ended: withEvents() };
  }

  /** Any other command, in this project and, where it takes one, on its stack. Throws when it fails. */
  async pulumi(args: string[], { fails = false, env = {} }: Omit<RunOptions, "flags"> = {}): Promise<Run> {
    const { exitCode, output } = await this.#spawn(args, env).ended;
    return asExpected(new Run(exitCode, output, ""), fails, args);
  }

  /** Runs another program as a user of this project would: in its folder, with the variables of the engine's commands. */
  exec(file: string, args: string[]): Promise<{ exitCode: number; output: string }> {
    return this.#spawnProgram(file, args, {}).ended;
  }

  /** Has the program get the package in another way. */
  async reinstall(install: Install, sdk: Sdk): Promise<void> {
    rmSync(this.path("node_modules"), { recursive: true, force: true });
    await installModules(this.folder, install, sdk);
  }

  /** Sets configuration values; the ones that are not named stay. */
  async configure(values: Record<string, string>, secrets: Record<string, string> = {}): Promise<void> {
    const flags = (flag: string, entries: Record<string, string>) =>
      Object.entries(entries).flatMap(([key, value]) => [flag, `${key}=${value}`]);
    const args = [...flags("--plaintext", values), ...flags("--secret", secrets)];
    if (args.length > 0) await this.pulumi(["config", "set-all", ...args]);
  }

  /** The stack's outputs, secrets in clear text. */
  async outputs(): Promise<Record<string, unknown>> {
    return JSON.parse((await this.pulumi(["stack", "output", "--json", "--show-secrets"])).output);
  }

  /** The stack's state, secrets encrypted. */
  deployment(): Deployment {
    const { checkpoint } = JSON.parse(this.read(`state/.pulumi/stacks/test/${STACK}.json`));
    return { version: 3, deployment: checkpoint.latest ?? {} };
  }

  /** Replaces the stack's state. */
  async importState(deployment: Deployment): Promise<void> {
    this.write("tmp/deployment.json", JSON.stringify(deployment));
    await this.pulumi(["stack", "import", "--file", this.path("tmp/deployment.json")]);
  }

  /** What the state holds of the resource; throws when there is no such. */
  resource(name: string): StoredResource {
    const found = this.resources().find(({ urn }) => urn.endsWith(`::${name}`));
    if (!found) throw new Error(`the state has no resource ${name}`);
    return found;
  }

  /** The resources of the state, without the stack and providers. */
  resources(): StoredResource[] {
    return (this.deployment().deployment.resources ?? []).filter(({ type }) => !type.startsWith("pulumi:"));
  }

  path(file: string): string {
    return join(this.folder, file);
  }

  /** Answers the absolute path. */
  write(file: string, contents: string): string {
    mkdirSync(dirname(this.path(file)), { recursive: true });
    writeFileSync(this.path(file), contents);
    return this.path(file);
  }

  read(file: string): string {
    return readFileSync(this.path(file), "utf8");
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #finished(command: Command, options: RunOptions = {}): Promise<Run> {
    return asExpected(await this.start(command, options).ended, options.fails ?? false, [command]);
  }

  #spawn(args: string[], env: NodeJS.ProcessEnv) {
    return this.#spawnProgram(
      inject("engine").pulumi,
      [...args, "--non-interactive", "--color", "never"],
      env,
    );
  }

  #spawnProgram(file: string, args: string[], env: NodeJS.ProcessEnv) {
    const child = spawn(file, args, {
      cwd: this.folder,
      env: { ...this.#environment(inject("engine").binDir), ...env },
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        output += text;
      });
    }
    const ended = new Promise<{ exitCode: number; output: string }>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code, signal) =>
        resolve({ exitCode: code ?? (signal === "SIGKILL" ? 137 : 1), output }),
      );
    });
    return { pid: child.pid ?? 0, ended };
  }

  #environment(binDir: string): NodeJS.ProcessEnv {
    const inherited = INHERITED.filter((name) => process.env[name] !== undefined);
    return {
      ...Object.fromEntries(inherited.map((name) => [name, process.env[name]])),
      PATH: [binDir, dirname(process.execPath), process.env["PATH"]].join(delimiter),
      HOME: this.path("home"),
      TMPDIR: this.path("tmp"),
      PULUMI_HOME: this.pulumiHome,
      ...stackVariables(this.stateFolder),
      ...FASTER,
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      // Lets the CLI take --event-log.
      PULUMI_DEBUG_COMMANDS: "true",
      ...this.env,
    };
  }
}

function asExpected(run: Run, fails: boolean, args: string[]): Run {
  if ((run.exitCode !== 0) === fails) return run;
  throw new Error(`pulumi ${args.join(" ")}: exit code ${run.exitCode}\n${run.output}`);
}

/** The event log stays in the project's folder, where a search for leaks finds it. */
function readIfThere(path: string): string {
  return existsSync(path) ? readFileSync(path, "utf8") : "";
}
