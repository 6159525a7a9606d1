import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { describe, expect, it, onTestFinished } from "vitest";
import { accountsProject, namesOf, OURS, THEIRS, writeProfiles } from "./support/accounts";
import { credentials, REGION } from "./support/alibaba";
import { literal, newKey } from "./support/keys";

/* Where a pair is: its cloud, account, region and endpoint, and what belongs to each of them. */

/** Answers the server's URL, on loopback. */
async function listening(server: Server): Promise<string> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
}

describe("a pair moves to another account", () => {
  it("by connection.profile: the old one is deleted in the old account", async () => {
    const { line } = await newKey();
    const ecs = await accountsProject();
    const program = (profile: string) => `
      const connection = { profile: "${profile}", endpoint: process.env.ECS_ENDPOINT };
      new KeyPair("imported", { keyPairName: "imported", publicKeyBody: ${literal(line)}, connection });
      new KeyPair("created", { keyPairName: "created", connection });
      new KeyPair("automatic", { publicKeyBody: ${literal(line)}, connection });`;
    ecs.project.program(program("ours"));
    await ecs.project.up();
    expect(ecs.names()).toHaveLength(3);

    ecs.project.program(program("theirs"));
    const run = await ecs.project.up();
    for (const name of ["imported", "created", "automatic"])
      expect(run.ops(name)).toEqual(["create-replacement", "replace", "delete-replaced"]);
    expect(ecs.names()).toEqual([]);
    expect(namesOf(ecs, THEIRS)).toHaveLength(3);

    await ecs.project.destroy();
    expect(namesOf(ecs, THEIRS)).toEqual([]);
  });

  it("by keypair:profile", async () => {
    const { line } = await newKey();
    const ecs = await accountsProject({ config: { "keypair:profile": "ours" } });
    ecs.project.program(`
      const connection = { endpoint: process.env.ECS_ENDPOINT };
      new KeyPair("imported", { keyPairName: "imported", publicKeyBody: ${literal(line)}, connection });
      new KeyPair("created", { keyPairName: "created", connection });`);
    await ecs.project.up();
    await ecs.project.configure({ "keypair:profile": "theirs" });
    await ecs.project.up();
    expect([ecs.names(), namesOf(ecs, THEIRS)]).toEqual([[], ["created", "imported"]]);
    expect((await ecs.project.up({ flags: ["--refresh"] })).changes).toEqual({ same: 3 });
  });

  it("where the name is taken: nothing is changed in either account", async () => {
    const [key, theirs] = await Promise.all([newKey(), newKey()]);
    const ecs = await accountsProject();
    ecs.emulator.storeOf(THEIRS.account).import(REGION, { name: "web", publicKey: theirs.line });
    const program = (profile: string) => `
      new KeyPair("web", { keyPairName: "web", publicKeyBody: ${literal(key.line)},
        connection: { profile: "${profile}", endpoint: process.env.ECS_ENDPOINT } });`;
    ecs.project.program(program("ours"));
    await ecs.project.up();
    ecs.project.program(program("theirs"));
    const run = await ecs.project.up({ fails: true });
    expect(run.errors("web").join()).toContain('a key pair "web" is there already, with another key');
    expect(ecs.names()).toEqual(["web"]);
    expect(ecs.emulator.storeOf(THEIRS.account).find(REGION, "web")?.publicKey).toBe(theirs.line);
    ecs.project.program(program("ours"));
    expect((await ecs.project.up({ flags: ["--refresh"] })).changes).toEqual({ same: 2 });
  });
});

