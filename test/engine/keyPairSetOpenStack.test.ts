import { execFileSync } from "node:child_process";
import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { beforeAll, expect, it } from "vitest";
import { fingerprintSha256, publicKeyOfPrivateKey, readPublicKey, sameKey } from "../../provider/keys";
import { operation } from "../contract/support/harness";
import { openAs } from "../support/openstack/client";
import { describeOpenStack, type OpenStack, startOpenStack } from "../support/openstack/openstack";
import { ensureTool } from "../support/tools";
import { literal, newKey } from "./support/keys";
import { mismatchesWith, resourcesWithSecrets } from "./support/mismatches";
import { type OpenStackProject, openStackProject } from "./support/openstack";
import { usePlugin } from "./support/plugin";
import type { Run } from "./support/run";
import { pairsInState, WITH_SETS } from "./support/sets";
import { step } from "./support/step";

let cloud: OpenStack;

describeOpenStack("a set on a real Nova", { concurrent: true }, () => {
  beforeAll(async () => {
    cloud = await startOpenStack();
  }, 600_000);

  it("from the first preview to destroy", async ({ onTestFinished }) => {
    const [anna, bert, other] = await Promise.all([newKey(), newKey(), newKey()]);
    const program = (more: object) => `${WITH_SETS}
      const team = new KeyPairSet("team", { publicKeyFolder: "keys", created: ["ci"], ...${literal(more)} });
      module.exports = { names: team.keyPairNames, privateKeys: team.privateKeys };`;
    const nova = await openStackProject(cloud, { program: program({}) });
    onTestFinished(() => nova.close());
    const { project } = nova;
    mkdirSync(project.path("keys"));
    writeFileSync(project.path("keys/anna.txt"), anna.rfc4716);
    writeFileSync(project.path("keys/bert.pub"), bert.line);
    const names = async () => (await nova.pairs()).map(({ name }) => name).sort();

    await step("preview calls nothing; up makes the pairs, each with one call", async () => {
      await project.preview();
      expect(nova.calls()).toEqual([]);
      const run = await project.up();
      expect(run.errors()).toEqual([]);
      expect(nova.calls().filter((call) => call.startsWith("POST /v2.1/os-keypairs"))).toHaveLength(3);
      expect(await names()).toEqual(["team-anna", "team-bert", "team-ci"]);
      expect(pairsInState(project)).toEqual([
        "anna/RegionOne team-anna",
        "bert/RegionOne team-bert",
        "ci/RegionOne team-ci",
      ]);
      const { privateKeys } = await project.outputs();
      const made = publicKeyOfPrivateKey((privateKeys as Record<string, string>)["ci"] ?? "");
      const keyPairs = project.resource("team").outputs?.["keyPairs"] as Record<
        string,
        Record<string, { fingerprintSha256: string; ownerId: string }>
      >;
      expect(keyPairs["ci"]?.["RegionOne"]).toMatchObject({
        fingerprintSha256: fingerprintSha256(made),
        ownerId: nova.user.id,
      });
    });

    await step("up again calls nothing; refresh reads one listing", async () => {
      expect((await project.up()).changes).toEqual({ same: 2 });
      expect(nova.calls()).toEqual([]);
      expect((await project.refresh()).changes).toEqual({ same: 2 });
      expect(nova.calls()).toEqual(["POST /v3/auth/tokens", "GET /v2.1/os-keypairs"]);
    });

    await step("a lost pair and a changed key are mended; a lost reply makes nothing twice", async () => {
      const client = await openAs(nova.user.variables());
      await client.deleteKeyPair("team-anna", operation());
      await client.close();
      writeFileSync(project.path("keys/bert.pub"), other.line);
      await project.refresh();
      nova.nova.failNext("POST", /os-keypairs/, { when: "after", close: true });
      const run = await project.up();
      expect(run.errors()).toEqual([]);
      expect(await names()).toEqual(["team-anna", "team-bert", "team-ci"]);
      expect((await nova.pairs()).find(({ name }) => name === "team-bert")?.publicKey?.trim()).toBe(
        other.line,
      );
      expect((await project.up()).changes).toEqual({ same: 2 });
    });

    await step("another prefix moves all, with the same keys; destroy takes all away", async () => {
      const before = (await project.outputs())["privateKeys"];
      project.program(program({ keyPairNamePrefix: "crew " }));
      await project.up();
      expect(await names()).toEqual(["crew anna", "crew bert", "crew ci"]);
      expect((await project.outputs())["privateKeys"]).toEqual(before);
      await project.destroy();
      expect(await names()).toEqual([]);
    });
  });

  it.runIf(ensureTool("ssh-keygen"))(
    "in two regions, another user in each, whose pairs were single ones and become that again",
    async ({ onTestFinished }) => {
      const [anna, bert] = await Promise.all([newKey(), newKey()]);
      const otc = await openStackProject(cloud);
      const one = await openStackProject(cloud, { config: { "keypair:cloud": "team" } });
      for (const nova of [one, otc]) onTestFinished(() => nova.close());
      const { project } = one;
      usePlugin(project);
      const useUsers = (users: Record<string, OpenStackProject>) =>
        project.write("clouds.yaml", literal(cloudWith(users)));
      const singles = (more = {}) => `
        const front = require("pulumi-keypair/plugin");
        const more = ${literal({ ...more, publicKeyBody: anna.line, keyPairName: "team-anna" })};
        new front.KeyPair("anna", more);
        new front.KeyPair("anna-otc", { ...more, connection: { region: "RegionOtc" } });
        new front.KeyPair("ci", ${literal({ ...more, keyPairName: "team-ci", privateKeyFile: ".keys/ci.pem" })});`;
      const set = (publicKeys: object) => `
        const { KeyPairSet } = require("pulumi-keypair/plugin");
        new KeyPairSet("team", {
          publicKeys: ${literal(publicKeys)}, created: ["ci"], privateKeyFolder: ".keys",
          regions: ["RegionOne", "RegionOtc"], onExisting: "adopt",
        });`;
      const pairs = () => Promise.all([one.pairs(), otc.pairs()]);
      /** What changed the cloud since the last time that this was asked. */
      const changes = () =>
        [one, otc].flatMap(({ user, nova }) =>
          nova.seen
            .splice(0)
            .filter(({ method, status = 0 }) => method !== "GET" && status < 400)
            .map(({ method, path, body }) => {
              const name = body ? JSON.parse(body).keypair.name : path.split("/").at(-1);
              return `${user.name} ${method} ${name}`;
            }),
        );
      useUsers({ RegionOne: one, RegionOtc: otc });
      mkdirSync(project.path(".keys"));
      project.program(singles());
      await project.up();
      changes();
      const [inOne, inOtc] = await pairs();
      const file = project.path(".keys/ci.pem");

      await step("single ones into the set: only what was missing is made", async () => {
        project.program(set({ anna: anna.line }));
        await project.preview();
        expect([one, otc].flatMap(({ nova }) => nova.seen)).toEqual([]);
        await project.up();
        expect(changes()).toEqual([`${otc.user.name} POST team-ci`]);
        const now = await pairs();
        expect(now[0]).toEqual(inOne);
        expect(now[1]).toEqual(expect.arrayContaining(inOtc));
        expect(statSync(file).mode & 0o777).toBe(0o600);
        const publicKey = execFileSync("ssh-keygen", ["-y", "-f", file], { encoding: "utf8" });
        for (const ofRegion of now) {
          const ci = ofRegion.find(({ name }) => name === "team-ci")?.publicKey ?? "";
          expect(sameKey(readPublicKey(ci), readPublicKey(publicKey))).toBe(true);
        }
      });

      await step("with each other's credentials nothing is done", async () => {
        const before = await pairs();
        useUsers({ RegionOne: otc, RegionOtc: one });
        const expectRefusal = (run: Run) => {
          const said = run.errors("team").join();
          for (const [{ user: owner }, { user }] of [[one, otc] as const, [otc, one] as const]) {
            const [belongs, are] = [`belongs to user ${owner.id}`, `are those of user ${user.id}`];
            expect(said).toMatch(new RegExp(`${belongs}, and these credentials .* ${are}`));
          }
          expect(said).toContain("4 of 4 key pairs failed");
          expect(changes()).toEqual([]);
        };
        expectRefusal(await project.refresh({ fails: true }));
        expectRefusal(await project.destroy({ fails: true }));
        // Another key for one member, and a new member: in the other's account its names are free.
        project.program(set({ anna: bert.line, bert: bert.line }));
        expectRefusal(await project.up({ fails: true }));
        useUsers({ RegionOne: one, RegionOtc: otc });
        expect(await pairs()).toEqual(before);
        const resources = await resourcesWithSecrets(project);
        expect(mismatchesWith(resources, before[0], "RegionOne")).toEqual([]);
        expect(mismatchesWith(resources, before[1], "RegionOtc")).toEqual([]);
      });

      await step("the set's become single ones: only what no single one takes goes", async () => {
        project.program(singles({ onExisting: "adopt" }));
        await project.up();
        expect(changes()).toEqual([`${otc.user.name} DELETE team-ci`]);
        expect(await pairs()).toEqual([inOne, inOtc]);
        expect((await project.up({ flags: ["--refresh"] })).changes).toEqual({ same: 4 });
      });
    },
  );
});

/** A cloud of clouds.yaml with a user of its own in each region, as the regions of Open Telekom Cloud have them. */
function cloudWith(users: Record<string, OpenStackProject>) {
  const regions = Object.entries(users).map(([name, { user, keystone, nova }]) => {
    const { OS_USERNAME: username, OS_PASSWORD: password } = user.variables();
    const domains = { user_domain_name: "Default", project_domain_name: "Default" };
    const auth = { auth_url: keystone.url, username, password, project_name: "demo", ...domains };
    return { name, values: { compute_endpoint_override: nova.url, auth } };
  });
  return { clouds: { team: { regions } } };
}
