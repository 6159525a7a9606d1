import { describe, expect, it, onTestFinished } from "vitest";
import { STACK_TRACE } from "./support/expected";
import { literal, newKey } from "./support/keys";
import { LOCAL_REGION, pairs, withStore } from "./support/localStore";
import { engineProject } from "./support/project";
import { step } from "./support/step";

const PROVIDER = 'exports.handler=()=>require("pulumi-keypair/provider").impl';

it("onExisting says what becomes of a pair of that name that is there already", async () => {
  const [key, other] = await Promise.all([newKey(), newKey()]);
  const all = [
    "fail-same",
    "fail-other",
    "adopt-same",
    "adopt-other",
    "adopt-created",
    "recreate",
    "recreate-created",
  ];
  const args = (name: string) => ({
    keyPairName: name,
    onExisting: name.split("-")[0],
    tags: { team: "ops" },
    ...(name.endsWith("created") ? {} : { publicKeyBody: `${key.line} comment` }),
  });
  const table = Object.fromEntries(all.map((name) => [name, args(name)]));
  const project = await engineProject({
    program: `for (const [name, args] of Object.entries(${literal(table)})) new KeyPair(name, args);`,
  });
  onTestFinished(() => project.close());
  const pairOf = (name: string) => pairs(project).find((pair) => pair.name === name);
  withStore(project, (store) => {
    for (const name of all) {
      const publicKey = name.endsWith("-same") ? key.line : other.line;
      store.import(LOCAL_REGION, { name, publicKey, tags: { team: "dev", left: "over" } });
    }
  });

  await step("up fails, adopts or makes it again, and each error says what to do next", async () => {
    const run = await project.up({ fails: true, flags: ["--continue-on-error"] });
    expect(run.failed).toEqual(["adopt-created", "adopt-other", "fail-other", "fail-same"]);
    expect(run.errors("fail-same").join()).toMatch(
      /a key pair "fail-same" is there already, with this very key \(fingerprint [0-9a-f:]{47}, made [^)]+\) \(code KeyPair\.AlreadyExist, request id \S+\)\. Choose another keyPairName, delete that pair, or say with onExisting what to do: "adopt" takes a pair over that has the same public key \(with the resource option retainOnDelete, if another stack has it too\), "recreate" deletes it first\./,
    );
    expect(run.errors("fail-other").join()).toContain("is there already, with another key (");
    expect(run.errors("adopt-other").join()).toContain("with another key, so it cannot be adopted");
    expect(run.errors("adopt-created").join()).toContain(
      "its private key is not known, so it cannot be adopted",
    );
    for (const name of run.failed) expect(pairOf(name)?.tags).toEqual({ team: "dev", left: "over" });

    expect(pairOf("adopt-same")).toMatchObject({ publicKey: key.line, tags: { team: "ops" } });
    expect(pairOf("recreate")).toMatchObject({ publicKey: `${key.line} comment`, tags: { team: "ops" } });
    expect(pairOf("recreate-created")?.id).toMatch(/^ssh-/);
    expect(project.resource("recreate-created").outputs).toHaveProperty("privateKey");
  });

  await step("the others are recorded, and the next up goes on from there", async () => {
    withStore(project, (store) => {
      store.deleteMany(LOCAL_REGION, ["adopt-created", "adopt-other", "fail-other", "fail-same"]);
    });
    const before = pairs(project);
    const run = await project.up();
    expect(run.changes).toEqual({ create: 4, same: 4 });
    expect(pairs(project).slice(0, before.length)).toEqual(before);
    expect((await project.up()).changes).toEqual({ same: all.length + 1 });
  });
});

describe("a pair that this stack did not make", () => {
  const tags = { team: "them" };

  it("is read by KeyPair.get, where its connection says, and is left alone by destroy", async () => {
    const [here, away] = await Promise.all([newKey(), newKey()]);
    const project = await engineProject({
      program: `
        const found = KeyPair.get("found", "theirs");
        module.exports = { publicKey: found.publicKey, tags: found.tags, fingerprint: found.fingerprintSha256 };`,
    });
    onTestFinished(() => project.close());
    withStore(project, (store) => {
      store.import(LOCAL_REGION, { name: "theirs", publicKey: here.line, tags });
      store.import("away", { name: "theirs", publicKey: away.line });
    });

    await step("where the configuration says", async () => {
      const run = await project.up();
      expect(run.ops("found")).toEqual(["read"]);
      expect(await project.outputs()).toEqual({
        publicKey: here.line,
        tags,
        fingerprint: project.resource("found").outputs?.["fingerprintSha256"],
      });
      await project.refresh();
      expect(await project.outputs()).toMatchObject({ publicKey: here.line });
    });

    await step("where its connection says, in a refresh too", async () => {
      project.program(`
        const found = KeyPair.get("found", "theirs", { connection: { region: pulumi.output("away") } });
        module.exports = { publicKey: found.publicKey, region: found.region };`);
      await project.up();
      expect(await project.outputs()).toEqual({ publicKey: away.line, region: "away" });
      await project.refresh();
      expect(await project.outputs()).toEqual({ publicKey: away.line, region: "away" });
    });

    await step("destroy leaves it alone", async () => {
      await project.destroy();
      expect(pairs(project).map(({ name }) => name)).toEqual(["theirs"]);
      expect(pairs(project, "away").map(({ name }) => name)).toEqual(["theirs"]);
    });
  });

  it.each([
    ["where the configuration says", ""],
    ["where the connection says", ', { connection: { region: "away" } }'],
  ])("and that is not there, %s, is an error of KeyPair.get", async (_where, opts) => {
    const project = await engineProject({ program: `KeyPair.get("found", "nowhere"${opts});` });
    onTestFinished(() => project.close());
    const run = await project.up({ fails: true });
    expect(run.output).toContain(
      'there is no "nowhere" where the configuration points to. Check the name, the backend, the region and the account.',
    );
    expect(run.output).not.toMatch(STACK_TRACE);
  });

  it("is taken into the stack by `pulumi import --file`, and is no change to the program that then says it", async () => {
    const { line } = await newKey();
    const inputs = { keyPairName: "theirs", publicKeyBody: line, tags };
    const project = await engineProject({ program: `new KeyPair("taken", ${literal(inputs)});` });
    onTestFinished(() => project.close());
    withStore(project, (store) => store.import(LOCAL_REGION, { name: "theirs", publicKey: line, tags }));
    const resources = [
      {
        type: "pulumi-nodejs:dynamic/keypair:KeyPair",
        name: "taken",
        id: "theirs",
        inputs: { __provider: PROVIDER, ...inputs },
        outputs: { __provider: PROVIDER, keyPairName: "theirs" },
      },
    ];
    const file = project.write("import.json", JSON.stringify({ resources }));
    await project.pulumi(["import", "--file", file, "--yes", "--protect=false", "--generate-code=false"]);
    expect(project.resource("taken").id).toBe("theirs");
    await project.refresh();
    const run = await project.up();
    expect(run.ops("taken").filter((op) => op !== "same" && op !== "update")).toEqual([]);
    expect((await project.up()).changes).toEqual({ same: 2 });
    expect(pairs(project)).toHaveLength(1);
    await project.destroy();
    expect(pairs(project)).toEqual([]);
  });
});
