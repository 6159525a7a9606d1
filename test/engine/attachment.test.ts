import { existsSync } from "node:fs";
import { expect, it, onTestFinished } from "vitest";
import { ecsProject, REGION } from "./support/alibaba";
import { literal, newKey } from "./support/keys";
import { step } from "./support/step";

const RESTART = "takes effect on running instances when they are restarted";

it("an attachment, from its first up to destroy", async () => {
  const { line } = await newKey();
  const program = (instanceIds: string[]) => `
    const { KeyPairAttachment } = require("pulumi-keypair");
    const deploy = new KeyPair("deploy", { publicKeyBody: ${literal(line)} });
    new KeyPairAttachment("web", { keyPairName: deploy.keyPairName, instanceIds: ${literal(instanceIds)} });`;
  const ecs = await ecsProject({ program: program(["i-1", "i-2"]) });
  onTestFinished(() => ecs.close());
  const attached = () => ecs.emulator.store.attachedInstances(REGION, ecs.pair("deploy").name);
  const recorded = () => ecs.project.resource("web").outputs?.["instanceIds"];

  await step("up attaches the pair, and says that running instances need a restart", async () => {
    const run = await ecs.project.up();
    expect(attached()).toEqual(["i-1", "i-2"]);
    expect(run.warnings("web")).toEqual([expect.stringContaining(`${RESTART}: i-1, i-2.`)]);
  });

  await step("a changed list attaches and detaches in place, and only what has changed", async () => {
    ecs.project.program(program(["i-3", "i-2"]));
    const run = await ecs.project.up();
    expect(run.ops("web")).toEqual(["update"]);
    expect(run.warnings("web")).toEqual([expect.stringContaining(`${RESTART}: i-3.`)]);
    expect(attached()).toEqual(["i-2", "i-3"]);
    expect(ecs.emulator.count("AttachKeyPair")).toBe(2);
    expect(ecs.emulator.count("DetachKeyPair")).toBe(1);
  });

  await step("another order of the list is no change", async () => {
    ecs.project.program(program(["i-2", "i-3"]));
    const calls = ecs.emulator.count();
    expect((await ecs.project.up()).changes).toEqual({ same: 3 });
    expect(ecs.emulator.count()).toBe(calls);
  });

  await step("the instances that took it are recorded when ECS answers 200 and one has failed", async () => {
    ecs.project.program(program(["i-2", "i-3", "i-4", "missing"]));
    const run = await ecs.project.up({ fails: true });
    expect(run.errors("web").join()).toMatch(
      /key pair "deploy-[0-9a-f]{7}" could not be attached to an instance: missing: The specified instance does not exist\. \(InvalidInstanceId\.NotFound\)\. Fix these, or take them out of instanceIds, and run `pulumi up` again\./,
    );
    expect(attached()).toEqual(["i-2", "i-3", "i-4"]);
    expect(recorded()).toEqual(["i-2", "i-3", "i-4"]);
  });

  await step("up tries again what has failed, and is done once the list is right", async () => {
    expect((await ecs.project.up({ fails: true })).ops("web")).toEqual(["update"]);
    ecs.project.program(program(["i-2", "i-3", "i-4"]));
    await ecs.project.up();
    expect((await ecs.project.up()).changes).toEqual({ same: 3 });
  });

  await step("refresh sees what somebody detached, or gave another pair, and up takes it back", async () => {
    const { store } = ecs.emulator;
    store.detach(REGION, ecs.pair("deploy").name, ["i-2"]);
    store.import(REGION, { name: "strangers", publicKey: (await newKey()).line });
    // An instance has one pair: this takes the other from it.
    store.attach(REGION, "strangers", ["i-3"]);
    expect((await ecs.project.refresh()).changes).toEqual({ update: 1, same: 2 });
    expect(recorded()).toEqual(["i-4"]);
    const run = await ecs.project.up();
    expect(run.ops("web")).toEqual(["update"]);
    expect(attached()).toEqual(["i-2", "i-3", "i-4"]);
    expect(store.attachedInstances(REGION, "strangers")).toEqual([]);
  });

  await step("refresh drops it when no instance has the pair any more, and up makes it again", async () => {
    ecs.emulator.store.detach(REGION, ecs.pair("deploy").name, ["i-2", "i-3", "i-4"]);
    const run = await ecs.project.refresh();
    expect(run.changes).toEqual({ delete: 1, same: 2 });
    expect((await ecs.project.up()).ops("web")).toEqual(["create"]);
    expect(attached()).toEqual(["i-2", "i-3", "i-4"]);
  });

  await step("destroy detaches it before it deletes the pair", async () => {
    await ecs.project.destroy();
    expect(ecs.names()).toEqual(["strangers"]);
    expect(ecs.project.resources()).toEqual([]);
  });
});

