import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  Empty,
  encode,
  type Messages,
  messages,
  type Struct,
} from "../../../../provider/fronts/plugin/protocol";
import { formatPublicKeyLine, generateKeyPair } from "../../../../provider/keys";
import { WRONG_ARGUMENTS } from "../../../support/wrongArguments";
import { PluginUnderTest, URN } from "./client";

const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const secret = (value: unknown) => ({ [SIGNATURE]: "1b47061264138c4ac30d75fd1eb44270", value });
const plain = (struct: Struct | undefined) => struct?.toJavaScript() as Record<string, unknown>;

let plugin: PluginUnderTest;
beforeEach(async () => {
  plugin = await new PluginUnderTest().start();
});
afterEach(() => plugin.close());

async function check(news: object, seed = "", urn = URN) {
  const request = new messages.CheckRequest();
  request.setUrn(urn);
  request.setNews(encode(news));
  request.setOlds(encode({}));
  request.setRandomseed(Buffer.from(seed));
  const response = await plugin.call("check", request);
  return {
    inputs: plain(response.getInputs()),
    failures: response.getFailuresList().map((one) => one.toObject()),
  };
}

async function checkNamed(
  mode: keyof typeof messages.CheckRequest.AutonamingOptions.Mode,
  name: string,
): Promise<Record<string, unknown>> {
  const request = new messages.CheckRequest();
  request.setUrn(URN);
  request.setNews(encode({}));
  const options = new messages.CheckRequest.AutonamingOptions();
  options.setMode(messages.CheckRequest.AutonamingOptions.Mode[mode]);
  request.setAutonaming(options.setProposedName(name));
  const response = await plugin.call("check", request);
  const [failure] = response.getFailuresList();
  return failure ? failure.toObject() : plain(response.getInputs());
}

async function create(inputs: object, { preview = false, timeout = 0 } = {}) {
  const request = new messages.CreateRequest();
  request.setUrn(URN);
  request.setProperties(encode(inputs));
  request.setPreview(preview);
  request.setTimeout(timeout);
  const response = await plugin.call("create", request);
  return { id: response.getId(), outputs: plain(response.getProperties()) };
}

async function diff(olds: object, news: object) {
  const request = new messages.DiffRequest();
  request.setUrn(URN);
  request.setId("deploy");
  request.setOlds(encode(olds));
  request.setNews(encode(news));
  return kinds(await plugin.call("diff", request));
}

function kinds(response: Messages.DiffResponse) {
  const names = Object.entries(messages.PropertyDiff.Kind);
  const nameOf = (kind: number) => names.find(([, value]) => value === kind)?.[0];
  const entries = response.getDetaileddiffMap().toArray() as unknown as [string, [number?]][];
  return {
    kinds: Object.fromEntries(entries.map(([property, [kind = 0]]) => [property, nameOf(kind)])),
    replaces: response.getReplacesList(),
    deletesFirst: response.getDeletebeforereplace(),
  };
}

async function newLine() {
  return formatPublicKeyLine((await generateKeyPair({ type: "ecdsa" })).publicKey);
}

