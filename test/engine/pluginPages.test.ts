import { execFile, type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, delimiter, dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { python } from "../support/openstack/openstack";
import { FASTER } from "./support/faster";
import { has, makeSdk, pythonHost, yamlHost } from "./support/languages";
import { pack } from "./support/modules";
import { blockAfter } from "./support/typescript";

/* The pages about the plugin, followed word for word: from an empty folder with the npm package to the first `up`, and back. */

const ROOT = join(__dirname, "../..");
const run = promisify(execFile);

/** What a shell printed, in the order in which it came. */
async function sh(commands: string, options: SpawnOptions) {
  const child = spawn("sh", ["-e", "-c", `exec 2>&1; ${commands}`], {
    ...options,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [output, [exitCode]] = await Promise.all([text(child.stdout ?? []), once(child, "close")]);
  return { exitCode, output };
}

let folder: string;
let home: NodeJS.ProcessEnv;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "keypair-pages-"));
  for (const name of ["home", "pulumi-home"]) mkdirSync(join(folder, name));
  const { stdout: cache } = await run("npm", ["config", "get", "cache"]);
  home = {
    ...process.env,
    HOME: join(folder, "home"),
    PULUMI_HOME: join(folder, "pulumi-home"),
    PULUMI_SKIP_UPDATE_CHECK: "true",
    ...FASTER,
    npm_config_cache: cache.trim(),
    npm_config_audit: "false",
    npm_config_fund: "false",
    npm_config_prefer_offline: "true",
  };
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** An empty folder on the machine, and a shell there. */
function emptyFolder(name: string, ...languageHosts: string[]) {
  const project = join(folder, name);
  mkdirSync(project);
  // The old language host of Python that can be had here runs its own script by what is first on the PATH.
  const first = [join(project, "venv/bin"), ...languageHosts, inject("engine").binDir];
  const path = [...first, dirname(process.execPath), process.env["PATH"]];
  const env = { ...home, PATH: path.join(delimiter) };
  const prepare = blockAfter("languages.md", "Without Pulumi Cloud");
  const shell = async (commands: string): Promise<string> => {
    const before = existsSync(join(project, "state")) ? prepare.replace(/^mkdir.*\n/, "") : prepare;
    const { exitCode, output } = await sh(before + commands, { cwd: project, env });
    if (exitCode !== 0) throw new Error(`exit code ${exitCode}:\n${output}`);
    return output;
  };
  return {
    project,
    shell,
    write: (file: string, contents: string) => writeFileSync(join(project, file), contents),
    addPackage: async () => {
      const tarball = await pack();
      copyFileSync(tarball, join(project, basename(tarball)));
    },
    /** The commands of a page, which end with the first `up`; then what the page promises, and the end of it all. */
    follow: async (commands: string, privateKey: string) => {
      expect(commands).toMatch(/\npulumi up\n$/);
      const up = await shell(commands.replace(/pulumi up\n$/, "pulumi up --yes\n"));
      expect(up).toMatch(new RegExp(`${privateKey} *: \\[secret\\]`));
      expect(up).not.toContain("PRIVATE KEY");
      const outputs = JSON.parse(await shell("pulumi stack output --json"));
      const names = [/^deploy-[0-9a-f]{7}$/, /^bastion-[0-9a-f]{7}$/].map((name) =>
        expect.stringMatching(name),
      );
      expect(outputs.names).toEqual(names);
      expect(await shell(`pulumi stack output ${privateKey} --show-secrets`)).toContain("PRIVATE KEY");
      expect(await shell("pulumi up --yes")).toMatch(/\d unchanged/);
      expect(await shell("pulumi destroy --yes")).toMatch(/\d deleted/);
    },
  };
}

describe.skipIf(!has("go"))("the page about other languages", () => {
  let hosts: { yaml: string; python: string };
  beforeAll(async () => {
    hosts = { yaml: dirname(await yamlHost()), python: python === undefined ? "" : await pythonHost() };
    const { addPackage, shell } = emptyFolder("plugin");
    await addPackage();
    await shell(blockAfter("languages.md", "Once for a machine"));
  });

  it("YAML runs by its commands", async () => {
    const { write, follow } = emptyFolder("yaml", hosts.yaml);
    const program = blockAfter("languages.md", "[examples/yaml]");
    expect(program).toBe(readFileSync(join(ROOT, "examples/yaml/Pulumi.yaml"), "utf8"));
    write("Pulumi.yaml", program);
    await follow(blockAfter("languages.md", "These commands run it:"), "privateKey");
  });

  it.skipIf(python === undefined)("Python runs by its commands", async () => {
    const { project, write, follow } = emptyFolder("python", hosts.python);
    const file = blockAfter("languages.md", "[examples/python]");
    const program = blockAfter("languages.md", "and this `__main__.py`:");
    expect(file).toBe(readFileSync(join(ROOT, "examples/python/Pulumi.yaml"), "utf8"));
    expect(program).toBe(readFileSync(join(ROOT, "examples/python/__main__.py"), "utf8"));
    write("Pulumi.yaml", file);
    write("__main__.py", program);
    expect(blockAfter("languages.md", "In a clone of this repository")).toContain(
      "npm run sdk -- python --out DIR",
    );
    await makeSdk("python", join(project, "sdk"));
    await follow(blockAfter("languages.md", "Make the SDK into `sdk/`"), "private_key");
  });
});

describe("the page about the plugin", () => {
  it("TypeScript runs by its commands", async () => {
    const { addPackage, write, follow } = emptyFolder("typescript");
    await addPackage();
    write("Pulumi.yaml", blockAfter("plugin.md", "with this `Pulumi.yaml`:"));
    write("index.ts", blockAfter("plugin.md", "this `index.ts`:"));
    await follow(blockAfter("plugin.md", "and these commands"), "privateKey");
  });
});
