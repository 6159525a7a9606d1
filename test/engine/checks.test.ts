import { existsSync } from "node:fs";
import { describe, expect, it, onTestFinished } from "vitest";
import { convertPrivateKey, formatPublicKeyLine, generateKeyPair } from "../../provider/keys";
import { STACK_TRACE } from "./support/expected";
import { literal, newKey } from "./support/keys";
import { findInText, needlesOf, searchEverywhere } from "./support/leaks";
import { type EngineProject, engineProject } from "./support/project";
import { step } from "./support/step";

describe("bad inputs", () => {
  it("of one resource and of three are all reported by one preview, each at its resource and property", async () => {
    const project = await start(`
      new KeyPair("one", { keyPairName: "1st", tags: { "acs:x": "1" }, publicKeyBody: "ssh-rsa AAAA" });
      new KeyPair("two", { publicKeyFile: "nowhere.pub" });
      new KeyPair("three", { savePrivateKey: false, keyPairNamePrefix: "p", keyPairName: "name" });
      new KeyPair("good");`);
    const run = await project.preview({ fails: true });
    expect(run.errors("one")).toEqual([
      expect.stringMatching(/^resource 'one': tags: "acs:x": a tag's key cannot start with `acs:`/),
      expect.stringMatching(/^resource 'one': publicKeyBody: /),
      expect.stringMatching(/^resource 'one': keyPairName: it does not start with a letter\./),
    ]);
    expect(run.errors("two")).toEqual([
      `resource 'two': publicKeyFile: cannot read ${project.path("nowhere.pub")}: there is no such file or folder.`,
    ]);
    expect(run.errors("three")).toEqual([
      "resource 'three': keyPairNamePrefix: cannot be given together with keyPairName: a full name has no automatic part.",
      "resource 'three': savePrivateKey: false needs privateKeyFile: without it the private key would be lost.",
    ]);
    expect(run.ops("good")).toEqual(["create"]);
    expect(run.errors("good")).toEqual([]);
    expect(run.output).not.toMatch(STACK_TRACE);
    expect(existsSync(project.path(".keypair"))).toBe(false);
  });

  it("of types that a JavaScript program can give are reported like any other", async () => {
    const project = await start(`
      new KeyPair("types", { tags: ["a"], keyPairName: 7, onExisting: "overwrite", tag: {}, connection: { regoin: "x" } });`);
    const run = await project.preview({ fails: true });
    const properties = run.errors("types").map((message) => message.split(": ")[1]);
    expect(properties.sort()).toEqual(["connection", "keyPairName", "onExisting", "tag", "tags"]);
    expect(run.output).not.toMatch(STACK_TRACE);
  });

  it("stop an up that was not previewed before anything is made", async () => {
    const project = await start(`new KeyPair("bad", { keyPairName: pulumi.secret("1st secret name") });`);
    const run = await project.up({ fails: true });
    expect(run.errors("bad").join()).toContain(
      "'bad' has a problem: keyPairName: it does not start with a letter.",
    );
    expect(run.output).not.toContain("secret name");
    expect(run.output).not.toMatch(STACK_TRACE);
    expect(existsSync(project.path(".keypair"))).toBe(false);
  });
});

it("a private key that was given by mistake is refused wherever it stands, and shown nowhere", async () => {
  const { privateKey, publicKey } = await generateKeyPair({ type: "rsa" });
  const forms = {
    pem: privateKey,
    openssh: convertPrivateKey(privateKey, "openssh"),
    ppk: convertPrivateKey(privateKey, "ppk"),
  };
  const line = formatPublicKeyLine(publicKey);
  const needles = Object.values(forms).flatMap((form) => needlesOf(form, line));
  const cut = privateKey.slice(0, 400);
  const misuses: Record<string, object> = {
    "body-pem": { publicKeyBody: forms.pem },
    "body-openssh": { publicKeyBody: forms.openssh },
    "body-ppk": { publicKeyBody: forms.ppk },
    "body-cut": { publicKeyBody: cut },
    "body-base64": { publicKeyBody: Buffer.from(privateKey).toString("base64") },
    "body-unarmoured": { publicKeyBody: privateKey.replace(/-----.*-----/g, "") },
    name: { keyPairName: privateKey },
    prefix: { keyPairNamePrefix: privateKey },
    "tag-value": { tags: { key: cut } },
    "tag-key": { tags: { [cut]: "key" } },
    "public-file": { publicKeyFile: privateKey },
    "private-file": { privateKeyFile: privateKey },
    group: { resourceGroupId: privateKey },
    region: { connection: { region: privateKey } },
    path: { connection: { path: privateKey } },
    generation: { keyGeneration: { source: "local", type: privateKey } },
    "on-existing": { onExisting: privateKey },
  };
  const project = await start(`
    const misuses = JSON.parse(require("node:fs").readFileSync("misuses.json", "utf8"));
    for (const [name, args] of Object.entries(misuses)) new KeyPair(name, args);`);
  project.write("misuses.json", literal(misuses));

  await step("the preview refuses it", async () => {
    const run = await project.preview({ fails: true, flags: ["--diff"] });
    const unnoticed = Object.keys(misuses).filter((name) => run.errors(name).length === 0);
    expect(unnoticed).toEqual([]);
    expect(findInText("output", run.output, needles)).toEqual([]);
    expect(run.errors("body-pem").join()).toMatch(
      /Use its public half instead: ssh-rsa AAAA\S+ \(without its comment\)\./,
    );
    expect(run.output).not.toMatch(STACK_TRACE);
  });

  await step("an up that was not previewed refuses it", async () => {
    // Each takes an up of its own, since the engine stops at the first.
    for (const name of ["body-pem", "name", "tag-key"]) {
      project.write("misuses.json", literal({ [name]: misuses[name] }));
      const run = await project.up({ fails: true });
      expect(run.errors(name), name).not.toEqual([]);
      expect(findInText(name, run.output, needles)).toEqual([]);
    }
  });

  await step("no file that was written holds it", () => {
    expect(searchEverywhere(project.folder, needles, ["misuses.json"])).toEqual([]);
    // The search finds what is there.
    expect(searchEverywhere(project.folder, needles)).toEqual(["misuses.json, as it is"]);
  });
});

it("values that a preview does not know yet are no failure, and the rest is checked", async () => {
  const { line } = await newKey();
  const program = (more: string) => `
    const first = new KeyPair("first", { publicKeyBody: ${literal(line)} });
    new KeyPair("name", { keyPairName: first.keyPairName.apply((name) => "x" + name) });
    new KeyPair("prefix", { keyPairNamePrefix: first.keyPairName });
    new KeyPair("body", { publicKeyBody: first.publicKey });
    new KeyPair("tag", { tags: { like: first.keyPairName, plain: "yes" } });
    new KeyPair("tags", { tags: first.fingerprint.apply((value) => ({ value })) });
    ${more}`;
  const bad = `new KeyPair("bad", { keyPairName: first.keyPairName, tags: { like: first.keyPairName, "acs:x": "1" } });`;
  const project = await start(program(bad));
  const failed = await project.preview({ fails: true });
  expect(failed.errors("bad")).toHaveLength(1);
  expect(failed.errors("bad").join()).toMatch(/^resource 'bad': tags: "acs:x": /);
  for (const name of ["name", "prefix", "body", "tag", "tags"]) expect(failed.errors(name)).toEqual([]);

  project.program(program(""));
  const preview = await project.preview();
  expect(preview.changes).toEqual({ create: 7 });
  await project.up();
  const { id } = project.resource("first");
  expect(project.resource("name").id).toBe(`x${id}`);
  expect(project.resource("prefix").id).toMatch(new RegExp(`^${id}-[0-9a-f]{7}$`));
  expect(project.resource("body").outputs?.["publicKey"]).toBe(line);
  expect(project.resource("tag").outputs?.["tags"]).toEqual({ like: id, plain: "yes" });
  expect((await project.up()).changes).toEqual({ same: 7 });
});

it("the configuration is checked, and its secrets are shown nowhere", async () => {
  const SECRET = "planted-secret-5f0b0c1d9e7a4b6f";
  const project = await start('new KeyPair("pair");', {});

  await step("without one, the error names the three backends", async () => {
    const expected =
      "connection: no backend is configured. Set keypair:backend to alibaba, openstack or local " +
      "(`pulumi config set keypair:backend alibaba`), or connection.backend for this resource.";
    expect((await project.preview({ fails: true })).errors("pair")).toEqual([`resource 'pair': ${expected}`]);
    const run = await project.up({ fails: true });
    expect(run.errors("pair").join()).toContain(expected);
    expect(run.output).not.toMatch(STACK_TRACE);
  });

  await step("a wrong one is reported with all of its problems, and no secret", async () => {
    const wrong = {
      "keypair:backend": "aws",
      "keypair:timeoutSeconds": "soon",
      "keypair:tagChanges": "maybe",
    };
    await project.configure(wrong, { "keypair:accessKeySecret": SECRET, "keypair:securityToken": SECRET });
    const [message] = (await project.preview({ fails: true })).errors("pair");
    expect(message).toContain('keypair:backend must be one of "alibaba", "local", "openstack"');
    expect(message).toContain("keypair:timeoutSeconds must be a whole number");
    expect(message).toContain('keypair:tagChanges must be one of "replace", "update"');
    expect(message).toMatch(/\. Set it with `pulumi config set`\.$/);
    const run = await project.up({ fails: true });
    expect(run.errors("pair").join()).toContain("keypair:timeoutSeconds");
    expect(run.output).not.toMatch(STACK_TRACE);
    expect(findInText("output", `${message} ${run.output}`, [SECRET])).toEqual([]);
  });

  await step("a right one shows no secret", async () => {
    const right = {
      "keypair:backend": "local",
      "keypair:timeoutSeconds": "30",
      "keypair:tagChanges": "update",
    };
    await project.configure(right);
    const run = await project.up();
    expect(findInText("output", run.output, [SECRET])).toEqual([]);
    const everything = JSON.stringify(project.deployment());
    expect(everything).toContain("accessKeySecret");
    expect(searchEverywhere(project.folder, [SECRET])).toEqual([]);
    await project.destroy();
    expect(searchEverywhere(project.folder, [SECRET])).toEqual([]);
  });
});

async function start(program: string, config?: Record<string, string>): Promise<EngineProject> {
  const project = await engineProject({ program, ...(config && { config }) });
  onTestFinished(() => project.close());
  return project;
}
