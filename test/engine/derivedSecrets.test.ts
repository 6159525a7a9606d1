import { createHash } from "node:crypto";
import { expect, it, onTestFinished } from "vitest";
import { SECRET } from "./support/expected";
import { literal, newKey } from "./support/keys";
import { pluginProject } from "./support/plugin";
import { engineProject } from "./support/project";

it.each([
  ["dynamic", "KeyPair", engineProject],
  ["plugin", "PluginKeyPair", pluginProject],
])("%s: what follows from a secret argument is a secret", async (_, type, start) => {
  const { line } = await newKey();
  const project = await start({
    program: `
      const pair = new ${type}("pair", {
        publicKeyBody: pulumi.secret(${literal(line)}), keyPairNamePrefix: pulumi.secret("hidden-prefix"),
      });
      exports.publicKey = pair.publicKey;
      exports.name = pair.keyPairName;`,
  });
  onTestFinished(() => project.close());
  const runs = [await project.preview(), await project.up(), await project.refresh(), await project.up()];
  expect(runs.at(-1)?.changes["same"]).toBeGreaterThan(1);

  const { inputs, outputs } = project.resource("pair");
  for (const stored of [inputs, outputs])
    expect(stored).toMatchObject({ publicKeyBody: SECRET, keyPairNamePrefix: SECRET, keyPairName: SECRET });
  expect(outputs).toMatchObject({
    publicKey: SECRET,
    fingerprint: SECRET,
    fingerprintSha256: SECRET,
    __ownKey: SECRET,
  });
  // The name is the id too, and the engine keeps no id secret.
  const digests = ["md5", "sha256"].flatMap((name) => {
    const digest = createHash(name).update(Buffer.from(line.split(" ")[1] ?? "", "base64"));
    return [digest.copy().digest("hex"), digest.digest("base64").replace(/=+$/, "")];
  });
  const state = JSON.stringify(project.deployment()).replaceAll(":", "");
  for (const part of [line.split(" ")[1], ...digests]) expect(state).not.toContain(part);
  for (const { output } of runs) {
    expect(output).not.toContain(line.split(" ")[1]);
    expect(output).toMatch(/publicKey *: \[secret\]|unchanged/);
  }
});

it.each([
  ["dynamic", "pulumi-keypair", engineProject],
  ["plugin", "pulumi-keypair/plugin", pluginProject],
])(
  "%s: so is what follows from secret instances, a secret place and secret members",
  async (_, from, start) => {
    const program = (members: string[]) => `
    const from = require("${from}");
    const pair = new from.KeyPair("pair", { connection: pulumi.secret({ region: "hidden-region" }) });
    new from.KeyPairAttachment("web", {
      keyPairName: pair.keyPairName, instanceIds: pulumi.secret(["i-hidden"]), connection: pulumi.secret({ region: "hidden-region" }),
    });
    new from.KeyPairSet("team", { created: pulumi.secret(${literal(members)}), keyPairNamePrefix: "team-" });`;
    const project = await start({ program: program(["hidden-ci"]) });
    onTestFinished(() => project.close());
    const runs = [await project.up(), await project.refresh()];
    project.program(program(["hidden-cd"]));
    runs.push(await project.preview({ flags: ["--diff"] }));
    const state = JSON.stringify(project.deployment());
    for (const hidden of ["i-hidden", "hidden-region"]) expect(state).not.toContain(hidden);
    for (const { output } of runs) expect(output).not.toMatch(/i-hidden|hidden-region|hidden-c[id]: \{/);
  },
);
