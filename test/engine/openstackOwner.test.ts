import { beforeAll, expect, it, onTestFinished } from "vitest";
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

describeOpenStack("key pairs of OpenStack belong to a user", () => {
  beforeAll(async () => {
    cloud = await startOpenStack();
  }, 600_000);

  it("another user's credentials are an error that names both users, and change nothing", async () => {
    const { line } = await newKey();
    const program = (more: string) => `
      new KeyPair("imported", { keyPairName: "imported", publicKeyBody: ${literal(line)} });
      new KeyPair("created", { keyPairName: "created"${more} });`;
    const ours = await start({ program: program("") });
    await ours.project.up();
    const [imported, created] = await ours.pairs();
    const other = await start({
      program: `new KeyPair("kp", { keyPairName: "imported", publicKeyBody: ${literal(line)} });`,
    });
    await other.project.up();
    const { OS_USERNAME, OS_PASSWORD } = other.user.variables();
    const env = { OS_USERNAME, OS_PASSWORD };
    const bothNamed = (name: string) =>
      expect.stringMatching(
        new RegExp(
          `"${name}" .*belongs to user ${ours.user.id}, and these credentials .* are those of user ${other.user.id}`,
        ),
      );
    const state = () =>
      Object.fromEntries(ours.project.resources().map(({ urn, outputs }) => [urn, outputs?.["ownerId"]]));
    const before = state();

    await step("refresh", async () => {
      for (const name of ["imported", "created"]) {
        const target = ["--target", ours.project.resource(name).urn];
        const run = await ours.project.refresh({ fails: true, env, flags: target });
        expect(run.errors(name)).toEqual([bothNamed(name)]);
      }
    });
    await step("up with a refresh", async () => {
      const run = await ours.project.up({ fails: true, env, flags: ["--refresh"] });
      expect(run.errors().join()).toContain(`belongs to user ${ours.user.id}`);
    });
    await step("destroy", async () => {
      const run = await ours.project.destroy({ fails: true, env, flags: ["--continue-on-error"] });
      for (const name of ["imported", "created"]) expect(run.errors(name)).toContainEqual(bothNamed(name));
    });
    expect(state()).toEqual(before);
    expect(await ours.pairs()).toEqual([imported, created]);
    expect((await other.pairs()).map(({ name }) => name)).toEqual(["imported"]);

    await step("the owner's own go on", async () => {
      expect((await ours.project.up({ flags: ["--refresh"] })).changes).toEqual({ same: 3 });
      await ours.project.destroy();
      expect(await ours.pairs()).toEqual([]);
      expect(await other.pairs()).toHaveLength(1);
    });
  });

  it("a resource that moves to another cloud of clouds.yaml, another user, is deleted where it was", async () => {
    const { line } = await newKey();
    const ours = await start({});
    const other = await start({});
    const clouds = [ours, other].map(({ user, keystone, nova }, n) => {
      const { OS_USERNAME: username, OS_PASSWORD: password } = user.variables();
      const auth = {
        auth_url: keystone.url,
        username,
        password,
        project_name: "demo",
        user_domain_name: "Default",
        project_domain_name: "Default",
      };
      return [`cloud${n}`, { region_name: "RegionOne", compute_endpoint_override: nova.url, auth }];
    });
    ours.project.write("clouds.yaml", JSON.stringify({ clouds: Object.fromEntries(clouds) }));
    const program = (n: number) => `
      new KeyPair("web", { keyPairName: "web", publicKeyBody: ${literal(line)}, connection: { cloud: "cloud${n}" } });
      new KeyPair("made", { keyPairName: "made", connection: { cloud: "cloud${n}" } });`;
    ours.project.program(program(0));
    await ours.project.up();
    ours.project.program(program(1));
    await ours.project.up();
    expect(await ours.pairs()).toEqual([]);
    expect((await other.pairs()).map(({ name }) => name).sort()).toEqual(["made", "web"]);
    expect((await ours.project.up({ flags: ["--refresh"] })).changes).toEqual({ same: 3 });
    await ours.project.destroy();
    expect(await other.pairs()).toEqual([]);
  });

  it("a configured endpoint goes on to serve a stack whose region nothing names", async () => {
    const nova = await start({ program: 'new KeyPair("web", { keyPairName: "web" });' });
    await nova.project.configure({ "keypair:endpoint": nova.nova.url });
    const env = { OS_REGION_NAME: "", OS_COMPUTE_ENDPOINT_OVERRIDE: "" };
    await nova.project.up({ env });
    expect(nova.calls().join()).toContain("POST /");
    expect((await nova.project.up({ env, flags: ["--refresh"] })).changes).toEqual({ same: 2 });
    expect(nova.calls().filter((call) => call.includes("keypairs"))).not.toEqual([]);
    await nova.project.destroy({ env });
    expect(await nova.pairs()).toEqual([]);
  });
});
