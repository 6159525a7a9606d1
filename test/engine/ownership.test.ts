import { expect, it, onTestFinished } from "vitest";
import { TEST_ACCESS_KEY } from "../emulator/ecs/server";
import { accountsProject, namesOf, OURS, THEIRS } from "./support/accounts";
import { credentials, type EcsProject, type EcsProjectOptions, ecsProject, REGION } from "./support/alibaba";
import { literal, newKey } from "./support/keys";
import { step } from "./support/step";

/* Whose a pair is: what is not certainly this stack's is not changed, not deleted, and not called gone. */

async function start(options: EcsProjectOptions = {}): Promise<EcsProject> {
  const ecs = await ecsProject(options);
  onTestFinished(() => ecs.close());
  return ecs;
}

it.each([
  ["before it is carried out", "before"],
  ["after it was refused", "after"],
] as const)("a 502 on an import, %s, does not take over an older pair with the same key", async (_, when) => {
  const { line } = await newKey();
  const ecs = await start({
    program: `new KeyPair("web", { keyPairName: "web", publicKeyBody: ${literal(line)} });`,
  });
  ecs.emulator.store.import(REGION, { name: "web", publicKey: line });
  ecs.emulator.faults.add({ fault: "html", when, action: "ImportKeyPair", times: 1 });
  const run = await ecs.project.up({ fails: true });
  expect(run.errors("web").join()).toContain('a key pair "web" is there already, with this very key');
  expect(ecs.project.resources()).toEqual([]);
  await ecs.project.destroy();
  expect(ecs.names()).toEqual(["web"]);
});

it("a pair whose key is replaced while a deletion waits for an instance is left, and said so", async () => {
  const [key, theirs] = await Promise.all([newKey(), newKey()]);
  const ecs = await start({
    program: `new KeyPair("web", { keyPairName: "web", publicKeyBody: ${literal(key.line)} });`,
  });
  const { store } = ecs.emulator;
  await ecs.project.up();
  store.attach(REGION, "web", ["i-1"]);
  const destroy = ecs.project.start("destroy");
  await destroy.says("i-1");
  store.detach(REGION, "web", ["i-1"]);
  store.deleteMany(REGION, ["web"]);
  store.import(REGION, { name: "web", publicKey: theirs.line });
  const run = await destroy.ended;
  expect(run.exitCode).toBe(0);
  expect(run.warnings("web").join()).toContain("somebody replaced it");
  expect(store.find(REGION, "web")?.publicKey).toBe(theirs.line);
});

it("another account's credentials are an error that names both accounts, and change nothing", async () => {
  const { line } = await newKey();
  const program = (team: string, instances: string[]) => `
    const { KeyPairAttachment } = require("pulumi-keypair");
    new KeyPair("imported", { keyPairName: "imported", publicKeyBody: ${literal(line)}, tags: { team: "${team}" }, tagChanges: "update" });
    new KeyPair("created", { keyPairName: "created" });
    new KeyPairAttachment("use", { keyPairName: "used", instanceIds: ${literal(instances)} });`;
  const ecs = await accountsProject({ env: credentials(OURS), program: program("ops", ["i-1"]) });
  const { store } = ecs.emulator;
  const others = ecs.emulator.storeOf(THEIRS.account);
  store.import(REGION, { name: "used", publicKey: line });
  await ecs.project.up();
  const env = credentials(THEIRS);
  // The other account has a pair of the same name and key: it is no more ours for that.
  others.import(REGION, { name: "imported", publicKey: line });
  const recorded = () =>
    Object.fromEntries(
      ecs.project.resources().map(({ urn, outputs }) => [urn, { ...outputs, privateKey: "" }]),
    );
  const before = recorded();
  const bothNamed = (resource: string) =>
    expect.stringMatching(
      new RegExp(
        `"${resource}".* belongs to account ${OURS.account}, and these credentials .*are those of account ${THEIRS.account}`,
      ),
    );

  await step("refresh", async () => {
    // A refresh stops at the first failure.
    for (const name of ["imported", "created", "use"]) {
      const urn = String(ecs.project.resource(name).urn);
      const run = await ecs.project.refresh({ fails: true, env, flags: ["--target", urn] });
      expect(run.errors(name)).toEqual([bothNamed(name === "use" ? "used" : name)]);
    }
  });
  await step("up", async () => {
    ecs.project.program(program("dev", ["i-1", "i-2"]));
    const run = await ecs.project.up({ fails: true, env, flags: ["--continue-on-error"] });
    expect(run.errors()).toEqual(expect.arrayContaining([bothNamed("imported"), bothNamed("used")]));
  });
  await step("destroy", async () => {
    const run = await ecs.project.destroy({ fails: true, env, flags: ["--continue-on-error"] });
    for (const name of ["imported", "created", "used"]) expect(run.errors()).toContainEqual(bothNamed(name));
  });

  expect(recorded()).toEqual(before);
  expect(ecs.names()).toEqual(["created", "imported", "used"]);
  expect(store.find(REGION, "imported")?.tags).toEqual({ team: "ops" });
  expect(store.attachedInstances(REGION, "used")).toEqual(["i-1"]);
  expect(namesOf(ecs, THEIRS)).toEqual(["imported"]);
  await step("with the right ones all is as the program says", async () => {
    await ecs.project.up();
    expect((await ecs.project.up({ flags: ["--refresh"] })).changes).toEqual({ same: 4 });
  });
});

