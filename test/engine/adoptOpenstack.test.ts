import { beforeAll, expect, it, onTestFinished } from "vitest";
import { operation } from "../contract/support/harness";
import { openAs } from "../support/openstack/client";
import { describeOpenStack, type OpenStack, startOpenStack } from "../support/openstack/openstack";
import { cli } from "./support/cli";
import { newKey } from "./support/keys";
import { type OpenStackProject, openStackProject } from "./support/openstack";
import { useTypeScript } from "./support/plugin";
import { step } from "./support/step";

/* `pulumi-keypair list` and `adopt` on the real Nova, which tells less in a listing than of a single pair. */

let cloud: OpenStack;

describeOpenStack("pairs of the real Nova", () => {
  beforeAll(async () => {
    cloud = await startOpenStack();
  }, 600_000);

  it("are listed, and taken over by one `adopt --as import` and one `pulumi import --file`", async () => {
    const nova = await openStackProject(cloud);
    onTestFinished(() => nova.close());
    const { project } = nova;
    useTypeScript(project);
    await addPairs(nova);
    const before = await nova.pairs();

    await step("list tells the age of each, and which key cannot be read", async () => {
      const { output, exitCode } = await cli(project, "list", "--json");
      expect(exitCode).toBe(0);
      expect(JSON.parse(output)).toMatchObject({
        keyPairs: [
          { name: "made by Nova", type: "ssh-rsa", bits: 2048, ageDays: 0, region: "RegionOne" },
          { name: "two keys", ageDays: 0, keyProblem: expect.stringContaining("keys") },
          { name: "web", type: "ecdsa-sha2-nistp256", ageDays: 0 },
        ],
        unclear: [],
      });
    });
    await step("adopt, import, and a preview without changes", async () => {
      expect((await cli(project, "adopt", "--as", "import")).exitCode).toBe(0);
      await project.pulumi(["import", "--file", "adopted-import.json", "--generate-code=false", "--yes"]);
      project.program(`require("./adopted");`);
      expect((await project.preview()).changes).toEqual({ same: 4 });
      await project.refresh();
      expect((await project.up()).changes).toEqual({ same: 4 });
      expect(await nova.pairs()).toEqual(before);
    });
  });
});

/** Nova takes whatever begins like a key, also two keys in one text. */
async function addPairs({ user }: OpenStackProject): Promise<void> {
  const client = await openAs(user.variables());
  const [one, two] = await Promise.all([newKey(), newKey()]);
  await client.createKeyPair({ name: "made by Nova" }, operation());
  await client.importKeyPair({ name: "web", publicKey: one.line }, operation());
  await client.importKeyPair({ name: "two keys", publicKey: `${one.line} a\n${two.line} b` }, operation());
  await client.close();
}
