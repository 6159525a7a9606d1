import { execFile } from "node:child_process";
import { copyFileSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, expect, it } from "vitest";
import { pack } from "./support/modules";
import { EngineProject } from "./support/project";
import { blockAfter } from "./support/typescript";

/* The commands of docs/installing.md, word for word: the tarball in an empty project, whose program then runs. */

const ROOT = join(__dirname, "../..");
const QUICKSTART = join(ROOT, "examples/quickstart");
const run = promisify(execFile);
const readJson = (file: string) => JSON.parse(readFileSync(join(ROOT, file), "utf8"));

/** The npm package that has the package manager. npm itself is there. */
const MANAGERS = [
  { name: "npm", has: "npm", from: [] },
  { name: "pnpm", has: "pnpm", from: ["--package", "pnpm@12"] },
  { name: "Yarn 1", has: "yarn", from: ["--package", "yarn@1"] },
  { name: "Yarn 4", has: "yarn", from: ["--package", "@yarnpkg/cli-dist@4"] },
];

/** What package managers block or warn of: `protobufjs` comes with `@pulumi/pulumi`. */
const MAY_BE_BLOCKED = [[], ["protobufjs"]];
const BLOCKED = /([@\w/.-]+)@[\w:.-]+ (?:\(\w*install:|lists build scripts)/g;

let env: NodeJS.ProcessEnv;
beforeAll(async () => {
  const registry = (await run("npm", ["config", "get", "registry"])).stdout.trim();
  env = {
    ...process.env,
    npm_config_prefer_offline: "true",
    // pnpm and Yarn 4 do not read npm's variables.
    pnpm_config_registry: registry,
    YARN_NPM_REGISTRY_SERVER: registry,
  };
});

it("neither the package nor what it depends on has a script that runs when it is installed", () => {
  const { scripts } = readJson("package.json");
  for (const name of ["preinstall", "install", "postinstall", "prepare"])
    expect(scripts).not.toHaveProperty(name);
  const packages: [string, { dev?: boolean; hasInstallScript?: boolean }][] = Object.entries(
    readJson("package-lock.json").packages,
  );
  const brought = packages.filter(([, { dev }]) => !dev);
  expect(brought.length).toBeGreaterThan(10);
  expect(brought.filter(([, { hasInstallScript }]) => hasInstallScript)).toEqual([]);
});

it.concurrent.for(MANAGERS)("$name installs it, and the program runs", async ({ name, has, from }, test) => {
  const project = new EngineProject({});
  test.onTestFinished(() => project.close());
  for (const file of ["index.ts", "tsconfig.json", "Pulumi.yaml", "deploy.pub"])
    copyFileSync(join(QUICKSTART, file), project.path(file));
  project.write("package.json", "{}");
  const tarball = await pack();
  copyFileSync(tarball, project.path(basename(tarball)));

  const commands = blockAfter("installing.md", `**${name}`).trim().split("\n");
  for (const command of commands) expect(command).toMatch(new RegExp(`^${has} `));
  expect(commands.at(-1)).toContain(`./${basename(tarball)}`);
  const { stdout, stderr } = await run("npx", ["--yes", ...from, "-c", commands.join(" && ")], {
    cwd: project.folder,
    env,
  });
  expect(MAY_BE_BLOCKED).toContainEqual([...(stdout + stderr).matchAll(BLOCKED)].map((found) => found[1]));

  const tsc = await project.exec(project.path("node_modules/.bin/tsc"), []);
  expect(tsc).toEqual({ exitCode: 0, output: "" });
  await project.pulumi(["stack", "init", "dev"]);
  expect((await project.up()).changes).toEqual({ create: 3 });
});