it("a RAM user who may see one resource group only makes, reads, changes and deletes its pairs", async () => {
  const { line } = await newKey();
  const key = { id: "group-key-id", secret: "group-secret", resourceGroupId: "rg-team" };
  const program = (team: string) => `
    const args = { resourceGroupId: "rg-team", tags: { team: "${team}" }, tagChanges: "update" };
    new KeyPair("imported", { keyPairName: "imported", publicKeyBody: ${literal(line)}, ...args });
    new KeyPair("created", args);`;
  const ecs = await start({
    emulator: { accessKeys: [key, TEST_ACCESS_KEY] },
    env: credentials(key),
    program: program("ops"),
  });
  await ecs.project.up();
  expect((await ecs.project.up({ flags: ["--refresh"] })).changes).toEqual({ same: 3 });
  ecs.project.program(program("dev"));
  expect((await ecs.project.up()).ops("created")).toEqual(["update"]);
  expect(ecs.pair("created").tags).toEqual({ team: "dev" });
  ecs.project.program(program("dev").replace("rg-team", "rg-other"));
  // It finds the pairs in the group that they leave, and RAM shows it none of them afterwards.
  await ecs.project.up();
  for (const name of ["imported", "created"]) expect(ecs.pair(name).resourceGroupId).toBe("rg-other");
  await ecs.project.destroy({ env: credentials() });
  expect(ecs.names()).toEqual([]);
});

it("another tool's tags replace nothing and stay, by default", async () => {
  const { line } = await newKey();
  const program = (tags: string) => `
    new KeyPair("imported", { keyPairName: "imported", publicKeyBody: ${literal(line)}, tags: ${tags} });
    new KeyPair("created", { keyPairName: "created", tags: ${tags} });
    new KeyPair("untagged", { keyPairName: "untagged" });`;
  const ecs = await start({ program: program(`{ team: "ops" }`) });
  await ecs.project.up();
  const fingerprint = ecs.pair("created").fingerprint;
  ecs.emulator.store.tag(REGION, ["imported", "created", "untagged"], { robot: "1" });
  expect((await ecs.project.up({ flags: ["--refresh"] })).changes).toEqual({ same: 4 });
  expect(ecs.pair("created")).toMatchObject({ fingerprint, tags: { team: "ops", robot: "1" } });
  // A key that the program no longer says was its own: it is compared, and removed.
  ecs.project.program(program("{}"));
  const run = await ecs.project.preview();
  expect(run.replaceKeys("created")).toEqual(["tags"]);
  expect(run.warnings("created").join()).toContain("rotates its private key");
  expect(run.ops("untagged")).toEqual(["same"]);
});

it("two resources with one name in one place are refused in the preview, however the place is said", async () => {
  const { line } = await newKey();
  const ecs = await start({
    program: `
      const args = { keyPairName: "web", publicKeyBody: ${literal(line)}, onExisting: "recreate" };
      new KeyPair("one", args);
      new KeyPair("two", { ...args, connection: { region: "${REGION}", endpoint: process.env.ECS_ENDPOINT } });
      new KeyPair("elsewhere", { ...args, connection: { region: "eu-central-1", endpoint: process.env.ECS_ENDPOINT } });`,
  });
  const run = await ecs.project.preview({ fails: true });
  // Which of the two comes first is the engine's to say.
  expect([...run.errors("one"), ...run.errors("two")]).toEqual([
    expect.stringMatching(
      /"web" is the name of another resource of this program in the same place too \(urn:.*::(one|two)\)/,
    ),
  ]);
  expect(run.errors("elsewhere")).toEqual([]);
  await ecs.project.up({ fails: true });
  expect(ecs.emulator.count("DeleteKeyPairs")).toBe(0);
});
