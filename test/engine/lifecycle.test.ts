import { existsSync, renameSync } from "node:fs";
import { expect, it, onTestFinished } from "vitest";
import { fingerprintSha256, publicKeyOfPrivateKey } from "../../provider/keys";
import { SECRET } from "./support/expected";
import { literal, newKey, type TestKey } from "./support/keys";
import { findInText, needlesOf, searchEverywhere } from "./support/leaks";
import { LOCAL_REGION, pairs, withStore } from "./support/localStore";
import { FRONTS, type Front, frontProject } from "./support/plugin";
import type { EngineProject } from "./support/project";
import type { Op, Run } from "./support/run";
import { step } from "./support/step";

/* One life for both fronts: the program differs in its import alone. */

/** What is written in the place of the key's line: all of it is the same key. */
const FORMS: Record<string, (key: TestKey) => string> = {
  comment: ({ line }) => `${line} bert@desktop`,
  space: ({ line }) => `\n  ${line}\r\n\n`,
  rfc4716: ({ rfc4716 }) => rfc4716,
  pem: ({ pem }) => pem,
};
const IMPORTED = Object.keys(FORMS);
const ALL = [...IMPORTED, "named", "tagged", "bastion", "dependent"];
const CREATED_FIRST: Op[] = ["create-replacement", "replace", "delete-replaced"];
const DELETED_FIRST: Op[] = ["delete-replaced", "replace", "create-replacement"];

interface Arguments {
  bodies: Record<string, string>;
  /** Of the pair with an explicit name, which is a secret of the program. */
  named: { keyPairName: string; publicKeyBody: string };
  /** Changed in place. */
  tags: Record<string, string>;
  /** A tag of the created pair: a change replaces it. */
  team: string;
}

const program = (front: Front, { bodies, named, tags, team }: Arguments, lookups = "") => `{
  const { KeyPair, getKeyPairOutput, getKeyPairsOutput, getPublicKeyOutput } = require("${front}");
  for (const [name, publicKeyBody] of Object.entries(${literal(bodies)}))
    new KeyPair(name, { publicKeyBody, tags: { team: "ops" } });
  const { keyPairName, publicKeyBody } = ${literal(named)};
  const named = new KeyPair("named", { keyPairName, publicKeyBody: pulumi.secret(publicKeyBody) });
  const tagged = new KeyPair("tagged", { keyPairName: "tagged", publicKeyBody, tags: ${literal(tags)}, tagChanges: "update" });
  const bastion = new KeyPair("bastion", { tags: { team: ${literal(team)} } });
  new KeyPair("dependent", { tags: { of: bastion.fingerprintSha256.apply((text) => text.slice(7, 15)) } });
  const { keyPairName: notYet, fingerprintSha256, privateKey } = bastion;
  module.exports = { known: named.fingerprintSha256, notYet, fingerprintSha256, privateKey, ${lookups} };
}`;

const LOOKUPS = `
  found: getKeyPairOutput({ keyPairName: tagged.keyPairName }).tags,
  names: getKeyPairsOutput({ nameRegex: pulumi.interpolate\`^\${named.keyPairName}$\` }).keyPairNames,
  publicHalf: getPublicKeyOutput({ privateKey: bastion.privateKey }).publicKey,`;