describe("check", () => {
  it("names a pair after the resource, by the engine's seed: an update plan gets the name that it was shown", async () => {
    const { inputs } = await check({}, "seed");
    expect(inputs["keyPairName"]).toMatch(/^deploy-[0-9a-f]{7}$/);
    expect((await check({}, "seed")).inputs).toEqual(inputs);
    expect((await check({}, "another")).inputs["keyPairName"]).not.toBe(inputs["keyPairName"]);
  });

  it("names a pair as the stack's configuration says", async () => {
    expect(await checkNamed("PROPOSE", "proposed")).toMatchObject({ keyPairName: "proposed" });
    expect(await checkNamed("ENFORCE", "enforced")).toMatchObject({ keyPairName: "enforced" });
    expect(await checkNamed("DISABLE", "")).toMatchObject({ property: "keyPairName" });
  });

  it("keeps secrets secret, at any depth, and unknowns unknown", async () => {
    const { inputs, failures } = await check({
      keyPairName: secret("deploy"),
      tags: { team: secret("ops") },
      onExisting: UNKNOWN,
    });
    expect(failures).toEqual([]);
    expect(inputs).toEqual({
      keyPairName: secret("deploy"),
      tags: secret({ team: "ops" }),
      onExisting: UNKNOWN,
    });
  });

  it.each([
    "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
    "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
    "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
    "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
  ])("takes %s for an unknown too", async (marker) => {
    const { inputs, failures } = await check({ keyPairName: "deploy", tags: marker });
    expect(failures).toEqual([]);
    expect(inputs["tags"]).toBe(UNKNOWN);
  });

  it.each(WRONG_ARGUMENTS)("finds one clear problem in %j", async (args, property, reason) => {
    const { failures } = await check(args);
    // The engine prints the value of a property with a failure: the key's failure names it in its reason.
    const isShown = property !== "publicKeyBody";
    expect(failures).toEqual([
      isShown ? { property, reason } : { property: "", reason: `${property}: ${reason}` },
    ]);
  });

  it("refuses a key without a value: no new key is made where an import was meant", async () => {
    const noValue = (before: string) => expect.stringContaining(`${before}is given, but it has no value`);
    // The engine prints the value of a property with a failure, so the key's failure names it in its reason.
    for (const publicKeyBody of [null, secret(null)]) {
      expect((await check({ publicKeyBody })).failures).toEqual([
        { property: "", reason: noValue("publicKeyBody: ") },
      ]);
    }
    expect((await check({ publicKeyFile: null })).failures).toEqual([
      { property: "publicKeyFile", reason: noValue("") },
    ]);
    expect((await check({ keyPairName: null })).failures).toEqual([]);
    expect((await check({ tags: secret(null) })).failures).toEqual([]);
  });

  it("reports a secret at no property, since the engine would print it", async () => {
    const { failures } = await check({ keyPairName: secret("1-very-secret"), tags: { "acs:a": "b" } });
    expect(failures).toEqual([
      { property: "tags", reason: expect.stringContaining("acs:") },
      { property: "", reason: expect.stringMatching(/^keyPairName: it does not start with a letter/) },
    ]);
  });
});

describe("diff", () => {
  const olds = () => ({
    keyPairName: "deploy",
    publicKey: "ssh-ed25519 AAAA",
    fingerprintSha256: "SHA256:x",
    __ownKey: "SHA256:x",
    backend: "local",
    region: "local",
    connection: { backend: "local", path: plugin.path },
    tags: { team: "ops" },
    privateKeyFile: "a.pem",
  });

  it("says of each property what became of it", async () => {
    const news = { keyPairName: "other", privateKeyFile: "b.pem", onExisting: "adopt" };
    expect(await diff(olds(), news)).toMatchObject({
      kinds: {
        keyPairName: "UPDATE_REPLACE",
        tags: "DELETE_REPLACE",
        privateKeyFile: "UPDATE",
        onExisting: "ADD",
      },
      replaces: ["keyPairName", "tags"],
      deletesFirst: false,
    });
    expect(
      await diff(olds(), { keyPairName: "deploy", privateKeyFile: "a.pem", tagChanges: "update" }),
    ).toMatchObject({
      kinds: { tags: "DELETE", tagChanges: "ADD" },
      replaces: [],
    });
  });

  it("deletes first where the name stays", async () => {
    const news = { keyPairName: "deploy", tags: { team: "dev" }, privateKeyFile: "a.pem" };
    expect(await diff(olds(), news)).toMatchObject({ replaces: ["tags"], deletesFirst: true });
  });
});

