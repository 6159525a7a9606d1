import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { pluginProject } from "./support/plugin";
import { engineProject } from "./support/project";

/*
 * States that an earlier version of this package has written, one a front: a program that has not changed sees no change. They are
 * never recorded anew to make this test pass: users' states are not either.
 */

const FIXTURES = join(__dirname, "../fixtures/states");
const KEY =
  "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBBUa5B2+Ecw+xM7L9LcYXZQbpls2KL8NAsNgXsnxA3QMf+2VKJ3XdYhx4vk3BYy/Q+cmsF83YnNaZUifwt0cCJM=";

const programOf = (type: string) => `
  const publicKeyBody = "${KEY}";
  new ${type}("imported", { publicKeyBody, tags: { team: "ops" }, tagChanges: "update" });
  new ${type}("named", { keyPairName: "named", publicKeyBody: pulumi.secret(publicKeyBody), resourceGroupId: "rg-one" });
  new ${type}("elsewhere", { keyPairNamePrefix: "far", publicKeyFile: "deploy.pub", connection: { region: "elsewhere" } });
  new ${type}("created", { privateKeyFile: "created.pem", savePrivateKey: false, onExisting: "adopt" });
  new ${type}("local", { privateKeyFile: "local.pem", savePrivateKey: false,
    keyGeneration: { source: "local", type: "ed25519" } });`;

it.each([
  ["dynamic", () => engineProject({ program: programOf("KeyPair") })],
  ["plugin", () => pluginProject({ program: programOf("PluginKeyPair") })],
])("a recorded state of the %s front is previewed without a change", async (front, start) => {
  const project = await start();
  onTestFinished(() => project.close());
  project.write("deploy.pub", KEY);
  await project.importState(JSON.parse(readFileSync(join(FIXTURES, `${front}.json`), "utf8")));
  const run = await project.preview();
  expect(run.errors()).toEqual([]);
  for (const name of ["imported", "named", "elsewhere", "created", "local"])
    expect(run.ops(name), name).toEqual(["same"]);
});
