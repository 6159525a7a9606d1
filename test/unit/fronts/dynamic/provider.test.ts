import { mkdirSync as mkdirAt } from "node:fs";
import { inspect } from "node:util";
import type { dynamic } from "@pulumi/pulumi";
import { beforeEach, describe, expect, test } from "vitest";
import type { BackendCatalog } from "../../../../provider/core/backend";
import { keyPairResource } from "../../../../provider/core/keyPair";
import type { KeyPairState } from "../../../../provider/core/model";
import { RunMemory } from "../../../../provider/core/resource/runMemory";
import { initializationFailure, plainError } from "../../../../provider/fronts/dynamic/failure";
import { dynamicProvider } from "../../../../provider/fronts/dynamic/provider";
import { KEY_PAIR_PROVIDER } from "../../../../provider/fronts/dynamic/stub";
import { EngineLog } from "../../../../provider/fronts/shared/engineLog";
import { testFolder, URN } from "../../core/support/context";
import { catalogOf, FakeBackend, fails } from "../../core/support/fakeBackend";
import { ed25519Key, rsaKey, tracesOf } from "../../core/support/keys";
import { createdState, importedState } from "../../core/support/states";

const MARKER = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const key = ed25519Key("imported").publicKey;
const { privateKey } = rsaKey("made by the cloud");
/** What the SDK passes along. */
const hidden = { __logicalName: "web", __urn: URN, __provider: KEY_PAIR_PROVIDER };
const secret = (value: unknown) => ({
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  value,
});

type Provider = Required<dynamic.ResourceProvider>;

let backend: FakeBackend;
let catalog: BackendCatalog & { opened: object[] };
let provider: Provider;

beforeEach(() => {
  backend = new FakeBackend();
  catalog = catalogOf(backend);
  provider = configured({ "keypair:backend": "local" });
});

function configured(config: Record<string, string>): Provider {
  const made = dynamicProvider(keyPairResource, {
    catalog,
    run: new RunMemory(),
    reporter: new EngineLog(() => undefined),
  });
  // As the engine does it: without waiting for the promise (see "configure").
  void made.configure?.({ config: configOf(config) });
  return made as Provider;
}

function configOf(config: Record<string, string>): dynamic.Config {
  return {
    get: (name) => config[name],
    require: () => {
      throw new Error("is not used");
    },
  };
}

