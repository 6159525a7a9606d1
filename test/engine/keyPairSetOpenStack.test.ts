import { mkdirSync, writeFileSync } from "node:fs";
import { beforeAll, expect, it, onTestFinished } from "vitest";
import { fingerprintSha256, publicKeyOfPrivateKey } from "../../provider/keys";
import { operation } from "../contract/support/harness";
import { openAs } from "../support/openstack/client";
import { describeOpenStack, type OpenStack, startOpenStack } from "../support/openstack/openstack";
import { literal, newKey } from "./support/keys";
import { openStackProject } from "./support/openstack";
import { pairsInState, WITH_SETS } from "./support/sets";
import { step } from "./support/step";

let cloud: OpenStack;

describeOpenStack("a set on a real Nova", () => {
  beforeAll(async () => {
    cloud = await startOpenStack();
  }, 600_000);

  it("from the first preview to destroy", async () => {
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
});
