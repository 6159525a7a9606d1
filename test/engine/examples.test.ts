import { execFile } from "node:child_process";
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { parse } from "yaml";
import { fingerprintSha256, publicKeyOfPrivateKey } from "../../provider/keys";
import { FASTER } from "./support/faster";
import { pack } from "./support/modules";

/* The examples, copied and installed as a user does it, and run by the commands that their README and pipelines name. */

const EXAMPLES = join(__dirname, "../../examples");
const run = promisify(execFile);

let folder: string;
const inFolder = (...names: string[]) => join(folder, ...names);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "keypair-examples-"));
  for (const name of ["quickstart", "pipeline", "team-keys"])
    cpSync(join(EXAMPLES, name), inFolder(name), { recursive: true });
  for (const name of ["home", "pulumi-home", "state"]) mkdirSync(inFolder(name));
  const tarball = await pack();
  copyFileSync(tarball, inFolder("quickstart", basename(tarball)));
  const quiet = { npm_config_audit: "false", npm_config_fund: "false", npm_config_prefer_offline: "true" };
  const env = { ...process.env, ...quiet };
  await run("sh", ["-c", installOf("quickstart")], { cwd: inFolder("quickstart"), env });
  for (const name of ["pipeline", "team-keys"])
    symlinkSync(inFolder("quickstart/node_modules"), inFolder(name, "node_modules"), "dir");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What the commands, typed one after the other into a shell in the example's folder, print. Throws at the first that fails. */
async function shell(example: string, commands: string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  const path = [inject("engine").binDir, dirname(process.execPath), process.env["PATH"]].join(delimiter);
  const { stdout, stderr } = await run("sh", ["-e", "-c", commands.join("\n")], {
    cwd: inFolder(example),
    env: {
      PATH: path,
      HOME: inFolder("home"),
      PULUMI_HOME: inFolder("pulumi-home"),
      PULUMI_SKIP_UPDATE_CHECK: "true",
      ...FASTER,
      ...env,
    },
  });
  return stdout + stderr;
}

/** The lines of the README's blocks of shell commands. */
function commandsOf(example: string): string[] {
  const readme = readFileSync(join(EXAMPLES, example, "README.md"), "utf8");
  const blocks = [...readme.matchAll(/```sh\n([\s\S]*?)```/g)].map((block) => block[1] ?? "");
  return blocks.flatMap((block) => block.trim().split("\n"));
}

/** The command that installs the package: from a tarball, as long as it is on no registry. */
function installOf(example: string): string {
  return commandsOf(example).find((line) => line.startsWith("npm install")) ?? "";
}

/** Any stretch of the private part. */
function pieces(privateKey: string): string[] {
  return privateKey.split("\n").filter((line) => line.length === 64);
}

it("the examples install the same packages", () => {
  const [quickstart, ...others] = ["quickstart", "pipeline", "team-keys"].map((name) => {
    const { dependencies, devDependencies } = JSON.parse(
      readFileSync(join(EXAMPLES, name, "package.json"), "utf8"),
    );
    return { dependencies, devDependencies };
  });
  expect(others).toEqual([quickstart, quickstart]);
});

it.each(["quickstart", "pipeline", "team-keys", "alibaba-ecs", "open-telekom-cloud"])(
  "%s is installed from the tarball that `npm pack` makes",
  async (example) => {
    expect(installOf(example)).toBe(`npm install ./${basename(await pack())}`);
  },
);

describe("quickstart", () => {
  const env = { PULUMI_CONFIG_PASSPHRASE: "only for this test" };

  it("has no type error, with the types that are published", async () => {
    expect(await shell("quickstart", ["npx --no tsc"])).toBe("");
  });

  it("runs by the commands of its README, and shows the private key only when it is asked for", async () => {
    const commands = commandsOf("quickstart").filter((line) => line !== installOf("quickstart"));
    expect(commands.at(-1)).toBe("pulumi up");
    const output = await shell("quickstart", [...commands.slice(0, -1), "pulumi up --yes"]);
    expect(output).toMatch(/privateKey *: \[secret\]/);
    expect(output).toMatch(/deploymentVariables: \[secret\]/);

    const later = {
      PULUMI_CONFIG_PASSPHRASE: "choose-one",
      PULUMI_BACKEND_URL: `file://${inFolder("quickstart/state")}`,
    };
    const privateKey = await shell("quickstart", ["pulumi stack output privateKey --show-secrets"], later);
    const file = inFolder("quickstart/bastion.dev.pem");
    expect(privateKey.trim()).toBe(readFileSync(file, "utf8").trim());
    expect(statSync(file).mode & 0o777).toBe(0o600);
    // All of the key but what is in the public key too.
    expect(pieces(privateKey).length).toBeGreaterThan(1);
    for (const piece of pieces(privateKey)) expect(output).not.toContain(piece);

    const { keyPairs } = JSON.parse(await shell("quickstart", ["pulumi stack output --json"], later));
    expect(keyPairs[1].fingerprintSha256).toBe(fingerprintSha256(publicKeyOfPrivateKey(privateKey)));
    expect(await shell("quickstart", ["pulumi up --yes"], later)).toContain("3 unchanged");

    const second = ["pulumi stack init test", "pulumi up --yes", "pulumi destroy --yes"];
    expect(await shell("quickstart", second, later)).toContain("3 deleted");
    const away = ["pulumi stack select dev", "pulumi destroy --yes", "rm bastion.dev.pem"];
    expect(await shell("quickstart", away, later)).toContain("3 deleted");
    expect(await shell("quickstart", ["pulumi up --yes", "pulumi destroy --yes"], later)).toContain(
      "3 created",
    );
    // The user's own login is another file's matter.
    expect(existsSync(inFolder("pulumi-home/credentials.json"))).toBe(false);
  });

  it("brings the command line along", async () => {
    const printed = await shell("quickstart", ["npx --no pulumi-keypair fingerprint deploy.pub"], env);
    expect(printed).toMatch(/^2048 SHA256:\S{43} example \(nobody has the private half\) \(RSA\)\n2048 MD5:/);
  });
});

