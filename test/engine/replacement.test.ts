import { rmSync } from "node:fs";
import { expect, it, onTestFinished } from "vitest";
import { literal, newKey, type TestKey } from "./support/keys";
import { pairs } from "./support/localStore";
import { engineProject } from "./support/project";
import type { Op, Run } from "./support/run";
import { step } from "./support/step";

const CREATED_FIRST: Op[] = ["create-replacement", "replace", "delete-replaced"];
const DELETED_FIRST: Op[] = ["delete-replaced", "replace", "create-replacement"];

interface Change {
  /** The arguments of before and after. */
  from: object;
  to: object;
  ops: Op[];
  /** The arguments that the replacement is for. */
  because?: string[];
  /** The private key is lost with the old pair. */
  rotates?: true;
}

/** Each change on a resource of its own, all in one `up`. */
function changes([a, b]: readonly [TestKey, TestKey]): Record<string, Change> {
  const body = { publicKeyBody: a.line };
  const replaced = (because: string, first: Op[] = CREATED_FIRST) => ({ ops: first, because: [because] });
  const rotated = (because: string, first?: Op[]) => ({
    ...replaced(because, first),
    rotates: true as const,
  });
  const update: { ops: Op[] } = { ops: ["update"] };
  return {
    body: { from: body, to: { publicKeyBody: b.line }, ...replaced("publicKeyBody") },
    "body-named": {
      from: { ...body, keyPairName: "body-named" },
      to: { publicKeyBody: b.line, keyPairName: "body-named" },
      ...replaced("publicKeyBody", DELETED_FIRST),
    },
    file: {
      from: { publicKeyFile: "keys/changed.pub" },
      to: { publicKeyFile: "keys/changed.pub" },
      ...replaced("publicKeyBody"),
    },
    "moved-file": {
      from: { publicKeyFile: "keys/there.pub" },
      to: { publicKeyFile: "keys/elsewhere.ppub" },
      ...update,
    },
    "file-to-body": { from: { publicKeyFile: "keys/there.pub" }, to: body, ...update },
    name: { from: { keyPairName: "name-one" }, to: { keyPairName: "name-two" }, ...rotated("keyPairName") },
    prefix: {
      from: { ...body, keyPairNamePrefix: "one" },
      to: { ...body, keyPairNamePrefix: "two" },
      ...replaced("keyPairName"),
    },
    generation: {
      from: {},
      to: { keyGeneration: { source: "local", type: "ed25519" } },
      ...rotated("keyGeneration"),
    },
    "generation-size": {
      from: { keyGeneration: { source: "local", type: "ecdsa" }, keyPairName: "generation-size" },
      to: { keyGeneration: { source: "local", type: "ecdsa", bits: 384 }, keyPairName: "generation-size" },
      ...rotated("keyGeneration", DELETED_FIRST),
    },
    "generation-default": {
      from: {},
      to: { keyGeneration: { source: "cloud" } },
      ops: ["same"],
    },
    import: { from: {}, to: body, ...rotated("publicKeyBody") },
    tags: {
      from: { tags: { team: "ops" } },
      to: { tags: { team: "dev" } },
      ...rotated("tags"),
    },
    "tags-in-place": {
      from: { tags: { team: "ops", old: "1" }, tagChanges: "update" },
      to: { tags: { team: "dev", new: "1" }, tagChanges: "update" },
      ...update,
    },
    region: {
      from: { ...body, keyPairName: "region", connection: { region: "one" } },
      to: { ...body, keyPairName: "region", connection: { region: "two" } },
      ...replaced("connection"),
    },
    path: {
      from: { ...body, keyPairName: "path", connection: { path: "one/store.sqlite" } },
      to: { ...body, keyPairName: "path", connection: { path: "two/store.sqlite" } },
      ...replaced("connection"),
    },
    group: { from: { resourceGroupId: "rg-one" }, to: { resourceGroupId: "rg-two" }, ...update },
    "on-existing": { from: {}, to: { onExisting: "adopt" }, ...update },
  };
}