describe("create", () => {
  it("in a preview tells what an imported key tells, and leaves open what only the cloud does", async () => {
    const publicKeyBody = await newLine();
    const { id, outputs } = await create(
      { keyPairName: "deploy", publicKeyBody, tags: { of: UNKNOWN } },
      { preview: true },
    );
    expect(id).toBe("");
    expect(outputs).toMatchObject({
      keyPairName: "deploy",
      publicKey: publicKeyBody,
      keyType: "ecdsa-sha2-nistp256",
      fingerprintSha256: expect.stringMatching(/^SHA256:/),
      fingerprint: UNKNOWN,
      backend: "local",
      tags: { of: UNKNOWN },
    });
    expect(outputs).not.toHaveProperty("privateKey");
    const created = await create({ keyPairName: "deploy-1234567", __automaticName: true }, { preview: true });
    expect(created.outputs).toMatchObject({
      keyPairName: UNKNOWN,
      publicKey: UNKNOWN,
      privateKey: secret(UNKNOWN),
    });
    expect(created.outputs).not.toHaveProperty("__automaticName");
  });

  it("marks as secret the private key, secret arguments, and what repeats them", async () => {
    const made = await create({ keyPairName: "made", keyGeneration: { source: "local", type: "ed25519" } });
    expect(made.id).toBe("made");
    expect(made.outputs["privateKey"]).toEqual(secret(expect.stringContaining("PRIVATE KEY")));
    const line = await newLine();
    const imported = await create({ keyPairName: "imported", publicKeyBody: secret(line) });
    expect(imported.outputs).toMatchObject({
      publicKeyBody: secret(line),
      publicKey: secret(line),
      keyPairName: "imported",
    });
  });

  it("fails without a stack and with a status of its own", async () => {
    const publicKeyBody = await newLine();
    await create({ keyPairName: "taken", publicKeyBody });
    const failure = create({ keyPairName: "taken", publicKeyBody: await newLine() });
    await expect(failure).rejects.toMatchObject({
      code: 6,
      details: expect.stringMatching(
        /^a key pair "taken" is there already, with another key .* Choose another keyPairName/,
      ),
    });
  });
});

describe("read", () => {
  it("for an import gives the arguments that the pair would have in a program", async () => {
    const publicKeyBody = await newLine();
    await create({ keyPairName: "there", publicKeyBody, tags: { team: "ops" } });
    const request = new messages.ReadRequest();
    request.setUrn(URN);
    request.setId("there");
    const found = await plugin.call("read", request);
    expect(found.getId()).toBe("there");
    expect(plain(found.getInputs())).toEqual({ keyPairName: "there", publicKeyBody, tags: { team: "ops" } });
    expect(plain(found.getProperties())).toMatchObject({ publicKey: publicKeyBody, backend: "local" });
    expect((await diff(plain(found.getProperties()), plain(found.getInputs()))).kinds).toEqual({});

    // As `pulumi do` asks.
    request.setInputs(encode({}));
    request.setProperties(encode({}));
    expect(plain((await plugin.call("read", request)).getInputs())).toEqual(plain(found.getInputs()));

    request.setId("gone");
    expect((await plugin.call("read", request)).toObject()).toMatchObject({ id: "", properties: undefined });
  });

  it("for a refresh leaves the program's words as they are", async () => {
    const inputs = { keyPairName: "there", publicKeyBody: secret(await newLine()) };
    const { outputs } = await create(inputs);
    const request = new messages.ReadRequest();
    request.setUrn(URN);
    request.setId("there");
    request.setInputs(encode(inputs));
    request.setProperties(encode(outputs));
    const found = await plugin.call("read", request);
    expect(plain(found.getInputs())).toEqual(inputs);
    expect(plain(found.getProperties())).toEqual(outputs);
  });
});

