import { execFileSync } from "node:child_process";
import { copyFileSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, it, onTestFinished } from "vitest";
import { formatPublicKeyLine, publicKeyOfPrivateKey, readPublicKey, sameKey } from "../../provider/keys";
import { describeOpenStack, type OpenStack, startOpenStack } from "../support/openstack/openstack";
import { ensureTool } from "../support/tools";
import { newKey } from "./support/keys";
import { type OpenStackProject, openStackProject } from "./support/openstack";
import { step } from "./support/step";
import { asBlock } from "./support/typescript";

/* examples/open-telekom-cloud on the real Nova, in a region whose catalogue has the form of Open Telekom Cloud's. */

const EXAMPLE = join(__dirname, "../../examples/open-telekom-cloud");

let cloud: OpenStack;

async function start(config: Record<string, string> = {}): Promise<OpenStackProject> {
  const nova = await openStackProject(cloud, {
    program: asBlock(readFileSync(join(EXAMPLE, "index.ts"), "utf8")),
    config: { "keypair:backend": "openstack", "keypair:region": "RegionOtc", ...config },
  });
  onTestFinished(() => nova.close());
  copyFileSync(join(EXAMPLE, "deploy.txt"), nova.project.path("deploy.txt"));
  return nova;
}

describeOpenStack("examples/open-telekom-cloud", () => {
  beforeAll(async () => {
    cloud = await startOpenStack();
  }, 600_000);

  it("lives from its first up to destroy", async () => {
    const nova = await start();

    await step("up imports what PuTTYgen saved, and has the cloud make another pair", async () => {
      await nova.project.up();
      expect(await nova.mismatches()).toEqual([]);
      const saved = readFileSync(join(EXAMPLE, "deploy.txt"), "utf8");
      const deploy = (await nova.pairs()).find(({ name }) => name === "deploy");
      expect(sameKey(readPublicKey(deploy?.publicKey ?? ""), readPublicKey(saved))).toBe(true);
      const outputs = await nova.project.outputs();
      expect(outputs).toMatchObject({ deployKeyPairName: "deploy", owner: nova.user.id });
      const file = nova.project.path("bastion.dev.ppk");
      expect(readFileSync(file, "utf8")).toMatch(/^PuTTY-User-Key-File-3: ssh-rsa/);
      expect(statSync(file).mode & 0o777).toBe(0o600);
    });

    await step("the same key saved in another form is no change", async () => {
      const saved = readPublicKey(readFileSync(join(EXAMPLE, "deploy.txt"), "utf8"));
      nova.project.write("deploy.txt", `${formatPublicKeyLine(saved)} another comment\n`);
      const { changes } = await nova.project.up();
      expect(Object.keys(changes)).toEqual(["same"]);
    });

    await step("destroy deletes all of it", async () => {
      await nova.project.destroy();
      expect(await nova.pairs()).toEqual([]);
    });
  });

  it.runIf(ensureTool("puttygen"))("imports the public half of a .ppk that PuTTYgen wrote", async () => {
    const nova = await start({ "test:ppk": "laptop.ppk" });
    const { privateKey } = await newKey();
    const pem = nova.project.write("laptop.pem", privateKey);
    const file = nova.project.path("laptop.ppk");
    execFileSync("puttygen", [pem, "-O", "private", "-o", file, "--new-passphrase", "/dev/null"]);
    await nova.project.up();
    const name = String((await nova.project.outputs())["laptopKeyPairName"]);
    const laptop = (await nova.pairs()).find((pair) => pair.name === name);
    expect(sameKey(readPublicKey(laptop?.publicKey ?? ""), publicKeyOfPrivateKey(privateKey))).toBe(true);
  });
});
