import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, expect, it, onTestFinished } from "vitest";
import { operation } from "../contract/support/harness";
import { openAs } from "../support/openstack/client";
import { describeOpenStack, type OpenStack, startOpenStack } from "../support/openstack/openstack";
import { literal, newKey } from "./support/keys";
import { type OpenStackProject, type OpenStackProjectOptions, openStackProject } from "./support/openstack";
import { step } from "./support/step";

let cloud: OpenStack;

async function start(options: OpenStackProjectOptions): Promise<OpenStackProject> {
  const one = await openStackProject(cloud, options);
  onTestFinished(() => one.close());
  return one;
}

describeOpenStack("on a real Nova", () => {
  beforeAll(async () => {
    cloud = await startOpenStack({ shortLivedTokens: true });
  }, 600_000);

  it("imported key pairs and a created one, from the first preview to destroy", async () => {
    const key = await newKey();
    const program = (line: string) => `
      new KeyPair("deploy", { keyPairName: "deploy key", publicKeyBody: ${literal(line)} });
      new KeyPair("ci", { publicKeyBody: ${literal(line)} });
      const bastion = new KeyPair("bastion");
      module.exports = { privateKey: bastion.privateKey, owner: bastion.ownerId, region: bastion.region };`;

    const nova = await start({ program: program(key.rfc4716) });

    await step("preview calls nothing", async () => {
      const run = await nova.project.preview();
      expect(run.changes).toMatchObject({ create: 4 });
      expect(nova.calls()).toEqual([]);
    });

    await step(
      "up makes them with one token, one look at the name that may be there, and one call each",
      async () => {
        const run = await nova.project.up();
        expect(run.diagnostics).toEqual([]);
        const [token, ...calls] = nova.calls();
        expect([token, calls.sort()]).toEqual([
          "POST /v3/auth/tokens",
          ["GET /v2.1/os-keypairs/deploy%20key", ...Array(3).fill("POST /v2.1/os-keypairs")],
        ]);
        expect(await nova.mismatches()).toEqual([]);
        expect(await nova.project.outputs()).toMatchObject({ owner: nova.user.id, region: "RegionOne" });
        expect(nova.project.resource("deploy").outputs).toMatchObject({
          keyPairName: "deploy key",
          backend: "openstack",
          ownerId: nova.user.id,
        });
      },
    );

    await step("up again calls nothing", async () => {
      expect((await nova.project.up()).changes).toEqual({ same: 4 });
      expect(nova.calls()).toEqual([]);
    });

    await step("refresh reads them all with one listing", async () => {
      const run = await nova.project.refresh();
      expect(run.changes).toEqual({ same: 4 });
      expect(nova.calls()).toEqual(["POST /v3/auth/tokens", "GET /v2.1/os-keypairs"]);
    });

    await step("refresh sees a pair that somebody deleted, and one that somebody replaced", async () => {
      const [deploy, ci] = ["deploy key", String(nova.project.resource("ci").outputs?.["keyPairName"])];
      const other = await openAs(nova.user.variables());
      await other.deleteKeyPair(deploy, operation());
      await other.deleteKeyPair(ci, operation());
      await other.importKeyPair({ name: ci, publicKey: (await newKey()).line }, operation());
      await other.close();
      await nova.project.refresh();
      expect(nova.project.resources().map(({ urn }) => urn.split("::").at(-1))).not.toContain("deploy");
      const again = await nova.project.up();
      expect(again.ops("ci")).toContain("create-replacement");
      expect(again.ops("deploy")).toEqual(["create"]);
      expect(again.ops("bastion")).toEqual(["same"]);
    });

    await step("another key replaces the pair: the old one of an explicit name goes first", async () => {
      nova.project.program(program((await newKey()).line));
      nova.calls();
      const run = await nova.project.up();
      expect(run.ops("deploy")).toEqual(expect.arrayContaining(["replace"]));
      const calls = nova.calls().filter((call) => !call.startsWith("GET") && call.includes("deploy"));
      expect(calls[0]).toBe("DELETE /v2.1/os-keypairs/deploy%20key");
      expect((await nova.pairs()).map(({ name }) => name)).toContain("deploy key");
    });

    await step("destroy deletes what is ours, and only that", async () => {
      const other = await openAs(nova.user.variables());
      await other.importKeyPair({ name: "of-somebody", publicKey: key.line }, operation());
      await other.close();
      await nova.project.destroy();
      const left = (await nova.pairs()).map(({ name }) => name);
      expect(left).toContain("of-somebody");
      expect(left).not.toContain("deploy key");
      expect(nova.project.resources()).toEqual([]);
    });
  });

  it("what the cloud does not have is refused at preview, each at its property, without a call", async () => {
    const nova = await start({
      program: `
        new KeyPair("tagged", { tags: { team: "ops" } });
        new KeyPair("grouped", { resourceGroupId: "rg-1" });
        const { KeyPairAttachment } = require("pulumi-keypair");
        new KeyPairAttachment("attached", { keyPairName: "kp", instanceIds: ["i-1"] });
        const connection = { endpoint: "https://ecs.eu-de.otc.t-systems.com" };
        new KeyPair("long", { publicKeyBody: ${literal(longKey())}, connection });
        new KeyPair("named", { keyPairName: "a/b", tags: { team: "ops" } });`,
    });
    const run = await nova.project.preview({ fails: true });
    const tags = "Open Telekom Cloud and OpenStack key pairs have no tags: remove `tags`";
    expect(run.output).toContain(tags);
    expect(run.output).toContain(
      "Open Telekom Cloud and OpenStack have no resource groups: remove `resourceGroupId`",
    );
    expect(run.output).toContain('it contains "/"');
    expect(run.errors("long").join()).toContain("Open Telekom Cloud takes at most 1024");
    expect(run.errors("attached").join()).toContain("attach a key pair only while a server is made");
    for (const resource of ["tagged", "grouped", "named"]) expect(run.errors(resource).join()).not.toBe("");
    expect(run.errors("named").join("\n")).toContain(tags);
    expect(run.output).not.toMatch(/\n\s+at /);
    expect(nova.calls()).toEqual([]);
  });

  it("a full quota keeps and records what was made; with more room, up makes the rest", async () => {
    const nova = await start({
      user: { keyPairQuota: 2 },
      program: 'for (let n = 0; n < 6; n++) new KeyPair("kp" + n);',
    });
    // One after the other: Nova counts without a lock.
    const run = await nova.project.up({ fails: true, flags: ["--parallel", "1"] });
    expect(run.output).toContain("Quota exceeded, too many key pairs");
    expect(run.output).toContain(
      `Delete key pairs of user ${nova.user.name} that are not needed, or ask for a higher quota`,
    );
    expect(await nova.pairs()).toHaveLength(2);
    expect(await nova.mismatches()).toEqual([]);

    const url = `${cloud.computeUrl}/os-quota-sets/${nova.user.projectId}?user_id=${nova.user.id}`;
    await cloud.admin("PUT", url, { quota_set: { key_pairs: 10, force: true } });
    await nova.project.up();
    expect(await nova.pairs()).toHaveLength(6);
    expect(await nova.mismatches()).toEqual([]);
  });

  it("a name that is taken fails, or is adopted when it holds the same key", async () => {
    const { line } = await newKey();
    const nova = await start({
      program: `new KeyPair("kp", { keyPairName: "taken", publicKeyBody: ${literal(line)} });`,
    });
    const other = await openAs(nova.user.variables());
    await other.importKeyPair({ name: "taken", publicKey: line }, operation());
    await other.close();
    const run = await nova.project.up({ fails: true });
    expect(run.errors("kp").join()).toContain('a key pair "taken" is there already, with this very key');
    nova.project.program(
      `new KeyPair("kp", { keyPairName: "taken", publicKeyBody: ${literal(line)}, onExisting: "adopt" });`,
    );
    await nova.project.up();
    expect(await nova.mismatches()).toEqual([]);
  });

  it("two stacks of one user share a pair, which outlives both", async () => {
    const { line } = await newKey();
    const nova = await start({
      program: `
        new KeyPair("shared", { keyPairName: "shared key", publicKeyBody: ${literal(line)}, onExisting: "adopt" },
          { retainOnDelete: true });`,
    });
    const { project } = nova;
    await project.up();
    project.write("Pulumi.second.yaml", project.read("Pulumi.dev.yaml"));
    await project.pulumi(["stack", "init", "second"]);
    const pulumi = (...args: string[]) => project.pulumi([...args, "--yes", "--skip-preview"]);
    await pulumi("up", "--stack", "second");
    const before = await nova.pairs();
    await pulumi("destroy", "--stack", "dev");
    expect((await pulumi("up", "--refresh", "--stack", "second")).output).toContain("2 unchanged");
    await pulumi("destroy", "--stack", "second");
    expect(await nova.pairs()).toEqual(before);
    expect(before.map(({ name }) => name)).toEqual(["shared key"]);
  });

  it("a created pair that left the state is taken back with its key file", async () => {
    const program = (more = "") => `
      exports.privateKey = new KeyPair("kp", { keyPairName: "kept", privateKeyFile: "kept.pem"${more} }).privateKey;`;
    const nova = await start({ program: program() });
    await nova.project.up();
    const [pairs, outputs] = [await nova.pairs(), await nova.project.outputs()];
    await nova.project.pulumi(["state", "delete", String(nova.project.resource("kp").urn), "--yes"]);
    nova.project.program(program(', onExisting: "adopt"'));
    await nova.project.up();
    expect(await nova.pairs()).toEqual(pairs);
    expect(await nova.project.outputs()).toEqual(outputs);
    expect(await nova.mismatches()).toEqual([]);
    expect((await nova.project.up({ flags: ["--refresh"] })).changes).toEqual({ same: 2 });
  });

  it("a user who may only read is told which role is missing", async () => {
    const nova = await start({ user: { role: "reader" }, program: 'new KeyPair("kp");' });
    const run = await nova.project.up({ fails: true });
    expect(run.errors("kp").join()).toContain(
      `Give user ${nova.user.name} a role in the project that may do this`,
    );
    expect(await nova.pairs()).toEqual([]);
  });

  it("a pair of another user with the same name is not in the way, and not touched", async () => {
    const { line } = await newKey();
    const theirs = await start({
      program: `new KeyPair("kp", { keyPairName: "same", publicKeyBody: ${literal(line)} });`,
    });
    const ours = await start({ program: 'new KeyPair("kp", { keyPairName: "same" });' });
    await theirs.project.up();
    await ours.project.up();
    await ours.project.destroy();
    expect(await theirs.mismatches()).toEqual([]);
    expect((await theirs.project.refresh()).changes).toEqual({ same: 2 });
  });

  it("a token that is revoked in the middle of an up is renewed", async () => {
    const nova = await start({ program: 'for (let n = 0; n < 12; n++) new KeyPair("kp" + n);' });
    let revoked: Promise<void> | undefined;
    // All calls from the sixth on come after the token was revoked.
    nova.nova.beforeForwarding = async ({ headers }) => {
      if (nova.nova.seen.length < 6) return;
      revoked ??= cloud.revoke(String(headers["x-auth-token"]));
      await revoked;
    };
    await nova.project.up({ flags: ["--parallel", "4"] });
    expect(nova.nova.seen.filter(({ status }) => status === 401).length).toBeGreaterThan(0);
    expect(nova.keystone.seen).toHaveLength(2);
    expect(await nova.pairs()).toHaveLength(12);
    expect(await nova.mismatches()).toEqual([]);
  });

  it("a token that expires in the middle of an up is renewed", async () => {
    const nova = await start({
      shortLivedTokens: true,
      program: 'for (let n = 0; n < 4; n++) new KeyPair("kp" + n);',
    });
    let calls = 0;
    nova.nova.beforeForwarding = async () => {
      // However slow the machine is, the second token does not expire.
      nova.keystone.forwardTo(cloud.authUrl);
      // The third call comes after the first token has expired.
      if (++calls === 3) await sleep((cloud.shortLivedSeconds + 1) * 1000);
    };
    await nova.project.up({ flags: ["--parallel", "1"] });
    expect(nova.nova.seen.filter(({ status }) => status === 401).length).toBeGreaterThan(0);
    expect(await nova.mismatches()).toEqual([]);
  });

  it("a server that makes no keys (2.92) gets one that was made here, with a warning", async () => {
    const nova = await start({
      program: 'new KeyPair("kp");',
      variables: { OS_COMPUTE_DEFAULT_MICROVERSION: "2.92" },
    });
    const run = await nova.project.up();
    expect(run.warnings("kp").join()).toContain("makes no keys");
    expect(await nova.mismatches()).toEqual([]);
  });

  it("60 pairs at once are made, read with one listing, and deleted", async () => {
    const nova = await start({
      program:
        'for (let n = 0; n < 60; n++) new KeyPair("kp" + n, { keyGeneration: { source: "local", type: "ecdsa" } });',
    });
    await nova.project.up();
    expect(nova.calls()).toHaveLength(61);
    expect(await nova.mismatches()).toEqual([]);
    expect((await nova.project.refresh()).changes).toEqual({ same: 61 });
    expect(nova.calls()).toEqual(["POST /v3/auth/tokens", "GET /v2.1/os-keypairs"]);
    await nova.project.destroy();
    expect(await nova.pairs()).toEqual([]);
    // Each is read right before it is deleted.
    expect(nova.calls()).toHaveLength(1 + 2 * 60);
  });

  it("no password, no token and no private key is in the state, its history or what was printed", async () => {
    const nova = await start({ program: 'module.exports = { key: new KeyPair("kp").privateKey };' });
    const printed = [(await nova.project.up()).output, (await nova.project.refresh()).output];
    const token = String(nova.nova.seen[0]?.headers["x-auth-token"]);
    const { output } = await nova.project.pulumi(["stack", "output", "--show-secrets", "key"]);
    const secrets = [nova.user.password, token, output.split("\n")[3] ?? ""];
    expect(secrets.every((secret) => secret.length > 10)).toBe(true);
    const everything = printed.join() + filesBelow(nova.project.folder);
    for (const secret of secrets) expect(everything.includes(secret)).toBe(false);
  });
});

/** Larger than Open Telekom Cloud takes, and quick to make: nobody has to log in with it. */
function longKey(): string {
  const part = (bytes: Buffer) =>
    Buffer.concat([Buffer.from([0, 0, bytes.length >> 8, bytes.length & 255]), bytes]);
  const modulus = Buffer.concat([Buffer.from([0, 0xc5]), randomBytes(1022), Buffer.from([0x01])]);
  const blob = [Buffer.from("ssh-rsa"), Buffer.from([1, 0, 1]), modulus].map(part);
  return `ssh-rsa ${Buffer.concat(blob).toString("base64")}`;
}

function filesBelow(folder: string): string {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && !entry.parentPath.includes("node_modules"))
    .map((entry) => readFileSync(`${entry.parentPath}/${entry.name}`, "latin1"))
    .join("\n");
}
