import { copyFileSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { ecsProject } from "./support/alibaba";
import { newKey } from "./support/keys";
import { step } from "./support/step";
import { asBlock } from "./support/typescript";

/* examples/alibaba-ecs on the emulator. */

const EXAMPLE = join(__dirname, "../../examples/alibaba-ecs");
const REGIONS = ["cn-hangzhou", "eu-central-1"];

/** The example, with changes. The emulator has all regions at one endpoint. */
function program(change: (source: string) => string = (source) => source): string {
  const source = readFileSync(join(EXAMPLE, "index.ts"), "utf8");
  return asBlock(change(source.replace("{ region }", "{ region, endpoint: process.env.ECS_ENDPOINT }")));
}

it("examples/alibaba-ecs, from its first up to destroy", async () => {
  const ecs = await ecsProject({ program: program(), config: { "test:resourceGroupId": "rg-one" } });
  onTestFinished(() => ecs.close());
  copyFileSync(join(EXAMPLE, "deploy.pub"), ecs.project.path("deploy.pub"));

  await step("up makes the same pair in two regions and creates another, with tags and group", async () => {
    await ecs.project.up();
    const line = readFileSync(join(EXAMPLE, "deploy.pub"), "utf8").trim();
    for (const region of REGIONS) {
      expect(ecs.emulator.store.find(region, "deploy")).toMatchObject({
        publicKey: expect.stringContaining(line.split(" ")[1] ?? ""),
        tags: { team: "ops", stack: "dev" },
        resourceGroupId: "rg-one",
      });
      expect(await ecs.mismatches(region)).toEqual([]);
    }
    const outputs = await ecs.project.outputs();
    expect(outputs["deployKeyPairs"]).toEqual(
      REGIONS.map((region) => ({
        keyPairName: "deploy",
        region,
        fingerprint: expect.stringMatching(/^[0-9a-f]{32}$/),
      })),
    );
    expect(outputs["bastionKeyPairId"]).toMatch(/^ssh-/);
    const file = ecs.project.path("bastion.dev.pem");
    expect(readFileSync(file, "utf8")).toBe(outputs["bastionPrivateKey"]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  await step("up changes tags and resource group in place, in both regions", async () => {
    await ecs.project.configure({ "test:resourceGroupId": "rg-two" });
    ecs.project.program(program((source) => source.replace('team: "ops"', 'team: "dev"')));
    expect((await ecs.project.up()).changes).toEqual({ same: 1, update: 3 });
    for (const region of REGIONS) {
      expect(ecs.emulator.store.find(region, "deploy")).toMatchObject({
        tags: { team: "dev" },
        resourceGroupId: "rg-two",
      });
    }
  });

  await step("another key in the file replaces both imported pairs, and leaves the created one", async () => {
    const { line } = await newKey();
    ecs.project.write("deploy.pub", `${line}\n`);
    const run = await ecs.project.up();
    for (const region of REGIONS) {
      expect(run.ops(`deploy-${region}`)).toEqual(["delete-replaced", "replace", "create-replacement"]);
      expect(ecs.emulator.store.find(region, "deploy")?.publicKey).toContain(line.split(" ")[1]);
    }
    expect(run.ops("bastion")).toEqual(["same"]);
  });

  await step("destroy deletes all of it", async () => {
    await ecs.project.destroy();
    expect(REGIONS.flatMap((region) => ecs.names(region))).toEqual([]);
  });
});
