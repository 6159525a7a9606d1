import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { describe, expect, it, onTestFinished } from "vitest";
import { formatPublicKeyLine, publicKeyOfPrivateKey } from "../../provider/keys";
import { credentials, ecsProject, REGION } from "./support/alibaba";
import { literal, newKey } from "./support/keys";
import { findInText, needlesOf, searchEverywhere } from "./support/leaks";
import type { Run } from "./support/run";
import { step } from "./support/step";

const ELSEWHERE = "eu-central-1";

/* With keys as ECS makes them. */
it("key pairs in two regions, from the first preview to destroy", async () => {
  const key = await newKey();
  const accessKey = {
    id: "emulator-id",
    secret: randomBytes(24).toString("hex"),
    securityToken: randomBytes(40).toString("base64"),
  };
  const runs: Run[] = [];
  /** Runs a command and keeps all that it said. */
  const run = async (command: "up" | "preview" | "refresh" | "destroy") => {
    const ended = await ecs.project[command]();
    runs.push(ended);
    return ended;
  };
  const program = (tags: object, resourceGroupId: string) => `
    const publicKeyBody = ${literal(key.line)};
    const changing = { tags: ${literal(tags)}, tagChanges: "update", resourceGroupId: ${literal(resourceGroupId)} };
    const elsewhere = { connection: { region: "${ELSEWHERE}", endpoint: process.env.ECS_ENDPOINT } };
    new KeyPair("deploy", { keyPairName: "deploy", publicKeyBody, ...changing });
    new KeyPair("deploy-elsewhere", { keyPairName: "deploy", publicKeyBody, ...elsewhere });
    new KeyPair("bastion-elsewhere", { tags: { team: "ops" }, ...elsewhere });
    const bastion = new KeyPair("bastion", { privateKeyFile: "bastion.pem", ...changing });
    module.exports = { privateKey: bastion.privateKey };`;
  const NAMES = ["deploy", "bastion", "deploy-elsewhere", "bastion-elsewhere"];
  const ALL_SAME = { same: NAMES.length + 1 };

  const ecs = await ecsProject({
    program: program({ team: "ops", old: "1" }, "rg-one"),
    emulator: { hasFastKeys: false, accessKeys: [accessKey] },
    // A destroy takes the configuration of the last up.
    config: { "keypair:accessKeyId": accessKey.id, "keypair:timeoutSeconds": "10" },
    secretConfig: {
      "keypair:accessKeySecret": accessKey.secret,
      "keypair:securityToken": accessKey.securityToken,
    },
    env: {},
  });
  onTestFinished(() => ecs.close());

  await step("a preview calls nothing", async () => {
    const { changes } = await run("preview");
    expect(changes).toEqual({ create: NAMES.length + 1 });
    expect(ecs.emulator.calls).toEqual([]);
  });

  await step("up makes them, one call each, after a look at the names that others may have", async () => {
    await run("up");
    expect(ecs.emulator.calls.map(({ action, region }) => `${action} ${region}`).sort()).toEqual([
      `CreateKeyPair ${REGION}`,
      `CreateKeyPair ${ELSEWHERE}`,
      // The listing, and the name in its resource group.
      `DescribeKeyPairs ${REGION}`,
      `DescribeKeyPairs ${REGION}`,
      `DescribeKeyPairs ${ELSEWHERE}`,
      "GetCallerIdentity ",
      `ImportKeyPair ${REGION}`,
      `ImportKeyPair ${ELSEWHERE}`,
    ]);
    for (const region of [REGION, ELSEWHERE]) expect(await ecs.mismatches(region)).toEqual([]);
    expect(ecs.pair("deploy")).toMatchObject({ tags: { team: "ops", old: "1" }, resourceGroupId: "rg-one" });
    expect(ecs.project.resource("bastion").outputs).toMatchObject({
      keyPairName: expect.stringMatching(/^bastion-[0-9a-f]{7}$/),
      keyPairId: expect.stringMatching(/^ssh-/),
      keyType: "ssh-rsa",
      keyBits: 2048,
      fingerprint: ecs.pair("bastion").fingerprint.replaceAll(":", ""),
      fingerprintMd5: ecs.pair("bastion").fingerprint,
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\dZ$/),
      backend: "alibaba",
      region: REGION,
    });
    expect(ecs.project.resource("deploy-elsewhere").outputs).toMatchObject({ region: ELSEWHERE });
    expect(ecs.project.read("bastion.pem")).toBe((await ecs.project.outputs())["privateKey"]);
  });

  await step("up and preview again change nothing and call nothing", async () => {
    const calls = ecs.emulator.count();
    expect((await run("preview")).changes).toEqual(ALL_SAME);
    expect((await run("up")).changes).toEqual(ALL_SAME);
    expect(ecs.emulator.count()).toBe(calls);
  });

  await step("tags and group change in place; the cloud's own tags stay, and are no drift", async () => {
    ecs.emulator.store.tag(REGION, ["deploy"], { "acs:ecs:managed": "true" }, "system");
    expect((await run("refresh")).changes).toEqual(ALL_SAME);

    const calls = ecs.emulator.count();
    ecs.project.program(program({ team: "dev", cost: "42" }, "rg-two"));
    const updated = await run("up");
    expect(updated.changes).toEqual({ update: 2, same: 3 });
    for (const name of ["deploy", "bastion"]) expect(updated.ops(name)).toEqual(["update"]);
    expect(ecs.pair("deploy")).toMatchObject({
      tags: { team: "dev", cost: "42", "acs:ecs:managed": "true" },
      resourceGroupId: "rg-two",
    });
    expect(ecs.pair("bastion")).toMatchObject({ tags: { team: "dev", cost: "42" } });
    const changes = ecs.emulator.calls.slice(calls).filter(({ action }) => action !== "DescribeKeyPairs");
    expect(changes.map(({ action }) => action).sort()).toEqual([
      "GetCallerIdentity",
      "JoinResourceGroup",
      "JoinResourceGroup",
      "TagResources",
      "TagResources",
      "UntagResources",
      "UntagResources",
    ]);
  });

  await step("refresh finds what somebody changed, and up brings it back", async () => {
    const { store } = ecs.emulator;
    store.deleteMany(ELSEWHERE, ["deploy"]);
    store.deleteMany(ELSEWHERE, [ecs.pair("bastion-elsewhere", ELSEWHERE).name]);
    const strangers = await newKey();
    const replaced = String(ecs.project.resource("bastion-elsewhere").outputs?.["keyPairName"]);
    store.import(ELSEWHERE, { name: replaced, publicKey: strangers.line });
    store.tag(REGION, ["deploy"], { team: "others" });
    store.joinResourceGroup(REGION, ecs.pair("bastion").name, "rg-others");

    expect((await run("refresh")).changes).toEqual({ delete: 1, update: 3, same: 1 });
    expect(ecs.project.resource("bastion-elsewhere").outputs?.["publicKey"]).toBe(strangers.line);
    expect(ecs.project.resource("deploy").outputs?.["tags"]).toEqual({ team: "others", cost: "42" });
    expect(ecs.project.resource("bastion").outputs?.["resourceGroupId"]).toBe("rg-others");

    const repaired = await run("up");
    expect(repaired.ops("deploy-elsewhere")).toEqual(["create"]);
    expect(repaired.ops("bastion-elsewhere")).toContain("replace");
    expect(repaired.warnings("bastion-elsewhere").join()).toContain("was left alone");
    expect(repaired.ops("deploy")).toEqual(["update"]);
    expect(repaired.ops("bastion")).toEqual(["update"]);
    expect(ecs.pair("deploy").tags).toMatchObject({ team: "dev", cost: "42" });
    expect(ecs.pair("bastion").resourceGroupId).toBe("rg-two");
    expect(await ecs.mismatches()).toEqual([]);
    expect(await ecs.mismatches(ELSEWHERE)).toEqual([`${replaced} is only in the cloud`]);
    expect((await run("up")).changes).toEqual(ALL_SAME);
    store.deleteMany(ELSEWHERE, [replaced]);
  });

  await step("destroy waits for attached instances, shows it, and then names them", async () => {
    const { name } = ecs.pair("deploy");
    ecs.emulator.store.attach(REGION, name, ["i-1", "i-2"]);
    const failed = await ecs.project.destroy({ fails: true, flags: ["--continue-on-error"] });
    runs.push(failed);
    expect(failed.progress).toContainEqual(
      expect.objectContaining({ resource: "deploy", message: "waiting: it is still attached to i-1, i-2" }),
    );
    expect(failed.errors("deploy").join()).toMatch(
      /key pair "deploy": it is still attached to i-1, i-2 \(code InvalidParameter\.KeypairAlreadyAttachedInstance, request id [0-9A-F-]{36}\)\. Detach it from them, or release them; then run it again\./,
    );
    expect(ecs.project.resources().map(({ urn }) => urn.split("::").at(-1))).toEqual(["deploy"]);
    expect(ecs.names()).toEqual(["deploy"]);
  });

  await step("destroy is done as soon as they let go", async () => {
    const destroying = ecs.project.start("destroy");
    await destroying.says("waiting: it is still attached to");
    ecs.emulator.store.detach(REGION, "deploy", ["i-1", "i-2"]);
    runs.push(await destroying.ended);
    expect(runs.at(-1)?.exitCode).toBe(0);
    expect([...ecs.names(), ...ecs.names(ELSEWHERE)]).toEqual([]);
    expect(ecs.project.resources()).toEqual([]);
  });

  await step("no credential and no private key is anywhere, but in the file that was asked for", () => {
    const privateKey = ecs.project.read("bastion.pem");
    const publicKey = formatPublicKeyLine(publicKeyOfPrivateKey(privateKey));
    const needles = [accessKey.secret, accessKey.securityToken, ...needlesOf(privateKey, publicKey)];
    expect(existsSync(ecs.project.path("state"))).toBe(true);
    expect(searchEverywhere(ecs.project.folder, needles, ["node_modules"])).toEqual([
      "bastion.pem, as it is",
    ]);
    expect(runs.flatMap(({ output }, n) => findInText(`run ${n}`, output, needles))).toEqual([]);
    const said = runs.flatMap(({ diagnostics, progress }) => [...diagnostics, ...progress]);
    expect(findInText("events", JSON.stringify(said), needles)).toEqual([]);
    expect(findInText("the emulator's log", JSON.stringify(ecs.emulator.calls), needles)).toEqual([]);
  });
});