async function failureOf(
  action: Promise<unknown>,
): Promise<Error & { id?: string; properties?: object; reasons?: string[] }> {
  try {
    await action;
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error("this did not fail with an error");
}

describe("configure", () => {
  test("holds for the call that comes before it has ended", async () => {
    const made = dynamicProvider(keyPairResource, {
      catalog,
      run: new RunMemory(),
      reporter: new EngineLog(() => undefined),
    });
    const configuring = made.configure?.({
      config: configOf({ "keypair:backend": "alibaba", "keypair:region": "cn-hangzhou" }),
    });
    const creating = made.create({ ...hidden, keyPairName: "web", publicKeyBody: key });
    await Promise.all([configuring, creating]);
    expect(catalog.opened).toEqual([{ backend: "alibaba", region: "cn-hangzhou" }]);
  });

  test("that cannot be used is reported by each call, without a stack", async () => {
    const wrong = configured({ "keypair:backend": "aws" });
    const reason =
      'keypair:backend must be one of "alibaba", "local", "openstack". Set it with `pulumi config set`.';
    const checked = await wrong.check({}, { ...hidden });
    expect(checked.failures).toEqual([{ property: "", reason }]);
    for (const call of [
      wrong.create({ ...hidden, keyPairName: "web" }),
      wrong.read("web", { ...hidden }),
      wrong.update("web", importedState(), { ...hidden }),
      wrong.delete("web", importedState()),
      wrong.diff("web", importedState(), { ...hidden }),
    ]) {
      const failure = await failureOf(call);
      expect(failure.message).toBe(reason);
      expect(failure.stack).toBe("");
    }
  });
});

describe("check", () => {
  test("fills in the arguments, and keeps what is the front's own", async () => {
    const { inputs, failures } = await provider.check({}, { ...hidden });
    expect(inputs).toEqual({
      ...hidden,
      keyPairName: expect.stringMatching(/^web-[0-9a-f]{7}$/),
      __automaticName: true,
    });
    expect(failures).toEqual([]);
  });

  test("names after the resource, whatever is in its name", async () => {
    const { inputs } = await provider.check({}, { ...hidden, __logicalName: "a::b" });
    expect(inputs.keyPairName).toMatch(/^a::b-[0-9a-f]{7}$/);
  });

  test("names after the resource's name, and not after a URN", async () => {
    const news = { ...hidden, __logicalName: "k", __urn: "urn:pulumi:dev::p::my:C$t::other" };
    expect((await provider.check({}, news)).inputs.keyPairName).toMatch(/^k-[0-9a-f]{7}$/);
  });

  test("adds what the SDK found wrong to what it finds itself, and keeps nothing of it", async () => {
    const reason = "is given, but has no value.";
    const __problems = [MARKER, [{ property: "publicKeyBody", reason }], [MARKER], []];
    const news = { ...hidden, keyPairName: "web", tagChanges: "x", __problems };
    const { inputs, failures } = await provider.check({}, news);
    expect(failures).toEqual([
      { property: "", reason: `publicKeyBody: ${reason}` },
      { property: "", reason: expect.stringMatching(/^tagChanges: /) },
    ]);
    expect(inputs).toEqual({ ...hidden, keyPairName: "web", tagChanges: "x" });
    const preview = await provider.check({}, { ...news, __preview: true });
    expect(preview.inputs.__failures).toHaveLength(2);
    expect(preview.inputs).not.toHaveProperty("__problems");
  });

  test("knows the inputs of before", async () => {
    const olds = { ...hidden, keyPairName: "web-1234567", __automaticName: true };
    expect((await provider.check(olds, { ...hidden })).inputs).toEqual(olds);
  });

  test("passes on what is not known yet, as the engine says it", async () => {
    const news = { ...hidden, keyPairName: "web", publicKeyBody: MARKER, tags: { a: MARKER } };
    expect(await provider.check({}, news)).toEqual({ inputs: news, failures: [] });
  });

  test("in an update reports at the resource: at a property the engine would print the value", async () => {
    const news = { ...hidden, keyPairName: "1web", tagChanges: "x" };
    const { failures } = await provider.check({}, news);
    expect(failures).toEqual([
      { property: "", reason: 'tagChanges: must be one of "replace", "update".' },
      { property: "", reason: expect.stringMatching(/^keyPairName: it does not start with a letter/) },
    ]);
  });

  test("in a preview leaves the report to the SDK, so that all resources are reported", async () => {
    const news = { ...hidden, __preview: true, keyPairName: "web", tagChanges: "x" };
    const { inputs, failures } = await provider.check({}, news);
    expect(failures).toEqual([]);
    expect(inputs).toEqual({
      ...hidden,
      keyPairName: "web",
      tagChanges: "x",
      __failures: [{ property: "tagChanges", reason: 'must be one of "replace", "update".' }],
    });
    // The engine goes on with these: the diff has nothing to say of them.
    expect(await provider.diff("web", importedState(), inputs)).toEqual({ changes: true });
  });

  test("reports what the SDK found together with its own findings", async () => {
    const __problems = [{ property: "tags", reason: "cannot be a function." }];
    const { failures } = await provider.check({}, { ...hidden, __problems, tagChanges: "x" });
    expect(failures?.map(({ reason }) => reason)).toEqual([
      "tags: cannot be a function.",
      'tagChanges: must be one of "replace", "update".',
    ]);
  });

  test("in a preview tells what is known of the outputs: the engine takes the inputs for them", async () => {
    const news = { ...hidden, __preview: true, keyPairName: "web", publicKeyBody: key };
    const { inputs } = await provider.check({}, news);
    const { publicKey, keyType, keyBits, fingerprintMd5, fingerprintSha256 } = importedState();
    expect(inputs).toEqual({
      ...hidden,
      keyPairName: "web",
      publicKeyBody: key,
      publicKey,
      keyType,
      keyBits,
      fingerprintMd5,
      fingerprintSha256,
      backend: "local",
    });
  });

  test("in an update stores nothing but arguments", async () => {
    const { inputs } = await provider.check({}, { ...hidden, keyPairName: "web", publicKeyBody: key });
    expect(inputs).toEqual({ ...hidden, keyPairName: "web", publicKeyBody: key });
  });

  test("what follows from a secret argument is a secret", async () => {
    const passed = { ...hidden, __secrets: ["publicKeyBody", "keyPairNamePrefix"] };
    const { inputs } = await provider.check({}, { ...passed, keyPairNamePrefix: "p", publicKeyBody: key });
    expect(inputs).toMatchObject({ keyPairName: secret(expect.any(String)), publicKeyBody: secret(key) });
    const { outs } = await provider.create({ ...passed, keyPairName: "p-1234567", publicKeyBody: key });
    expect(outs).toMatchObject({
      keyPairName: secret("p-1234567"),
      publicKey: secret(key),
      fingerprintSha256: secret(importedState().fingerprintSha256),
    });
    expect(outs).toMatchObject({ backend: "local" });
  });

  test.each([true, undefined])(
    "shows no secret argument in what it finds (preview: %s)",
    async (__preview) => {
      const passed = { ...hidden, __secrets: ["resourceGroupId"], __preview };
      const found = await provider.check({}, { ...passed, resourceGroupId: "my-internal-group" });
      const [failure] = __preview ? found.inputs.__failures : (found.failures ?? []);
      expect(failure.reason).toContain('"[secret]" is not the id of a resource group.');
    },
  );

  test.each([true, undefined])("gives no private key back (preview: %s)", async (preview) => {
    for (const place of [{ publicKeyBody: privateKey }, { tags: { a: privateKey } }, { [privateKey]: "x" }]) {
      const told = inspect(await provider.check({}, { ...hidden, __preview: preview, ...place }), {
        depth: null,
      });
      for (const trace of tracesOf(privateKey)) expect(told).not.toContain(trace);
    }
  });
});

describe("diff", () => {
  const olds = { ...importedState(), ...hidden };
  const news = { ...hidden, keyPairName: "web", publicKeyBody: key };

  test("says nothing of what is the front's own", async () => {
    expect(await provider.diff("web", olds, { ...news, __urn: `${URN}-moved` })).toEqual({
      changes: false,
      replaces: [],
      // Should the engine replace it for a reason of its own.
      deleteBeforeReplace: true,
    });
  });

  test("gives what the plugin made the line without which Pulumi could not delete it", async () => {
    expect(await provider.diff("web", importedState(), news)).toMatchObject({ changes: true, replaces: [] });
  });

  test("names what replaces, and what goes first", async () => {
    expect(await provider.diff("web", olds, { ...news, tags: { a: "1" }, onExisting: "adopt" })).toEqual({
      changes: true,
      replaces: ["tags"],
      deleteBeforeReplace: true,
    });
  });
});

describe("create", () => {
  test("marks the private key as a secret, and keeps what is the front's own", async () => {
    const { id, outs } = await provider.create({ ...hidden, keyPairName: "web" });
    expect(id).toBe("web");
    expect(outs).toMatchObject({ ...hidden, keyPairName: "web", privateKey: secret(privateKey) });
    expect(JSON.parse(JSON.stringify(outs))).toStrictEqual(outs);
    expect(Object.values(outs ?? {})).not.toContain(undefined);
  });

  test("that fails after the call keeps the id and all outputs, so that destroy works too", async () => {
    const privateKeyFile = `${testFolder()}/web.pem`;
    backend.script("createKeyPair", (effect) => {
      const made = effect();
      mkdirAt(privateKeyFile);
      return made;
    });
    const failure = await failureOf(provider.create({ ...hidden, keyPairName: "web", privateKeyFile }));
    expect(failure).toMatchObject({
      id: "web",
      properties: { ...hidden, keyPairName: "web", privateKey: secret(privateKey) },
      reasons: [failure.message],
    });
    expect(failure.message).toContain("its private key is kept in the stack's state");
    expect([failure.stack, failure.name]).toEqual(["", "keypair"]);
    expect(failure.message + failure.reasons).not.toContain("PRIVATE KEY");
  });

  test("that fails has no stack and no cause", async () => {
    backend.script(
      "importKeyPair",
      fails("QuotaExceeded", { cause: new Error(privateKey), next: privateKey }),
    );
    const failure = await failureOf(provider.create({ ...hidden, keyPairName: "web", publicKeyBody: key }));
    expect(failure.message).toMatch(/^key pair "web": the cloud answered QuotaExceeded\. /);
    expect(failure).not.toHaveProperty("cause");
    expect(failure).not.toHaveProperty("id");
    for (const trace of tracesOf(privateKey)) expect(inspect(failure)).not.toContain(trace);
  });
});

describe("read", () => {
  test("gives all outputs, and what is the front's own", async () => {
    backend.put("web", createdState().publicKey);
    const { id, props, inputs } = await provider.read("web", { ...createdState(), ...hidden });
    expect(id).toBe("web");
    expect(inputs).toEqual({ ...hidden, keyPairName: "web" });
    expect(props).toEqual({
      ...createdState(),
      ...hidden,
      privateKey: secret(privateKey),
    });
  });

  test("of what is gone gives no id", async () => {
    expect(await provider.read("web", { ...importedState(), ...hidden })).toEqual({});
  });

  test.each([{}, { connection: { region: "there" } }])(
    "of what was never there is an error",
    async (where) => {
      expect((await failureOf(provider.read("web", { ...hidden, ...where }))).message).toBe(
        'there is no "web" where the configuration points to. Check the name, the backend, the region and the account. More: https://github.com/pulumi-keypair/pulumi-keypair/blob/main/docs/errors.md#notfound',
      );
    },
  );

  test("of what only the name is known of", async () => {
    backend.put("web", key);
    const { id, props } = await provider.read("web", { ...hidden });
    expect([id, props]).toEqual(["web", expect.objectContaining({ ...hidden, publicKey: key })]);
  });
});

describe("update", () => {
  test("gives all outputs", async () => {
    backend.put("web", key);
    const news = { ...hidden, keyPairName: "web", publicKeyBody: key, tags: { a: "1" } };
    const { outs } = await provider.update("web", { ...importedState(), ...hidden }, news);
    expect(outs).toEqual({
      ...importedState({ tags: { a: "1" } }),
      ...hidden,
    });
  });

  test("that fails half-way keeps what was reached", async () => {
    backend.put("web", createdState().publicKey).tags = {};
    backend.script("moveToResourceGroup", fails("Refused"));
    const news = { ...hidden, keyPairName: "web", tags: { a: "1" }, resourceGroupId: "rg-1" };
    const failure = await failureOf(provider.update("web", { ...createdState(), ...hidden }, news));
    expect(failure).toMatchObject({
      id: "web",
      properties: { ...hidden, tags: { a: "1" }, privateKey: secret(privateKey) },
    });
    expect(failure.properties).not.toHaveProperty("resourceGroupId");
  });
});

test("delete", async () => {
  backend.put("web", key);
  await provider.delete("web", { ...importedState(), ...hidden });
  expect(backend.pairs.size).toBe(0);
});

test("the state of an older SDK, that passes nothing along, is served too", async () => {
  const { inputs } = await provider.check({}, { __provider: KEY_PAIR_PROVIDER });
  expect(inputs.keyPairName).toMatch(/^keypair-[0-9a-f]{7}$/);
  const { id, outs } = await provider.create(inputs);
  const { props } = await provider.read(id, plain(outs));
  // In a later run.
  await configured({ "keypair:backend": "local" }).delete(id, plain(props));
  expect(backend.pairs.size).toBe(0);
});

/** As the engine gives outputs back: secrets in clear text. */
function plain(outs: object | undefined): KeyPairState {
  const entries = Object.entries(outs ?? {}).map(([name, value]) => [name, value?.value ?? value]);
  return Object.fromEntries(entries);
}

describe("errors for the engine", () => {
  test("are a text and nothing else", () => {
    const plainOne = plainError(
      Object.assign(new Error("no", { cause: "c" }), { request: { password: "p" } }),
    );
    expect(Object.getOwnPropertyNames(plainOne).sort()).toEqual(["message", "name", "stack"]);
    expect(`${plainOne}: ${plainOne.stack}`).toBe("keypair: no: ");
    expect(plainError("a text").message).toBe("a text");
    expect(plainError(undefined).message).toBe("undefined");
  });

  test("hold no private key", () => {
    const failure = initializationFailure(
      "web",
      { privateKey: secret(privateKey) },
      Object.assign(new Error(`wrote ${privateKey}`)) as never,
    ) as Error & { reasons: string[] };
    expect(failure.message).toBe("wrote [private key removed]\n");
    expect(failure.reasons).toEqual([failure.message]);
  });
});