describe("team-keys", () => {
  const typed = (...commands: string[]) =>
    shell("team-keys", commands, {
      PULUMI_CONFIG_PASSPHRASE: "choose-one",
      PULUMI_BACKEND_URL: `file://${inFolder("team-keys/state")}`,
    });

  it("has no type error, with the types that are published", async () => {
    expect(await typed("npx --no tsc")).toBe("");
  });

  it("runs by the commands of its README; a member who leaves is taken away, and nobody else is touched", async () => {
    const commands = commandsOf("team-keys").filter((line) => line !== installOf("team-keys"));
    expect(commands.at(-1)).toBe("pulumi up");
    const output = await typed(...commands.slice(0, -1), "pulumi up --yes");
    expect(output).toMatch(/privateKeys *: \[secret\]/);
    const outputs = JSON.parse(await typed("pulumi stack output --json --show-secrets"));
    expect(outputs).toEqual({
      keyPairNames: ["team-dev-anna", "team-dev-bert", "team-dev-ci"],
      keyOfAnna: "team-dev-anna",
      privateKeys: { ci: readFileSync(inFolder("team-keys/.keys/dev/ci.pem"), "utf8") },
    });
    expect(statSync(inFolder("team-keys/.keys/dev/ci.pem")).mode & 0o777).toBe(0o600);
    for (const piece of pieces(outputs.privateKeys.ci)) expect(output).not.toContain(piece);
    expect(await typed("pulumi up --yes")).toContain("2 unchanged");

    rmSync(inFolder("team-keys/keys/bert.txt"));
    expect(await typed("pulumi preview")).toContain("remove bert");
    expect(await typed("pulumi up --yes")).toContain("1 updated");
    const left = JSON.parse(await typed("pulumi stack output keyPairNames --json"));
    expect(left).toEqual(["team-dev-anna", "team-dev-ci"]);
    expect(await typed("pulumi destroy --yes")).toContain("2 deleted");
  });
});

describe("pipeline", () => {
  /** `run` of every step of GitHub's jobs, and `script` of GitLab's. */
  const github = parse(readFileSync(join(EXAMPLES, "pipeline/.github/workflows/key-pairs.yml"), "utf8"));
  const gitlab = parse(readFileSync(join(EXAMPLES, "pipeline/.gitlab-ci.yml"), "utf8"));
  const steps = (job: string): string[] =>
    github.jobs[job].steps.flatMap((step: { run?: string }) => step.run ?? []);
  const stack = { PULUMI_STACK: "dev", PULUMI_CONFIG_PASSPHRASE: "only for this test" };
  const inPipeline = (commands: string[]) =>
    shell("pipeline", commands, { ...stack, CI: "true", PULUMI_BACKEND_URL: `file://${inFolder("state")}` });

  it("GitHub and GitLab run the same commands", () => {
    for (const job of ["preview", "up"]) {
      expect(steps(job)).toEqual([...gitlab.default.before_script, ...gitlab[job].script]);
      expect(steps(job)[0]).toBe("npm ci");
    }
    for (const variable of ["PULUMI_STACK", "PULUMI_SKIP_UPDATE_CHECK"]) {
      expect(gitlab.variables[variable]).toBe(github.env[variable]);
    }
  });

  it("previews without making anything, makes the pairs without a question, and then changes nothing", async () => {
    await inPipeline(["pulumi stack init dev"]);
    const preview = await inPipeline(steps("preview").slice(1));
    expect(preview).toContain("4 to create");
    expect(await inPipeline(["pulumi stack output --json"])).toContain("{}");

    const up = await inPipeline(steps("up").slice(1));
    expect(up).toContain("4 created");
    const outputs = JSON.parse(readFileSync(inFolder("pipeline/outputs.json"), "utf8"));
    expect(outputs).toEqual({
      keyPairNames: [
        expect.stringMatching(/^anna-[0-9a-f]{7}$/),
        expect.stringMatching(/^bert-[0-9a-f]{7}$/),
      ],
      deployKeyPairName: expect.stringMatching(/^deploy-[0-9a-f]{7}$/),
      deployPrivateKey: "[secret]",
    });

    const write = commandsOf("pipeline").find((line) => line.includes("--show-secrets")) ?? "";
    expect(await inPipeline([write])).toBe("");
    const file = inFolder("pipeline/deploy.pem");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    for (const piece of pieces(readFileSync(file, "utf8"))) expect(preview + up).not.toContain(piece);

    expect(await inPipeline(["npm run preview", "npm run up"])).toContain("4 unchanged");
  });
});