describe("configuration", () => {
  async function checkConfig(news: object) {
    const request = new messages.CheckRequest();
    request.setUrn("urn:pulumi:dev::test::pulumi:providers:keypair::mine");
    request.setNews(encode(news));
    const response = await plugin.call("checkConfig", request);
    return {
      inputs: plain(response.getInputs()),
      failures: response.getFailuresList().map((one) => one.toObject()),
    };
  }

  it("takes texts for numbers, leaves unknowns open, and makes a secret of what is one", async () => {
    const given = { backend: "local", timeoutSeconds: "30", region: UNKNOWN, version: "1.2.3" };
    expect(await checkConfig({ ...given, securityToken: "given-in-clear-text" })).toEqual({
      inputs: { ...given, securityToken: secret("given-in-clear-text") },
      failures: [],
    });
  });

  it("is reported with all its problems, and never with a secret", async () => {
    const { failures } = await checkConfig({
      timeoutSeconds: "soon",
      backend: 1,
      accessKeySecret: { a: "b" },
    });
    expect(new Set(failures.map(({ property }) => property))).toEqual(
      new Set(["backend", "timeoutSeconds", ""]),
    );
    expect(failures.find(({ property }) => property === "")?.reason).toBe("accessKeySecret must be a string");
  });

  it("keeps secret what the program made a secret, also in a problem", async () => {
    const { inputs, failures } = await checkConfig({
      backend: "local",
      defaultTags: { owner: secret("nobody's business") },
      tagChanges: secret("hush-hush"),
    });
    expect(inputs).toEqual({
      backend: "local",
      defaultTags: secret({ owner: "nobody's business" }),
      tagChanges: secret("hush-hush"),
    });
    expect(failures).toEqual([{ property: "", reason: expect.stringMatching(/^tagChanges must be/) }]);
    expect(JSON.stringify(failures)).not.toContain("hush-hush");
  });

  it("that changes never replaces the provider, and with it all its resources", async () => {
    const request = new messages.DiffRequest();
    request.setOlds(encode({ backend: "local", region: "a", version: "1" }));
    request.setNews(encode({ backend: "alibaba", profile: "b", version: "2" }));
    expect(kinds(await plugin.call("diffConfig", request))).toEqual({
      kinds: { backend: "UPDATE", region: "DELETE", profile: "ADD" },
      replaces: [],
      deletesFirst: false,
    });
  });
});

describe("invoke", () => {
  async function invoke(token: string, args: object) {
    const request = new messages.InvokeRequest();
    request.setTok(token);
    request.setArgs(encode(args));
    return plugin.call("invoke", request);
  }

  it("finds pairs, and keeps what was found by a secret", async () => {
    await create({ keyPairName: "there", publicKeyBody: await newLine() });
    const found = await invoke("keypair:index:getKeyPair", { keyPairName: "there" });
    expect(plain(found.getReturn())).toMatchObject({ keyPairName: "there", backend: "local" });
    const all = await invoke("keypair:index:getKeyPairs", { nameRegex: secret("^th") });
    expect(plain(all.getReturn())["keyPairNames"]).toEqual(secret(["there"]));
  });

  it("answers what is not there, and what is wrong with an argument", async () => {
    await expect(invoke("keypair:index:getNothing", {})).rejects.toMatchObject({
      code: 3,
      details: expect.stringMatching(
        /^there is no function keypair:index:getNothing; this provider has keypair:index:getKeyPair, /,
      ),
    });
    await expect(invoke("keypair:index:getKeyPair", { keyPairName: "no" })).rejects.toMatchObject({
      code: 5,
    });
    const missing = await invoke("keypair:index:getKeyPair", {});
    expect(missing.getFailuresList().map((one) => one.toObject())).toEqual([
      { property: "keyPairName", reason: "keyPairName: is missing." },
    ]);
    const failed = await invoke("keypair:index:getKeyPairs", { nameRegex: "(" });
    expect(failed.getFailuresList().map((one) => one.getProperty())).toEqual(["nameRegex"]);
  });
});