it("restartInstances restarts the running instances, and none twice", async () => {
  const program = (ids: string[], restart = true) => `
    const { KeyPairAttachment } = require("pulumi-keypair");
    const use = new KeyPairAttachment("use", {
      keyPairName: "theirs", instanceIds: ${literal(ids)}, restartInstances: ${restart},
    });
    exports.pending = use.pendingRestarts;`;
  const ecs = await ecsProject({ program: program(["i-1", "i-2", "i-3"]) });
  onTestFinished(() => ecs.close());
  const { store, instances } = ecs.emulator;
  store.import(REGION, { name: "theirs", publicKey: (await newKey()).line });
  instances.stopped.add("i-2");
  await step("when they are attached", async () => {
    const run = await ecs.project.up();
    expect(instances.restarted).toEqual(["i-1", "i-3"]);
    expect(run.warnings("use")).toEqual([]);
    expect((await ecs.project.up({ flags: ["--refresh"] })).changes).toEqual({ same: 2 });
  });
  await step("later, where the reply to one was lost", async () => {
    ecs.emulator.faults.add({ fault: "lost-reply", when: "after", action: "RebootInstance", times: 1 });
    ecs.project.program(program(["i-1", "i-2", "i-3", "i-4"]));
    await ecs.project.up();
    expect(instances.restarted).toEqual(["i-1", "i-3", "i-4"]);
  });
  await step("once they are wished", async () => {
    ecs.project.program(program(["i-1", "i-2", "i-3", "i-4", "i-5"], false));
    const run = await ecs.project.up();
    expect(run.warnings("use").join()).toContain(`${RESTART}: i-5.`);
    expect(await ecs.project.outputs()).toEqual({ pending: ["i-5"] });
    ecs.project.program(program(["i-1", "i-2", "i-3", "i-4", "i-5"]));
    await ecs.project.up();
    expect(instances.restarted).toEqual(["i-1", "i-3", "i-4", "i-5"]);
    expect((await ecs.project.up()).changes).toEqual({ same: 2 });
  });
});

it("an attachment that is renamed without an alias stays attached", async () => {
  const program = (name: string) => `
    const { KeyPairAttachment } = require("pulumi-keypair");
    new KeyPairAttachment("${name}", { keyPairName: "theirs", instanceIds: ["i-1", "i-2"] });`;
  const ecs = await ecsProject({ program: program("before") });
  onTestFinished(() => ecs.close());
  const { store } = ecs.emulator;
  store.import(REGION, { name: "theirs", publicKey: (await newKey()).line });
  await ecs.project.up();
  ecs.project.program(program("after"));
  const run = await ecs.project.up();
  expect(run.changes).toEqual({ create: 1, delete: 1, same: 1 });
  expect(run.warnings("before").join()).toContain('i-1, i-2 stays attached to key pair "theirs"');
  expect(store.attachedInstances(REGION, "theirs")).toEqual(["i-1", "i-2"]);
  expect((await ecs.project.up({ flags: ["--refresh"] })).changes).toEqual({ same: 2 });
  await ecs.project.destroy();
  expect(store.attachedInstances(REGION, "theirs")).toEqual([]);
});

it("an instance that a failed run attached for another resource stays attached", async () => {
  const attachment = (name: string, ids: string[], more = "{}") =>
    `new KeyPairAttachment("${name}", { keyPairName: "theirs", instanceIds: ${literal(ids)} }, ${more});`;
  const program = (...resources: string[]) => `
    const { KeyPairAttachment } = require("pulumi-keypair");
    ${resources.join("\n")}`;
  const ecs = await ecsProject({ program: program(attachment("from", ["i-1", "i-2"])) });
  onTestFinished(() => ecs.close());
  const { store } = ecs.emulator;
  store.import(REGION, { name: "theirs", publicKey: (await newKey()).line });
  await ecs.project.up();
  const to = `const to = ${attachment("to", ["i-2"])}`;
  const fails = `const fails = ${attachment("fails", ["missing"], "{ dependsOn: [to] }")}`;
  ecs.project.program(program(to, fails, attachment("from", ["i-1"], "{ dependsOn: [fails] }")));
  await ecs.project.up({ fails: true });
  expect(ecs.project.resource("to").outputs?.["instanceIds"]).toEqual(["i-2"]);

  ecs.project.program(program(attachment("from", ["i-1"]), to));
  const run = await ecs.project.up();
  expect(run.ops("from")).toEqual(["update"]);
  expect(run.warnings("from").join()).toContain("another resource of the program has it");
  expect(store.attachedInstances(REGION, "theirs")).toEqual(["i-1", "i-2"]);
  expect((await ecs.project.up({ flags: ["--refresh"] })).changes).toEqual({ same: 3 });
  // The program runs, and they are detached all the same.
  await ecs.project.destroy({ flags: ["--run-program"] });
  expect(store.attachedInstances(REGION, "theirs")).toEqual([]);
});

