import { createHash } from "node:crypto";
import { expect, it, onTestFinished } from "vitest";
import { SECRET } from "./support/expected";
import { literal, newKey } from "./support/keys";
import { CLASSES, pluginProgram, pluginProject } from "./support/plugin";

const FRONTS = Object.keys(CLASSES);

it("what follows from a secret argument is a secret, in both fronts", async () => {
  const { line } = await newKey();
  const project = await pluginProject({
    program: Object.entries(CLASSES)
      .map(
        ([front, type]) => `
          const ${front} = new ${type}("${front}", {
            publicKeyBody: pulumi.secret(${literal(line)}), keyPairNamePrefix: pulumi.secret("hidden-${front}"),
          });
          exports.${front}Key = ${front}.publicKey;
          exports.${front}Name = ${front}.keyPairName;`,
      )
      .join(""),
  });
  onTestFinished(() => project.close());
  const runs = [await project.preview(), await project.up(), await project.refresh(), await project.up()];
  expect(runs.at(-1)?.changes).toEqual({ same: 3 });

  for (const front of FRONTS) {
    const { inputs, outputs } = project.resource(front);
    for (const stored of [inputs, outputs])
      expect(stored, front).toMatchObject({
        publicKeyBody: SECRET,
        keyPairNamePrefix: SECRET,
        keyPairName: SECRET,
      });
    expect(outputs, front).toMatchObject({
      publicKey: SECRET,
      fingerprint: SECRET,
      fingerprintSha256: SECRET,
      __ownKey: SECRET,
    });
  }
  // The name is the id too, and the engine keeps no id secret.
  const digests = ["md5", "sha256"].flatMap((name) => {
    const digest = createHash(name).update(Buffer.from(line.split(" ")[1] ?? "", "base64"));
    return [digest.copy().digest("hex"), digest.digest("base64").replace(/=+$/, "")];
  });
  const state = JSON.stringify(project.deployment()).replaceAll(":", "");
  for (const part of [line.split(" ")[1], ...digests]) expect(state).not.toContain(part);
  for (const { output } of runs) expect(output).not.toContain(line.split(" ")[1]);
  for (const { output } of runs.slice(0, 2))
    for (const front of FRONTS) expect(output).toMatch(new RegExp(`${front}Key *: \\[secret\\]`));
});

it("so is what follows from secret instances, a secret place and secret members", async () => {
  const program = (member: string) => `
    const place = pulumi.secret({ region: "hidden-region" });
    for (const [front, from] of [["dynamic", "pulumi-keypair"], ["plugin", "pulumi-keypair/plugin"]]) {
      const { KeyPair, KeyPairAttachment, KeyPairSet } = require(from);
      const { keyPairName } = new KeyPair(front, { connection: place });
      new KeyPairAttachment(front, { keyPairName, instanceIds: pulumi.secret(["i-hidden" + front]), connection: place });
      new KeyPairSet(front, { created: pulumi.secret(["${member}"]), keyPairNamePrefix: front + "-" });
    }`;
  const project = await pluginProject({ program: program("hidden-ci") });
  onTestFinished(() => project.close());
  const runs = [await project.up(), await project.refresh()];
  pluginProgram(project, program("hidden-cd"));
  runs.push(await project.preview({ flags: ["--diff"] }));
  expect(runs.at(-1)?.changes["update"]).toBe(2);
  const attachments = project.resources().filter(({ type }) => type.endsWith("KeyPairAttachment"));
  expect(attachments.map(({ outputs }) => outputs?.["instanceIds"])).toEqual([SECRET, SECRET]);
  const state = JSON.stringify(project.deployment());
  for (const hidden of ["i-hidden", "hidden-region"]) expect(state).not.toContain(hidden);
  for (const { output } of runs) expect(output).not.toMatch(/i-hidden|hidden-region|hidden-c[id]: \{/);
});
