import { existsSync, renameSync } from "node:fs";
import { expect, it, onTestFinished } from "vitest";
import { fingerprintSha256, publicKeyOfPrivateKey } from "../../provider/keys";
import { SECRET } from "./support/expected";
import { literal, newKey, type TestKey } from "./support/keys";
import { LOCAL_REGION, pairs, withStore } from "./support/localStore";
import { type EngineProject, engineProject } from "./support/project";
import { step } from "./support/step";

/** What is written in the place of the key's line: all of it is the same key. */
const FORMS: Record<string, (key: TestKey) => string> = {
  comment: ({ line }) => `${line} bert@desktop`,
  space: ({ line }) => `\n  ${line}\r\n\n`,
  rfc4716: ({ rfc4716 }) => rfc4716,
  pem: ({ pem }) => pem,
};
const IMPORTED = Object.keys(FORMS);
const ALL = [...IMPORTED, "bastion"];

it("imported key pairs and a created one, from the first preview to destroy", async () => {
  const program = (bodies: Record<string, string>) => `
    for (const [name, publicKeyBody] of Object.entries(${literal(bodies)})) {
      new KeyPair(name, { publicKeyBody, tags: { team: "ops" } });
    }
    const { keyPairName, fingerprintSha256, privateKey } = new KeyPair("bastion");
    module.exports = { keyPairName, fingerprintSha256, privateKey };`;
  const eachOp = (ops: string[]) => Object.fromEntries(ALL.map((name) => [name, ops]));
  const opsOf = (run: { ops(name: string): string[] }) =>
    Object.fromEntries(ALL.map((name) => [name, run.ops(name)]));

  const key = await newKey();
  const withComment = Object.fromEntries(IMPORTED.map((name) => [name, `${key.line} anna@laptop`]));
  const project = await engineProject({ program: program(withComment) });
  onTestFinished(() => project.close());

  await step("preview makes nothing", async () => {
    const run = await project.preview();
    expect(opsOf(run)).toEqual(eachOp(["create"]));
    expect(existsSync(project.path(".keypair"))).toBe(false);
  });

  await step("up makes them, and says of the private key only that it is a secret", async () => {
    const run = await project.up();
    expect(opsOf(run)).toEqual(eachOp(["create"]));
    expect(run.output).toMatch(/privateKey *: \[secret\]/);
    expect(run.diagnostics).toEqual([]);

    const names = pairs(project).map(({ name }) => name.replace(/-[0-9a-f]{7}$/, ""));
    expect(names.sort()).toEqual([...ALL].sort());
    for (const pair of pairs(project).filter(({ id }) => id === undefined)) {
      expect(pair).toMatchObject({ publicKey: `${key.line} anna@laptop`, tags: { team: "ops" } });
    }
    const outputs = await project.outputs();
    const made = publicKeyOfPrivateKey(String(outputs["privateKey"]));
    expect(outputs["fingerprintSha256"]).toBe(fingerprintSha256(made));
    expect(pairs(project).map(({ name }) => name)).toContain(outputs["keyPairName"]);
  });

  await step("the state holds the private key encrypted, and no private key of what was imported", () => {
    const { id, inputs, outputs } = project.resource("bastion");
    expect(id).toBe(outputs?.["keyPairName"]);
    expect(inputs).not.toHaveProperty("privateKey");
    expect(outputs?.["privateKey"]).toEqual(SECRET);
    for (const name of IMPORTED) expect(project.resource(name).outputs).not.toHaveProperty("privateKey");
  });

  await step("up again leaves all as it is and does not touch the backend", async () => {
    await withoutBackend(project, async () =>
      expect((await project.up()).changes).toEqual({ same: ALL.length + 1 }),
    );
  });

  await step("another comment, white space or format is no change; the backend is not asked", async () => {
    const bodies = IMPORTED.map((name) => [name, FORMS[name]?.(key)]);
    project.program(program(Object.fromEntries(bodies)));
    await withoutBackend(project, async () => {
      expect((await project.preview()).changes).toEqual({ same: ALL.length + 1 });
      const run = await project.up();
      expect(opsOf(run)).toEqual(eachOp(["same"]));
      expect(run.changes).toEqual({ same: ALL.length + 1 });
    });
  });

  await step("refresh sees no change", async () => {
    const before = project.resources();
    const run = await project.refresh();
    expect(run.changes).toEqual({ same: ALL.length + 1 });
    expect(project.resources().map(withoutCiphertext)).toEqual(before.map(withoutCiphertext));
  });

  await step("destroy deletes them, and is done with one that is gone already", async () => {
    const [gone] = pairs(project);
    withStore(project, (store) => store.deleteMany(LOCAL_REGION, [gone?.name ?? ""]));
    const run = await project.destroy();
    expect(opsOf(run)).toEqual(eachOp(["delete"]));
    expect(pairs(project)).toEqual([]);
    expect(project.resources()).toEqual([]);
  });
});

/** Proves that the work never opens the store: whoever opens a missing store makes it. */
async function withoutBackend(project: EngineProject, work: () => Promise<void>): Promise<void> {
  renameSync(project.path(".keypair"), project.path("away"));
  await work();
  expect(existsSync(project.path(".keypair"))).toBe(false);
  renameSync(project.path("away"), project.path(".keypair"));
}

/** It is encrypted anew each time. */
function withoutCiphertext({ outputs = {} }: { outputs?: Record<string, unknown> }) {
  return { ...outputs, privateKey: outputs["privateKey"] !== undefined };
}