it("an attachment whose key pair was detached and deleted by hand is destroyed all the same", async () => {
  const ecs = await ecsProject({
    program: `
      const { KeyPairAttachment } = require("pulumi-keypair");
      new KeyPairAttachment("web", { keyPairName: "theirs", instanceIds: ["i-1"] });`,
  });
  onTestFinished(() => ecs.close());
  const { store } = ecs.emulator;
  store.import(REGION, { name: "theirs", publicKey: (await newKey()).line });
  await ecs.project.up();
  store.detach(REGION, "theirs", ["i-1"]);
  store.deleteMany(REGION, ["theirs"]);
  await ecs.project.destroy();
  expect(ecs.project.resources()).toEqual([]);
});

it("a first attachment of which no instance took the pair is no resource, and the error names each instance", async () => {
  const { line } = await newKey();
  const ecs = await ecsProject({
    program: `
      const { KeyPairAttachment } = require("pulumi-keypair");
      const { keyPairName } = new KeyPair("deploy", { publicKeyBody: ${literal(line)} });
      new KeyPairAttachment("web", { keyPairName, instanceIds: ["lost", "missing"] });`,
  });
  onTestFinished(() => ecs.close());
  const run = await ecs.project.up({ fails: true });
  expect(run.errors("web").join()).toMatch(
    /could not be attached to 2 instances: lost, missing: The specified instance does not exist\./,
  );
  expect(ecs.project.resources().map(({ type }) => type)).toEqual(["pulumi-nodejs:dynamic/keypair:KeyPair"]);
});

it("look-ups ask the cloud in a preview and in an up", async () => {
  const { line } = await newKey();
  const ecs = await ecsProject({
    program: `
      const { getKeyPair, getKeyPairs, getKeyPairOutput, getKeyPairsOutput } = require("pulumi-keypair");
      const deploy = new KeyPair("deploy", { keyPairName: "deploy", publicKeyBody: ${literal(line)} });
      const see = (seen) => require("fs").writeFileSync("seen.json", JSON.stringify(seen));
      module.exports = async () => {
        const here = await getKeyPair({ keyPairName: "bastion" });
        const all = await getKeyPairs();
        const ops = await getKeyPairs({ tags: { team: "ops" } });
        const group = await getKeyPairs({ resourceGroupId: "rg-one", nameRegex: "^web" });
        const known = await getKeyPairs({ fingerprint: here.fingerprint });
        const names = [all, ops, group, known].map(({ keyPairNames }) => keyPairNames);
        see({ here, names });
        const made = getKeyPairOutput({ keyPairName: deploy.keyPairName });
        const like = getKeyPairsOutput({ fingerprint: deploy.fingerprint });
        return { made: made.publicKey, madeIn: made.region, like: like.keyPairNames };
      };`,
  });
  onTestFinished(() => ecs.close());
  /** What the program saw, by way of a file: it is the same in a preview. */
  const seen = () => JSON.parse(ecs.project.read("seen.json"));
  const { store } = ecs.emulator;
  store.import(REGION, {
    name: "bastion",
    publicKey: (await newKey()).line,
    tags: { team: "ops", x: "y" },
  });
  store.tag(REGION, ["bastion"], { "acs:ecs:managed": "true" }, "system");
  for (const name of ["web-1", "db-1"])
    store.import(REGION, { name, publicKey: (await newKey()).line, resourceGroupId: "rg-one" });
  store.import(REGION, { name: "web-2", publicKey: (await newKey()).line });

  await step("the preview asks already, and waits for what is not made yet", async () => {
    await ecs.project.preview();
    expect(seen().here).toMatchObject({
      keyPairName: "bastion",
      publicKey: ecs.emulator.store.find(REGION, "bastion")?.publicKey,
      tags: { team: "ops", x: "y" },
      backend: "alibaba",
      region: REGION,
    });
    expect(seen().here).not.toHaveProperty("privateKey");
    expect(seen().names).toEqual([
      ["bastion", "db-1", "web-1", "web-2"],
      ["bastion"],
      ["web-1"],
      ["bastion"],
    ]);
    expect(ecs.names()).not.toContain("deploy");
  });

  await step("up takes outputs of resources for arguments", async () => {
    await ecs.project.up();
    expect(await ecs.project.outputs()).toEqual({ made: line, madeIn: REGION, like: ["deploy"] });
    expect(existsSync(ecs.project.path("seen.json"))).toBe(true);
  });
});

it("a look-up of a pair that is not there fails the program, and says where it looked", async () => {
  const ecs = await ecsProject({
    program: `
      const { getKeyPair } = require("pulumi-keypair");
      module.exports = async () => ({ line: (await getKeyPair({ keyPairName: "nobodys" })).publicKey });`,
  });
  onTestFinished(() => ecs.close());
  const run = await ecs.project.preview({ fails: true });
  expect(run.output).toContain(
    'there is no key pair "nobodys" (alibaba cn-hangzhou). Check the name, the region and the account.',
  );
  expect(run.output).not.toContain("    at ");
});