describe("what ECS refuses", () => {
  it("is told at the resource, with the code and what to do; what was made before is kept", async () => {
    const { line } = await newKey();
    const ecs = await ecsProject({
      program: `
        const publicKeyBody = ${literal(line)};
        for (const name of ["a", "b", "c", "d"]) new KeyPair(name, { publicKeyBody });
        new KeyPair("taken", { keyPairName: "taken", publicKeyBody });
        new KeyPair("created", {});`,
      emulator: {
        quota: 3,
        accessKeys: [{ id: "emulator-id", secret: "emulator-only", denied: ["CreateKeyPair"] }],
      },
    });
    onTestFinished(() => ecs.close());
    ecs.emulator.store.import(REGION, { name: "taken", publicKey: (await newKey()).line });
    const run = await ecs.project.up({ fails: true, flags: ["--continue-on-error"] });
    expect(run.errors("taken").join()).toContain('a key pair "taken" is there already, with another key');
    expect(run.errors("created").join()).toMatch(
      /the credentials may not call CreateKeyPair \(code Forbidden\.RAM, request id .*\)\. Have the action ecs:CreateKeyPair allowed/,
    );
    const overQuota = ["a", "b", "c", "d"].filter((name) => run.errors(name).length > 0);
    expect(overQuota).toHaveLength(2);
    for (const name of overQuota)
      expect(run.errors(name).join()).toMatch(
        /code QuotaExceed\.KeyPair, request id [0-9A-F-]{36}\)\. Delete key pairs/,
      );
    expect(await ecs.mismatches()).toEqual(["taken is only in the cloud"]);
    expect(ecs.project.resources()).toHaveLength(2);
  });
});