describe("another way to the same account", () => {
  it("is one update and then no change, when a profile gives way to keys in the environment", async () => {
    const { line } = await newKey();
    const ecs = await accountsProject();
    const program = (profile: string) => `
      const { KeyPairAttachment } = require("pulumi-keypair");
      const connection = { endpoint: process.env.ECS_ENDPOINT${profile} };
      new KeyPair("web", { keyPairName: "web", publicKeyBody: ${literal(line)}, connection });
      new KeyPairAttachment("use", { keyPairName: "other", instanceIds: ["i-1"], connection });`;
    ecs.emulator.store.import(REGION, { name: "other", publicKey: line });
    ecs.project.program(program(`, profile: "ours"`));
    await ecs.project.up();

    // The pipeline has no such profile.
    writeProfiles(ecs, {});
    const env = credentials(OURS);
    ecs.project.program(program(""));
    const run = await ecs.project.up({ env });
    for (const name of ["web", "use"]) expect(run.ops(name)).toEqual(["update"]);
    expect((await ecs.project.up({ env, flags: ["--refresh"] })).changes).toEqual({ same: 3 });
    await ecs.project.destroy({ env });
    expect(ecs.names()).toEqual(["other"]);
    expect(ecs.emulator.store.attachedInstances(REGION, "other")).toEqual([]);
  });

  it("an attachment that another profile of the same account replaces stays attached", async () => {
    const { line } = await newKey();
    const ecs = await accountsProject();
    writeProfiles(ecs, { ours: OURS, "ours-too": OURS });
    const program = (profile: string) => `
      const { KeyPairAttachment } = require("pulumi-keypair");
      new KeyPairAttachment("use", { keyPairName: "other", instanceIds: ["i-1"],
        connection: { endpoint: process.env.ECS_ENDPOINT, profile: "${profile}" } });`;
    ecs.emulator.store.import(REGION, { name: "other", publicKey: line });
    ecs.project.program(program("ours"));
    await ecs.project.up();
    ecs.project.program(program("ours-too"));
    expect((await ecs.project.up()).ops("use")).toContain("replace");
    expect(ecs.emulator.store.attachedInstances(REGION, "other")).toEqual(["i-1"]);
    expect((await ecs.project.up({ flags: ["--refresh"] })).changes).toEqual({ same: 2 });
  });

  it("an endpoint that moves from the configuration into connection is an update, which rotates nothing", async () => {
    const ecs = await accountsProject({ config: { "keypair:profile": "ours" } });
    ecs.project.program('new KeyPair("web", { keyPairName: "web" });');
    await ecs.project.up();
    const { fingerprint } = ecs.pair("web");
    await ecs.project.pulumi(["config", "rm", "keypair:endpoint"]);
    ecs.project.program(
      'new KeyPair("web", { keyPairName: "web", connection: { endpoint: process.env.ECS_ENDPOINT } });',
    );
    expect((await ecs.project.up()).ops("web")).toEqual(["update"]);
    expect((await ecs.project.up({ flags: ["--refresh"] })).changes).toEqual({ same: 2 });
    expect(ecs.pair("web").fingerprint).toBe(fingerprint);
  });
});

describe("credentials and endpoints stay where they belong", () => {
  it("another cloud gets nothing of what the configuration holds", async () => {
    const heard: string[] = [];
    const keystone = createServer((request, response) => {
      request.on("data", (chunk) => heard.push(String(chunk)));
      heard.push(`${request.url} ${JSON.stringify(request.rawHeaders)}`);
      response.writeHead(401, { "content-type": "application/json" }).end('{"error": {"message": "no"}}');
    });
    const ecs = await accountsProject({
      program: `new KeyPair("web", { connection: { backend: "openstack", cloud: "x" } });`,
      config: { "keypair:accessKeyId": OURS.id },
      secretConfig: { "keypair:accessKeySecret": OURS.secret, "keypair:securityToken": "a-token-4f2a" },
    });
    const auth = `{ auth_url: "${await listening(keystone)}/v3", username: u, password: p, project_name: d, user_domain_name: D }`;
    ecs.project.write("clouds.yaml", `clouds:\n  x:\n    region_name: R\n    auth: ${auth}\n`);
    const run = await ecs.project.up({ fails: true });
    expect(run.output).toContain("401");
    expect(heard.join("\n")).toContain('"password":"p"');
    for (const secret of [OURS.id, OURS.secret, "a-token-4f2a"]) {
      expect(heard.join("\n")).not.toContain(secret);
      expect(run.output).not.toContain(OURS.secret);
    }
    expect(ecs.emulator.calls).toEqual([]);
  });

  it.each([
    ["region", `{ region: "eu-central-1" }`, "eu-central-1"],
    ["profile", `{ profile: "theirs" }`, REGION],
  ])(
    "the configured endpoint does not serve a resource that names another %s",
    async (_, connection, region) => {
      const asked: (string | undefined)[] = [];
      const proxy = createServer().on("connect", (request, socket) => {
        asked.push(request.url);
        socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
      });
      const ecs = await accountsProject({
        program: `new KeyPair("web", { connection: ${connection} });`,
        config: { "keypair:accessKeyId": OURS.id, "keypair:timeoutSeconds": "3" },
        secretConfig: { "keypair:accessKeySecret": OURS.secret },
        env: { HTTPS_PROXY: await listening(proxy) },
      });
      await ecs.project.up({ fails: true });
      // The two services of the region itself: whose the credentials are, and the key pairs.
      const hosts = ["ecs", "sts"].map((service) => `${service}.${region}.aliyuncs.com:443`);
      expect([...new Set(asked)].sort()).toEqual(hosts);
      expect(ecs.emulator.calls).toEqual([]);
      expect(ecs.project.resources()).toEqual([]);
    },
  );
});