it("a changed argument replaces the pair or updates it, as the preview says", async () => {
  const keys = await Promise.all([newKey(), newKey()]);
  const table = changes(keys);
  const program = (args: Record<string, object>) => `
    for (const [name, args] of Object.entries(${literal(args)})) exports[name] = new KeyPair(name, args).privateKey;`;
  const pick = (which: "from" | "to") =>
    Object.fromEntries(Object.entries(table).map(([name, change]) => [name, change[which]]));

  const project = await engineProject({ program: program(pick("from")) });
  onTestFinished(() => project.close());
  project.write("keys/changed.pub", keys[0].line);
  project.write("keys/there.pub", keys[0].line);
  await project.up();
  const before = await project.outputs();
  project.write("keys/changed.pub", keys[1].line);
  project.write("keys/elsewhere.ppub", keys[0].rfc4716);
  project.program(program(pick("to")));

  await step("the preview shows it, with a warning where a private key is lost", async () => {
    const run = await project.preview();
    expectAsTable(run);
    expect(run.warnings("tags")).toEqual([
      expect.stringMatching(
        /^replacing key pair "tags-[0-9a-f]{7}" \(tags\) rotates its private key SHA256:\S+: keep the old one \(before the update, `pulumi stack export --show-secrets` shows it\) until no machine needs it, or change tags in place with tagChanges: "update"\.$/,
      ),
    ]);
  });

  await step("up does it, the new pair first unless the name is taken", async () => {
    const run = await project.up();
    expectAsTable(run);
  });

  await step("a replaced pair has a new key, any other its old one", async () => {
    const after = await project.outputs();
    for (const [name, { rotates, to }] of Object.entries(table)) {
      if ("publicKeyBody" in to || "publicKeyFile" in to) continue;
      const isSame = after[name] === before[name];
      expect({ [name]: isSame ? "same key" : "another key" }).toEqual({
        [name]: rotates ? "another key" : "same key",
      });
    }
    const stored = pairs(project);
    const pairOf = (resource: string) => stored.find(({ name }) => name === project.resource(resource).id);
    expect(pairOf("body")?.publicKey).toBe(keys[1].line);
    expect(pairOf("body-named")?.publicKey).toBe(keys[1].line);
    expect(pairOf("file")?.publicKey).toBe(keys[1].line);
    expect(pairOf("tags")?.tags).toEqual({ team: "dev" });
    expect(pairOf("tags-in-place")?.tags).toEqual({ team: "dev", new: "1" });
    expect(pairOf("group")?.resourceGroupId).toBe("rg-two");
    expect(pairOf("prefix")?.name).toMatch(/^two-[0-9a-f]{7}$/);
    expect(pairOf("generation")?.publicKey).toMatch(/^ssh-ed25519 /);
    expect(String(after["generation"])).toContain("BEGIN OPENSSH PRIVATE KEY");
    expect([pairs(project, "one"), pairs(project, "two").map(({ name }) => name)]).toEqual([[], ["region"]]);
    expect(pairs(project, "local", "one/store.sqlite")).toEqual([]);
    expect(pairs(project, "local", "two/store.sqlite").map(({ name }) => name)).toEqual(["path"]);
    // What lies in other regions and files is counted above.
    expect(stored).toHaveLength(Object.keys(table).length - 2);
  });

  await step("up again changes nothing", async () => {
    const run = await project.up();
    expect(run.changes).toEqual({ same: Object.keys(table).length + 1 });
  });

  await step("a file that is gone is reported at publicKeyFile", async () => {
    rmSync(project.path("keys/elsewhere.ppub"));
    const run = await project.preview({ fails: true });
    expect(run.errors("moved-file")).toEqual([
      expect.stringMatching(
        /^resource 'moved-file': publicKeyFile: cannot read \S*\/keys\/elsewhere\.ppub: there is no such file or folder\.$/,
      ),
    ]);
  });

  function expectAsTable(run: Run): void {
    const names = Object.keys(table);
    const expected = names.map((name) => [name, table[name]?.ops, table[name]?.because ?? []]);
    expect(names.map((name) => [name, run.ops(name), run.replaceKeys(name)])).toEqual(expected);
    const warned = names.filter((name) => run.warnings(name).length > 0);
    expect(warned).toEqual(names.filter((name) => table[name]?.rotates));
  }
});

it("keypair:tagChanges in the configuration has tags changed in place where the pair does not say it", async () => {
  const program = (team: string) => `
    new KeyPair("quiet", { tags: { team: "${team}" } });
    new KeyPair("strict", { tags: { team: "${team}" }, tagChanges: "replace" });`;
  const config = { "keypair:backend": "local", "keypair:tagChanges": "update" };
  const project = await engineProject({ program: program("ops"), config });
  onTestFinished(() => project.close());
  await project.up();
  project.program(program("dev"));
  const run = await project.up();
  expect([run.ops("quiet"), run.ops("strict")]).toEqual([["update"], CREATED_FIRST]);
});
