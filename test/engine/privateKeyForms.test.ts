import { spawnSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { expect, it, onTestFinished } from "vitest";
import { SECRET } from "./support/expected";
import { literal, newKey } from "./support/keys";
import { findInText, needlesOf } from "./support/leaks";
import { pluginProgram, pluginProject } from "./support/plugin";
import { type EngineProject, engineProject } from "./support/project";
import { step } from "./support/step";

const FRONTS = [
  ["dynamic", "KeyPair", engineProject],
  ["plugin", "PluginKeyPair", pluginProject],
] as const;

/** The public line that ssh-keygen reads out of a private key file; `""` if it cannot open it. */
function opened(path: string, passphrase = ""): string {
  const { stdout } = spawnSync("ssh-keygen", ["-y", "-P", passphrase, "-f", path], { encoding: "utf8" });
  return stdout.split(" ").slice(0, 2).join(" ").trim();
}

async function start(create: (typeof FRONTS)[number][2], program: string): Promise<EngineProject> {
  const project = await create({ program });
  onTestFinished(() => project.close());
  return project;
}

it.each(FRONTS)(
  "%s: a created pair gives its private key in all forms, and its public half again",
  async (front, type, create) => {
    const project = await start(
      create,
      `
    const { getPublicKeyOutput } = require("pulumi-keypair");
    const pair = new ${type}("pair", { keyGeneration: { source: "local", type: "ed25519" } });
    Object.assign(exports, { openssh: pair.privateKeyOpenssh, pem: pair.privateKeyPem, line: pair.publicKey });
    exports.facts = getPublicKeyOutput({ privateKey: pair.privateKey });`,
    );
    const runs = [await project.preview(), await project.up()];
    const { openssh, pem, line, facts } = (await project.outputs()) as Record<string, string>;
    expect(facts).toEqual({
      publicKey: line,
      keyType: "ssh-ed25519",
      keyBits: 256,
      fingerprintMd5: project.resource("pair").outputs?.["fingerprintMd5"],
      fingerprintSha256: project.resource("pair").outputs?.["fingerprintSha256"],
    });
    for (const [name, text, begin] of [
      ["a.openssh", openssh, "-----BEGIN OPENSSH PRIVATE KEY-----"],
      ["a.pem", pem, "-----BEGIN PRIVATE KEY-----"],
    ] as const) {
      expect(text).toContain(begin);
      writeFileSync(project.path(name), text ?? "", { mode: 0o600 });
    }
    expect(opened(project.path("a.openssh"))).toBe(line);
    const { stdout } = spawnSync("openssl", ["pkey", "-in", project.path("a.pem"), "-pubout"], {
      encoding: "utf8",
    });
    expect(stdout).toContain("BEGIN PUBLIC KEY");

    // The SDK computes the other forms; programs in other languages get them from the plugin.
    const stored = project.resource("pair").outputs ?? {};
    const forms = front === "plugin" ? { privateKeyOpenssh: SECRET, privateKeyPem: SECRET } : {};
    expect(stored).toMatchObject({ privateKey: SECRET, ...forms });
    expect(Object.keys(stored).filter((name) => /^privateKey./.test(name))).toEqual(Object.keys(forms));
    const { outputs } = project.deployment().deployment.resources?.[0] ?? {};
    expect(outputs).toMatchObject({ openssh: SECRET, pem: SECRET, facts: { publicKey: line } });
    const needles = [...needlesOf(openssh ?? "", line ?? ""), ...needlesOf(pem ?? "", line ?? "")];
    for (const text of [...runs.map(({ output }) => output), JSON.stringify(project.deployment())])
      expect(findInText("somewhere", text, needles)).toEqual([]);
    expect((await project.up({ flags: ["--refresh"] })).changes).toEqual({ same: 2 });
  },
);

it.each(FRONTS)(
  "%s: privateKeyPassphrase encrypts the file, and is nowhere in clear text",
  async (front, type, create) => {
    const words = ["correct horse battery", "staple of another day"] as const;
    const program = (passphrase: string, file = "web.pem") => `
    exports.privateKey = new ${type}("web", {
      keyPairName: "web", privateKeyFile: "${file}", ${passphrase && `privateKeyPassphrase: ${passphrase},`}
    }).privateKey;`;
    const project = await start(create, program(literal(words[0])));
    const change = (source: string) =>
      front === "plugin" ? pluginProgram(project, source) : project.program(source);
    const line = () => String(project.resource("web").outputs?.["publicKey"]);
    const texts: string[] = [];
    const up = async () => {
      const run = await project.up();
      texts.push(run.output, JSON.stringify(project.deployment()));
      return run;
    };

    await step("it is written so", async () => {
      await up();
      expect([opened(project.path("web.pem")), opened(project.path("web.pem"), words[0])]).toEqual([
        "",
        line(),
      ]);
      expect(String((await project.outputs())["privateKey"])).toContain("BEGIN RSA PRIVATE KEY");
      expect((await up()).ops("web")).toEqual(["same"]);
    });
    await step("another passphrase is a change in place", async () => {
      change(program(`pulumi.secret(${literal(words[1])})`));
      expect((await up()).ops("web")).toEqual(["update"]);
      expect([words[0], words[1]].map((each) => opened(project.path("web.pem"), each))).toEqual(["", line()]);
    });
    await step("PuTTY's format has it too", async () => {
      change(program(literal(words[1]), "web.ppk"));
      await up();
      expect(project.read("web.ppk")).toContain("Encryption: aes256-cbc");
    });
    await step("without it the file is plain again", async () => {
      change(program("", "web.pem"));
      await up();
      expect(opened(project.path("web.pem"))).toBe(line());
    });
    for (const text of texts) for (const each of words) expect(text).not.toContain(each);
  },
);

it.each(FRONTS)(
  "%s: a key file that was lost is written again, and one that was replaced is warned of",
  async (_, type, create) => {
    const project = await start(
      create,
      `
    new ${type}("kept", { keyPairName: "kept", privateKeyFile: "kept.pem" });
    new ${type}("only", { keyPairName: "only", privateKeyFile: "only.pem", savePrivateKey: false });`,
    );
    await project.up();
    const [kept, only] = ["kept.pem", "only.pem"].map((file) => project.read(file));
    for (const file of ["kept.pem", "only.pem"]) rmSync(project.path(file));

    const preview = await project.preview();
    expect(preview.ops("kept")).toEqual(["update"]);
    expect(preview.warnings("only").join()).toMatch(
      /only\.pem holds nothing in the place of the private key .* The state does not hold/,
    );
    await project.up();
    expect(project.read("kept.pem")).toBe(kept);

    writeFileSync(project.path("only.pem"), only ?? "");
    const { privateKey } = await newKey();
    writeFileSync(project.path("kept.pem"), privateKey);
    const run = await project.up();
    expect(run.changes).toEqual({ same: 3 });
    expect(run.warnings("only")).toEqual([]);
    expect(run.warnings("kept").join()).toMatch(
      /kept\.pem holds another private key \(SHA256:\S+\) in the place of .* move it away/,
    );
    expect(readFileSync(project.path("kept.pem"), "utf8")).toBe(privateKey);
  },
);

it("keepers make a new key when a value changes, and not when the first ones are given", async () => {
  const program = (keepers: string) => `new KeyPair("web", { keyPairName: "web", ${keepers} });`;
  const project = await start(engineProject, program(""));
  const change = async (keepers: string) => {
    project.program(program(keepers));
    return await project.up();
  };
  await project.up();
  const own = () => project.resource("web").outputs?.["fingerprintSha256"];
  const first = own();
  expect((await change(`keepers: { rotation: "1" }`)).ops("web")).toEqual(["update"]);
  expect(own()).toBe(first);
  const run = await change(`keepers: { rotation: "2" }`);
  expect(run.replaceKeys("web")).toEqual(["keepers"]);
  expect(run.warnings("web").join()).toContain('replacing key pair "web" (keepers) rotates its private key');
  expect(own()).not.toBe(first);
});

it.each(FRONTS)("%s: a key that is due is said in each preview, and not rotated", async (_, type, create) => {
  const project = await start(
    create,
    `new ${type}("web", { keyPairName: "web", rotateAfter: "90d", keepers: { rotation: "1" } });`,
  );
  await project.up();
  expect((await project.preview()).warnings("web")).toEqual([]);
  const before = project.resource("web").outputs?.["fingerprintSha256"];
  const state = project.deployment();
  for (const { urn, outputs } of state.deployment.resources ?? [])
    if (urn.endsWith("::web") && outputs) outputs["createdAt"] = "2026-01-01T00:00Z";
  await project.importState(state);
  for (const run of [await project.preview(), await project.up()]) {
    expect(run.ops("web")).toEqual(["same"]);
    expect(run.warnings("web")).toEqual([
      'the key of key pair "web" was made on 2026-01-01 and is due: rotateAfter says 90d. To rotate it, change keepers to have a new one ' +
        "made; keep the old key until no machine needs it.",
    ]);
  }
  expect(project.resource("web").outputs?.["fingerprintSha256"]).toBe(before);
});