describe("credentials and region of the environment", () => {
  it("are taken as the alicloud providers of Terraform and Pulumi take them", async () => {
    const { line } = await newKey();
    const ecs = await ecsProject({
      program: `new KeyPair("deploy", { publicKeyBody: ${literal(line)} });`,
      config: { "keypair:region": "" },
      env: {
        ALICLOUD_ACCESS_KEY: "emulator-id",
        ALICLOUD_SECRET_KEY: "emulator-only",
        ALICLOUD_REGION: ELSEWHERE,
      },
    });
    onTestFinished(() => ecs.close());
    await ecs.project.pulumi(["config", "rm", "keypair:region"]);
    const run = await ecs.project.up({ flags: ["--debug"] });
    expect(run.output).toContain("credentials: the environment (ALICLOUD_ACCESS_KEY)");
    expect(run.output).not.toContain("emulator-only");
    expect(ecs.names(ELSEWHERE)).toHaveLength(1);
    expect(ecs.project.resource("deploy").outputs).toMatchObject({ region: ELSEWHERE });

    const refused = await ecs.project.refresh({
      fails: true,
      env: { ...credentials({ id: "emulator-id", secret: "not-the-right-secret" }), ALICLOUD_ACCESS_KEY: "" },
    });
    expect(refused.output).toMatch(
      /the access key's secret is wrong, or something on the way changes the request \(code SignatureDoesNotMatch, request id /,
    );
    expect(refused.output).not.toContain("not-the-right-secret");
    expect(ecs.project.resources()).toHaveLength(1);
  });
});