it.each(FRONTS)("key pairs of %s, from the first preview to destroy", async (front) => {
  const [key, other] = await Promise.all([newKey(), newKey()]);
  const args: Arguments = {
    bodies: Object.fromEntries(IMPORTED.map((name) => [name, `${key.line} anna@laptop`])),
    named: { keyPairName: "first", publicKeyBody: `${key.line} anna@laptop` },
    tags: { stage: "test" },
    team: "ops",
  };
  const project = await frontProject(front, { program: program(front, args) });
  onTestFinished(() => project.close());
  const pairOf = (name: string) => pairs(project).find((pair) => pair.name === project.resource(name).id);

  await step("preview tells what follows from the arguments, and makes nothing", async () => {
    const run = await project.preview();
    expect(opsOf(run)).toEqual(eachOp(["create"]));
    // Known, and secret as the key that it follows from.
    expect(run.output).toMatch(/known *: \[secret\]/);
    expect(run.output).toMatch(/notYet *: \[unknown\]/);
    expect(run.diagnostics).toEqual([]);
    expect(existsSync(project.path(".keypair"))).toBe(false);
  });

  await step("up makes them, and what is secret is so in all that was printed and stored", async () => {
    const run = await project.up();
    expect(opsOf(run)).toEqual(eachOp(["create"]));
    expect(run.output).toMatch(/privateKey *: \[secret\]/);
    expect(run.diagnostics).toEqual([]);
    const names = pairs(project).map(({ name }) => name.replace(/-[0-9a-f]{7}$/, ""));
    expect(names.sort()).toEqual([...IMPORTED, "first", "tagged", "bastion", "dependent"].sort());
    for (const name of IMPORTED)
      expect(pairOf(name)).toMatchObject({ publicKey: `${key.line} anna@laptop`, tags: { team: "ops" } });

    const { privateKey, fingerprintSha256: fingerprint } = await project.outputs();
    expect(fingerprint).toBe(fingerprintSha256(publicKeyOfPrivateKey(String(privateKey))));
    const { id, inputs, outputs } = project.resource("bastion");
    expect(outputs).toMatchObject({ keyPairName: id, privateKey: SECRET, tags: { team: "ops" } });
    expect(inputs).not.toHaveProperty("privateKey");
    for (const name of IMPORTED) expect(project.resource(name).outputs).not.toHaveProperty("privateKey");
    const named = project.resource("named");
    expect(named.inputs).toMatchObject({ publicKeyBody: SECRET });
    expect(named.outputs).toMatchObject({ publicKeyBody: SECRET, publicKey: SECRET });
    expect(JSON.stringify(named)).not.toContain(key.line.split(" ")[1]);
    const needles = needlesOf(String(privateKey), String(outputs?.["publicKey"]));
    expect(findInText("output", run.output, needles)).toEqual([]);
    expect(searchEverywhere(project.folder, needles, ["node_modules"])).toEqual([]);
  });

  await step("another comment, white space or format is no change; the backend is not asked", async () => {
    const bodies = Object.fromEntries(IMPORTED.map((name) => [name, FORMS[name]?.(key) ?? ""]));
    project.program(program(front, { ...args, bodies }));
    await withoutBackend(project, async () =>
      expect((await project.up()).changes).toEqual({ same: ALL.length + 1 }),
    );
  });

  await step("refresh sees no change", async () => {
    const before = project.resources();
    expect((await project.refresh()).changes).toEqual({ same: ALL.length + 1 });
    expect(project.resources().map(withoutCiphertext)).toEqual(before.map(withoutCiphertext));
  });

  await step("changes are made in place or by replacement, and look-ups see them", async () => {
    args.named.keyPairName = "second";
    args.tags = { stage: "live", new: "1" };
    args.team = "dev";
    project.program(program(front, args, LOOKUPS));
    const run = await project.up();
    // Another name: the new pair is made first. A random one too.
    expect([run.ops("named"), run.replaceKeys("named")]).toEqual([CREATED_FIRST, ["keyPairName"]]);
    expect([run.ops("bastion"), run.replaceKeys("bastion")]).toEqual([CREATED_FIRST, ["tags"]]);
    expect(run.warnings("bastion").join()).toMatch(
      /replacing key pair "bastion-\w+" \(tags\) rotates its private key SHA256:/,
    );
    expect(run.ops("tagged")).toEqual(["update"]);
    expect(pairOf("tagged")?.tags).toEqual({ stage: "live", new: "1" });
    expect(await project.outputs()).toMatchObject({
      found: { stage: "live", new: "1" },
      names: ["second"],
      publicHalf: project.resource("bastion").outputs?.["publicKey"],
    });
    expect(pairs(project)).toHaveLength(ALL.length);
  });

  await step("a replacement that keeps its name deletes first", async () => {
    args.named.publicKeyBody = other.line;
    project.program(program(front, args));
    const run = await project.up();
    expect([run.ops("named"), run.replaceKeys("named")]).toEqual([DELETED_FIRST, ["publicKeyBody"]]);
    expect(pairOf("named")?.publicKey).toBe(other.line);
  });

  await step("refresh sees what others have deleted and changed, and up makes it good", async () => {
    withStore(project, (store) => {
      store.deleteMany(LOCAL_REGION, ["second"]);
      store.tag(LOCAL_REGION, ["tagged"], { stage: "drifted" });
    });
    await project.refresh();
    const left = project.resources().map(({ urn }) => urn.split("::").at(-1));
    expect(left.sort()).toEqual(ALL.filter((name) => name !== "named").sort());
    expect(project.resource("tagged").outputs?.["tags"]).toEqual({ stage: "drifted", new: "1" });

    const run = await project.up();
    expect(opsOf(run)).toEqual({ ...eachOp(["same"]), named: ["create"], tagged: ["update"] });
    expect(pairOf("tagged")?.tags).toEqual({ stage: "live", new: "1" });
    expect(pairOf("named")?.publicKey).toBe(other.line);
  });

  await step("destroy deletes them, and is done with one that is gone already", async () => {
    withStore(project, (store) => store.deleteMany(LOCAL_REGION, ["second"]));
    expect(opsOf(await project.destroy())).toEqual(eachOp(["delete"]));
    expect(pairs(project)).toEqual([]);
    expect(project.resources()).toEqual([]);
  });
});

const eachOp = (ops: Op[]) => Object.fromEntries(ALL.map((name) => [name, ops]));
const opsOf = (run: Run) => Object.fromEntries(ALL.map((name) => [name, run.ops(name)]));

/** Proves that the work never opens the store: whoever opens a missing store makes it. */
async function withoutBackend(project: EngineProject, work: () => Promise<void>): Promise<void> {
  renameSync(project.path(".keypair"), project.path("away"));
  await work();
  expect(existsSync(project.path(".keypair"))).toBe(false);
  renameSync(project.path("away"), project.path(".keypair"));
}

/** It is encrypted anew each time. */
function withoutCiphertext({ outputs = {} }: { outputs?: Record<string, unknown> }) {
  const isSecret = (value: unknown) => typeof value === "object" && value !== null && "ciphertext" in value;
  return Object.fromEntries(
    Object.entries(outputs).map(([name, value]) => [name, isSecret(value) ? "secret" : value]),
  );
}