describe("list", () => {
  const KEY_PAIR = "keypair:index:KeyPair";
  function request(
    token: string,
    query: object = {},
    limits: { limit?: number; pageSize?: number; after?: string } = {},
  ) {
    const request = new messages.ListRequest();
    request.setToken(token);
    request.setQuery(encode(query));
    request.setLimit(limits.limit ?? 0);
    request.setPageSize(limits.pageSize ?? 0);
    return request.setContinuationToken(limits.after ?? "");
  }
  const found = async (...args: Parameters<typeof request>) =>
    (await plugin.list(request(...args))).map(({ result, continuation, computed }) =>
      computed ? "computed" : (result?.id ?? { next: continuation?.continuationToken }),
    );
  beforeEach(async () => {
    for (const name of ["web-b", "web-a", "db-a"])
      await create({ keyPairName: name, publicKeyBody: await newLine(), tags: { part: name.slice(-1) } });
  });

  it("names the pairs that match, by the ids that an import takes", async () => {
    expect(await found(KEY_PAIR)).toEqual(["db-a", "web-a", "web-b"]);
    expect(await found(KEY_PAIR, { nameRegex: "^web" })).toEqual(["web-a", "web-b"]);
    expect(await found(KEY_PAIR, { tags: { part: "a" } })).toEqual(["db-a", "web-a"]);
    expect(await found(KEY_PAIR, { nameRegex: UNKNOWN })).toEqual(["computed"]);
  });

  it("goes by pages, up to the limit", async () => {
    const [one, two, token] = await found(KEY_PAIR, {}, { pageSize: 2 });
    expect([one, two]).toEqual(["db-a", "web-a"]);
    const after = (token as { next: string }).next;
    expect(await found(KEY_PAIR, {}, { pageSize: 2, after })).toEqual(["web-b"]);
    expect(await found(KEY_PAIR, {}, { pageSize: 3 })).toHaveLength(3);
    expect(await found(KEY_PAIR, {}, { limit: 1 })).toEqual(["db-a"]);
    expect(await found(KEY_PAIR, {}, { limit: 2, pageSize: 2, after })).toEqual([]);
    expect(await found(KEY_PAIR, {}, { limit: 3, pageSize: 2, after })).toEqual(["web-b"]);
  });

  it("names the pairs that are attached to instances", async () => {
    const request = new messages.CreateRequest();
    request.setUrn("urn:pulumi:dev::test::keypair:index:KeyPairAttachment::web");
    request.setProperties(encode({ keyPairName: "web-a", instanceIds: ["i-1"] }));
    await plugin.call("create", request);
    expect(await found("keypair:index:KeyPairAttachment")).toEqual(["web-a"]);
  });

  it("fails as other methods do", async () => {
    await expect(found("keypair:index:Nothing")).rejects.toMatchObject({ code: 3 });
    await expect(found(KEY_PAIR, { nameRegex: "(" })).rejects.toMatchObject({
      code: 3,
      details: expect.stringContaining("is no regular expression"),
    });
  });
});

describe("the rest of the protocol", () => {
  it("has no mapping of another provider, and says that it knows autonaming", async () => {
    expect((await plugin.call("getMapping", new messages.GetMappingRequest())).toObject()).toEqual({
      provider: "",
      data: "",
    });
    const handshake = await plugin.call("handshake", new messages.ProviderHandshakeRequest());
    expect(handshake.toObject()).toMatchObject({
      acceptSecrets: true,
      supportsAutonamingConfiguration: true,
    });
  });

  it("answers what it is", async () => {
    const { version } = require("../../../../package.json");
    expect((await plugin.call("getPluginInfo", new Empty())).toObject()).toEqual({ version });
    const schema = await plugin.call("getSchema", new messages.GetSchemaRequest());
    expect(schema.getSchema()).toBe(readFileSync(join(__dirname, "../../../../schema.json"), "utf8"));
    const newer = new messages.GetSchemaRequest();
    newer.setVersion(1);
    await expect(plugin.call("getSchema", newer)).rejects.toMatchObject({ code: 3 });
  });

  it("refuses types and methods that there are not", async () => {
    const urn = "urn:pulumi:dev::test::keypair:index:Nothing::x";
    await expect(check({}, "", urn)).rejects.toMatchObject({
      code: 3,
      details: expect.stringMatching(
        /^there is no resource type keypair:index:Nothing; this provider has keypair:index:KeyPair, /,
      ),
    });
    await expect(plugin.call("construct", new messages.ConstructRequest())).rejects.toMatchObject({
      code: 12,
    });
  });

  it("started by hand, serves a run that configures it after one that ended, and remembers nothing of it", async () => {
    const key = { publicKeyBody: await newLine() };
    const pair = { keyPairName: "again", ...key };
    expect((await create(pair)).id).toBe("again");
    await plugin.call("cancel", new Empty());
    await plugin.configure();
    // The new run finds the pair of the old one, and may take it over: it is no other resource's of this run.
    await expect(create(pair)).rejects.toMatchObject({
      details: expect.stringContaining("is there already"),
    });
    expect((await create({ ...pair, onExisting: "adopt" })).id).toBe("again");
  });

  it("may be cancelled twice; what comes after is refused", async () => {
    await plugin.call("cancel", new Empty());
    await plugin.call("cancel", new Empty());
    await expect(create({ keyPairName: "late", publicKeyBody: await newLine() })).rejects.toMatchObject({
      code: 1,
    });
  });
});
