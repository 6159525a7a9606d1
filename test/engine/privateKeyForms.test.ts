import { spawnSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { expect, it, onTestFinished } from "vitest";
import { SECRET } from "./support/expected";
import { literal, newKey } from "./support/keys";
import { findInText, needlesOf } from "./support/leaks";
import { CLASSES, pluginProgram, pluginProject } from "./support/plugin";
import { type EngineProject, engineProject } from "./support/project";
import { step } from "./support/step";

const NAMES = Object.keys(CLASSES);

/** The program's text for each of the two classes, one after the other. */
const inBoth = (program: (type: string, name: string) => string) =>
  Object.entries(CLASSES)
    .map(([name, type]) => program(type, name))
    .join("\n");

/** The public line that ssh-keygen reads out of a private key file; `""` if it cannot open it. */
function opened(path: string, passphrase = ""): string {
  const { stdout } = spawnSync("ssh-keygen", ["-y", "-P", passphrase, "-f", path], { encoding: "utf8" });
  return stdout.split(" ").slice(0, 2).join(" ").trim();
}

async function start(program: string): Promise<EngineProject> {
  const project = await pluginProject({ program });
  onTestFinished(() => project.close());
  return project;
}

it("a created pair gives its private key in all forms, and its public half again", async () => {
  const project = await start(`
    const { getPublicKeyOutput } = require("pulumi-keypair");
    ${inBoth(
      (type, name) => `
        const ${name} = new ${type}("${name}", { keyGeneration: { source: "local", type: "ed25519" } });
        exports.${name} = {
          openssh: ${name}.privateKeyOpenssh, pem: ${name}.privateKeyPem, line: ${name}.publicKey,
          facts: getPublicKeyOutput({ privateKey: ${name}.privateKey }),
        };`,
    )}`);
  const runs = [await project.preview(), await project.up()];
  const outputs = (await project.outputs()) as Record<string, Record<string, string>>;
  for (const name of NAMES) {
    const { openssh, pem, line, facts } = outputs[name] ?? {};
    const stored = project.resource(name).outputs ?? {};
    expect(stored, name).toMatchObject({
      fingerprintMd5: expect.stringMatching(/^[0-9a-f:]+$/),
      fingerprintSha256: expect.stringMatching(/^SHA256:/),
    });
    expect(facts, name).toEqual({
      publicKey: line,
      keyType: "ssh-ed25519",
      keyBits: 256,
      fingerprintMd5: stored["fingerprintMd5"],
      fingerprintSha256: stored["fingerprintSha256"],
    });
    for (const [file, text, begin] of [
      [`${name}.openssh`, openssh, "-----BEGIN OPENSSH PRIVATE KEY-----"],
      [`${name}.pem`, pem, "-----BEGIN PRIVATE KEY-----"],
    ] as const) {
      expect(text, file).toContain(begin);
      writeFileSync(project.path(file), text ?? "", { mode: 0o600 });
    }
    expect(opened(project.path(`${name}.openssh`)), name).toBe(line);
    const { stdout } = spawnSync("openssl", ["pkey", "-in", project.path(`${name}.pem`), "-pubout"], {
      encoding: "utf8",
    });
    expect(stdout, name).toContain("BEGIN PUBLIC KEY");

    // The SDK computes the other forms; programs in other languages get them from the plugin.
    const forms = name === "plugin" ? { privateKeyOpenssh: SECRET, privateKeyPem: SECRET } : {};
    expect(stored, name).toMatchObject({ privateKey: SECRET, ...forms });
    expect(Object.keys(stored).filter((output) => /^privateKey./.test(output))).toEqual(Object.keys(forms));
    const { outputs: exported } = project.deployment().deployment.resources?.[0] ?? {};
    expect(exported?.[name]).toMatchObject({ openssh: SECRET, pem: SECRET, facts: { publicKey: line } });
    const needles = [...needlesOf(openssh ?? "", line ?? ""), ...needlesOf(pem ?? "", line ?? "")];
    for (const text of [...runs.map(({ output }) => output), JSON.stringify(project.deployment())])
      expect(findInText("somewhere", text, needles)).toEqual([]);
  }
  expect((await project.up({ flags: ["--refresh"] })).changes).toEqual({ same: 3 });
});

it("privateKeyPassphrase encrypts the file, and is nowhere in clear text", async () => {
  const words = ["correct horse battery", "staple of another day"] as const;
  const program = (passphrase: string, ending = "pem") =>
    inBoth(
      (type, name) => `
        exports.${name} = new ${type}("${name}", {
          keyPairName: "${name}", privateKeyFile: "${name}.${ending}", ${passphrase && `privateKeyPassphrase: ${passphrase},`}
        }).privateKey;`,
    );
  const project = await start(program(literal(words[0])));
  const change = (source: string) => pluginProgram(project, source);
  const line = (name: string) => String(project.resource(name).outputs?.["publicKey"]);
  const openedWith = (name: string, ...passphrases: string[]) =>
    passphrases.map((passphrase) => opened(project.path(`${name}.pem`), passphrase));
  const texts: string[] = [];
  const up = async () => {
    const run = await project.up();
    texts.push(run.output, JSON.stringify(project.deployment()));
    return NAMES.map((name) => run.ops(name));
  };

  await step("it is written so", async () => {
    await up();
    const outputs = await project.outputs();
    for (const name of NAMES) {
      expect(openedWith(name, "", words[0]), name).toEqual(["", line(name)]);
      expect(String(outputs[name])).toContain("BEGIN RSA PRIVATE KEY");
    }
    expect(await up()).toEqual([["same"], ["same"]]);
  });
  await step("another passphrase is a change in place", async () => {
    change(program(`pulumi.secret(${literal(words[1])})`));
    expect(await up()).toEqual([["update"], ["update"]]);
    for (const name of NAMES) expect(openedWith(name, ...words), name).toEqual(["", line(name)]);
  });
  await step("PuTTY's format has it too", async () => {
    change(program(literal(words[1]), "ppk"));
    await up();
    for (const name of NAMES) expect(project.read(`${name}.ppk`)).toContain("Encryption: aes256-cbc");
  });
  await step("without it the file is plain again", async () => {
    change(program(""));
    await up();
    for (const name of NAMES) expect(openedWith(name, ""), name).toEqual([line(name)]);
  });
  for (const text of texts) for (const each of words) expect(text).not.toContain(each);
});

it("a key file that was lost is written again, and one that was replaced is warned of", async () => {
  const project = await start(
    inBoth(
      (type, name) => `
        new ${type}("${name}-kept", { keyPairName: "${name}-kept", privateKeyFile: "${name}-kept.pem" });
        new ${type}("${name}-only", {
          keyPairName: "${name}-only", privateKeyFile: "${name}-only.pem", savePrivateKey: false,
        });`,
    ),
  );
  await project.up();
  const before = NAMES.map((name) => {
    const [kept, only] = [`${name}-kept.pem`, `${name}-only.pem`].map((file) => {
      const text = project.read(file);
      rmSync(project.path(file));
      return text;
    });
    return { name, kept, only };
  });

  const preview = await project.preview();
  for (const name of NAMES) {
    expect(preview.ops(`${name}-kept`), name).toEqual(["update"]);
    expect(preview.warnings(`${name}-only`).join()).toMatch(
      new RegExp(
        `${name}-only\\.pem holds nothing in the place of the private key .* The state does not hold`,
      ),
    );
  }
  await project.up();
  const { privateKey } = await newKey();
  for (const { name, kept, only } of before) {
    expect(project.read(`${name}-kept.pem`), name).toBe(kept);
    writeFileSync(project.path(`${name}-only.pem`), only ?? "");
    writeFileSync(project.path(`${name}-kept.pem`), privateKey);
  }

  const run = await project.up();
  expect(run.changes).toEqual({ same: 5 });
  for (const name of NAMES) {
    expect(run.warnings(`${name}-only`), name).toEqual([]);
    expect(run.warnings(`${name}-kept`).join()).toMatch(
      new RegExp(
        `${name}-kept\\.pem holds another private key \\(SHA256:\\S+\\) in the place of .* move it away`,
      ),
    );
    expect(project.read(`${name}-kept.pem`), name).toBe(privateKey);
  }
});

it("keepers make a new key when a value changes, and not when the first ones are given", async () => {
  const program = (keepers: string) => `new KeyPair("web", { keyPairName: "web", ${keepers} });`;
  const project = await engineProject({ program: program("") });
  onTestFinished(() => project.close());
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

it("a key that is due is said in each preview, and not rotated", async () => {
  const project = await start(
    inBoth(
      (type, name) =>
        `new ${type}("${name}", { keyPairName: "${name}", rotateAfter: "90d", keepers: { rotation: "1" } });`,
    ),
  );
  await project.up();
  expect((await project.preview()).warnings()).toEqual([]);
  const fingerprints = () => NAMES.map((name) => project.resource(name).outputs?.["fingerprintSha256"]);
  const before = fingerprints();
  expect(before).toEqual(NAMES.map(() => expect.stringMatching(/^SHA256:/)));
  const state = project.deployment();
  for (const { urn, outputs } of state.deployment.resources ?? [])
    if (NAMES.some((name) => urn.endsWith(`::${name}`)) && outputs)
      outputs["createdAt"] = "2026-01-01T00:00Z";
  await project.importState(state);
  for (const run of [await project.preview(), await project.up()]) {
    for (const name of NAMES) {
      expect(run.ops(name), name).toEqual(["same"]);
      expect(run.warnings(name)).toEqual([
        `the key of key pair "${name}" was made on 2026-01-01 and is due: rotateAfter says 90d. To rotate it, change keepers to have a ` +
          "new one made; keep the old key until no machine needs it.",
      ]);
    }
  }
  expect(fingerprints()).toEqual(before);
});
