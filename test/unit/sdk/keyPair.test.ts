import * as pulumi from "@pulumi/pulumi";
import { beforeEach, describe, expect, expectTypeOf, test, vi } from "vitest";
import { ATTACHMENT_PROPERTIES } from "../../../provider/core/attachment/properties";
import { KEY_PAIR_PROPERTIES } from "../../../provider/core/keyPair/properties";
import { ATTACHMENT_PROVIDER, KEY_PAIR_PROVIDER } from "../../../provider/fronts/dynamic/stub";
import {
  type Connection,
  type GetKeyPairArgs,
  type KeyGeneration,
  KeyPair,
  type KeyPairArgs,
  KeyPairAttachment,
  type KeyPairAttachmentArgs,
  type LookupInputs,
  type OnExisting,
  type TagChanges,
  type Tags,
} from "../../../sdk";
import { inputsForFront, reportFailures } from "../../../sdk/inputs";
import type { KeyPair as PluginKeyPair } from "../../../sdk/plugin";

interface Registered {
  type: string;
  name: string;
  id: string | undefined;
  inputs: Record<string, unknown>;
  provider: string | undefined;
  secretOutputs: string[];
  urn: string;
}

/** What the programs registered. The engine is a mock here; the engine tests have the real one. */
let registered: Registered[];

async function program(preview = false): Promise<void> {
  registered = [];
  await pulumi.runtime.setMocks(
    {
      newResource({ type, name, id, inputs, provider }) {
        registered.push({ type, name, id: id || undefined, inputs, provider, secretOutputs: [], urn: "" });
        return {
          id: id || `${name}-id`,
          state: { ...inputs, fingerprint: "f", keyBits: 256, backend: "local" },
        };
      },
      call: () => ({}),
    },
    "project",
    "stack",
    preview,
  );
  // The mocks do not tell which outputs are secrets, nor the URN that the engine gives.
  const monitor = pulumi.runtime.getMonitor() as unknown as Monitor;
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, callback) =>
    register(request, (error, reply) => {
      const of = registered.find(
        ({ name, type }) => name === request.getName() && type === request.getType(),
      );
      if (of)
        Object.assign(of, { secretOutputs: request.getAdditionalsecretoutputsList(), urn: reply?.getUrn() });
      callback(error, reply);
    });
}

interface Monitor {
  registerResource(
    request: RegisterRequest,
    callback: (error: unknown, reply?: { getUrn(): string }) => void,
  ): unknown;
}
interface RegisterRequest {
  getName(): string;
  getType(): string;
  getAdditionalsecretoutputsList(): string[];
}

class Component extends pulumi.ComponentResource {
  constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
    super("my:index:Component", name, {}, opts);
  }
}

class Provider extends pulumi.ProviderResource {}

const known = <T>(output: pulumi.Output<T>) => new Promise<T>((resolve) => output.apply(resolve));

beforeEach(() => program());

describe("what the engine gets of a KeyPair", () => {
  test("the arguments, the stored line, the URN; the private key is a secret", async () => {
    const args = {
      publicKeyBody: pulumi.output("ssh-ed25519 AAAA"),
      tags: { team: pulumi.output("ops"), none: undefined },
      connection: { region: Promise.resolve("here") },
      savePrivateKey: undefined,
    };
    await known(new KeyPair("web", args).urn);
    expect(registered).toEqual([
      {
        type: "pulumi-nodejs:dynamic/keypair:KeyPair",
        name: "web",
        id: undefined,
        inputs: {
          publicKeyBody: "ssh-ed25519 AAAA",
          tags: { team: "ops" },
          connection: { region: "here" },
          __logicalName: "web",
          // Whether the output has a value is known when it is.
          __problems: [[]],
          __urn: "urn:pulumi:stack::project::pulumi-nodejs:dynamic/keypair:KeyPair::web",
          __provider: KEY_PAIR_PROVIDER,
        },
        provider: "",
        secretOutputs: ["privateKey"],
        urn: "urn:pulumi:stack::project::pulumi-nodejs:dynamic/keypair:KeyPair::web",
      },
    ]);
  });

  test("nothing at all is enough", async () => {
    await known(new KeyPair("web").urn);
    expect(Object.keys(registered[0]?.inputs ?? {}).sort()).toEqual(["__logicalName", "__provider", "__urn"]);
  });

  test.each([{}, { publicKeyBody: "ssh-ed25519 AAAA" }, { publicKeyFile: "web.pub" }])(
    "the private key is a secret, whatever the arguments: %o",
    async (args) => {
      await known(new KeyPair("web", args).urn);
      expect(registered[0]?.secretOutputs).toEqual(["privateKey"]);
    },
  );

  test("the program's own secret outputs come on top", async () => {
    await known(new KeyPair("web", {}, { additionalSecretOutputs: ["publicKey"] }).urn);
    expect(registered[0]?.secretOutputs.sort()).toEqual(["privateKey", "publicKey"]);
  });

  test("a parent's name may hold what separates the parts of a URN", async () => {
    const inner = new Component("eu::web", { parent: new Component("::") });
    await known(new KeyPair("k", {}, { parent: inner }).urn);
    expect(registered.find(({ name }) => name === "k")?.inputs).toMatchObject({
      __logicalName: "k",
      __urn:
        "urn:pulumi:stack::project::my:index:Component$my:index:Component$pulumi-nodejs:dynamic/keypair:KeyPair::k",
    });
  });

  test("the stack as a parent adds no type to the URN", async () => {
    const stack = new pulumi.ComponentResource("pulumi:pulumi:Stack", "project-stack");
    await known(new KeyPair("k", {}, { parent: stack }).urn);
    expect(registered.find(({ name }) => name === "k")?.inputs["__urn"]).toBe(
      "urn:pulumi:stack::project::pulumi-nodejs:dynamic/keypair:KeyPair::k",
    );
  });

  test("the URN under parents, of whatever kind, is the engine's", async () => {
    const outer = new Component("outer");
    const inner = new Component("inner", { parent: outer });
    const pair = new KeyPair("deep::er", {}, { parent: inner });
    // The mock engine gives another one: https://www.pulumi.com/docs/iac/concepts/resources/names/#urns has the rule.
    await known(pair.urn);
    expect(registered.find(({ name }) => name === "deep::er")?.inputs["__urn"]).toBe(
      "urn:pulumi:stack::project::my:index:Component$my:index:Component$pulumi-nodejs:dynamic/keypair:KeyPair::deep::er",
    );
  });

  test("the URN under a parent that cannot be registered fails, so that the program ends", async () => {
    // Real outputs leave rejections behind that nobody handles.
    const urn = { apply: () => ({ promise: () => Promise.reject(new Error("not registered")) }) };
    const parent = { urn } as unknown as pulumi.Resource;
    const { __urn } = inputsForFront("k", KeyPair.resourceType, parent, {}, []);
    await expect(__urn).rejects.toThrow("not registered");
  });

  test("only a preview says that it is one: the state has no trace of it", async () => {
    await known(new KeyPair("web").urn);
    expect(registered[0]?.inputs).not.toHaveProperty("__preview");
    await program(true);
    const pair = new KeyPair("web");
    await vi.waitFor(() => expect(registered).toHaveLength(1));
    expect(registered[0]?.inputs).toMatchObject({ __preview: true });
    expect(pulumi.Output.isInstance(pair.privateKey)).toBe(true);
  });

  test("a pair to be read is named by its name in the cloud", async () => {
    const pair = KeyPair.get("existing", "deploy", { protect: false });
    expect(await known(pair.id)).toBe("deploy");
    expect(registered[0]).toMatchObject({
      name: "existing",
      id: "deploy",
      inputs: { __provider: KEY_PAIR_PROVIDER },
    });
    expect(registered[0]?.inputs).not.toHaveProperty("connection");
  });

  test("a pair to be read may be elsewhere", async () => {
    const connection = { region: pulumi.output("there") };
    await known(KeyPair.get("existing", "deploy", { connection, protect: false }).urn);
    expect(registered[0]).toMatchObject({ id: "deploy", inputs: { connection: { region: "there" } } });
  });
});

test("what the engine gets of a KeyPairAttachment", async () => {
  const pair = new KeyPair("web");
  const attachment = new KeyPairAttachment("web", {
    keyPairName: pulumi.output("deploy"),
    instanceIds: [pulumi.output("i-1"), "i-2"],
  });
  await Promise.all([known(pair.urn), known(attachment.urn)]);
  expect(registered[1]).toMatchObject({
    type: "pulumi-nodejs:dynamic/keypair:KeyPairAttachment",
    inputs: {
      keyPairName: "deploy",
      instanceIds: ["i-1", "i-2"],
      __urn: "urn:pulumi:stack::project::pulumi-nodejs:dynamic/keypair:KeyPairAttachment::web",
      __provider: ATTACHMENT_PROVIDER,
    },
  });
});

/** What the class computes from other outputs, so that no state holds it. */
const COMPUTED = ["privateKeyOpenssh", "privateKeyPem"];

test("each property of the table is an output of the class, given or not", async () => {
  const pair = new KeyPair("web");
  const attachment = new KeyPairAttachment("web", { keyPairName: "web", instanceIds: ["i-1"] });
  for (const [resource, table] of [
    [pair, KEY_PAIR_PROPERTIES],
    [attachment, ATTACHMENT_PROPERTIES],
  ] as const) {
    const outputs = Object.entries(resource).filter(([, value]) => pulumi.Output.isInstance(value));
    const stored = Object.keys(table).filter((name) => !COMPUTED.includes(name));
    expect(outputs.map(([name]) => name)).toEqual(expect.arrayContaining(stored));
    expect(outputs.map(([name]) => name)).not.toEqual(expect.arrayContaining(COMPUTED));
  }
  expect(await known(pair.fingerprint)).toBe("f");
});

test("an error of the program's own callback says where in the program it is", () => {
  const limit = Error.stackTraceLimit;
  function addTags(): undefined {
    throw new Error("no tags");
  }
  let stack = "";
  try {
    new KeyPair("web", {}, { transformations: [addTags] });
  } catch (error) {
    stack = String(error instanceof Error && error.stack);
  }
  expect(stack).toMatch(/no tags[\s\S]*at addTags .*keyPair\.test\.ts/);
  expect(Error.stackTraceLimit).toBe(limit);
});

test("isInstance knows its own", () => {
  const pair = new KeyPair("web");
  expect(KeyPair.isInstance(pair)).toBe(true);
  expect(KeyPair.isInstance(new KeyPairAttachment("web", { keyPairName: "web", instanceIds: ["i-1"] }))).toBe(
    false,
  );
  expect(KeyPair.isInstance({ __pulumiType: KeyPair.resourceType })).toBe(false);
  expect(KeyPair.isInstance(undefined)).toBe(false);
});

describe("mistakes that the provider could not see", () => {
  const mistaken = () => registered.find(({ name }) => name === "mistaken");

  /** What the provider's check gets of the arguments' and options' problems, in the order in which they were given. */
  async function problemsOf(args: object, opts: pulumi.CustomResourceOptions = {}): Promise<string[]> {
    await known(new KeyPair("mistaken", args, opts).urn);
    const told = (mistaken()?.inputs["__problems"] ?? []) as { property: string; reason: string }[][];
    return told.flat().map(({ property, reason }) => `${property}: ${reason}`);
  }
  const NO_VALUE =
    "is given, but has no value: does it come from an environment variable that is not set? Leave it out to create a key pair.";
  const FUNCTION = "must not be a function. Call it, and give what it returns.";

  test.each(["publicKeyBody", "publicKeyFile"])("%s without a value", async (name) => {
    expect(await problemsOf({ [name]: undefined })).toEqual([`${name}: ${NO_VALUE}`]);
  });

  test.each([null, pulumi.output(undefined), Promise.resolve(undefined), pulumi.secret(null)])(
    "a key that turns out to have no value (%#)",
    async (publicKeyBody) => {
      expect(await problemsOf({ publicKeyBody })).toEqual([`publicKeyBody: ${NO_VALUE}`]);
    },
  );

  test("a function in the place of a value, at any depth", async () => {
    const args = {
      publicKeyBody: () => "ssh-ed25519 AAAA",
      tags: { a: "b", c: () => "d" },
      keyPairName: pulumi.output({ name: String }),
    };
    expect(await problemsOf(args)).toEqual([
      `publicKeyBody: ${FUNCTION}`,
      `tags: ${FUNCTION}`,
      `keyPairName: ${FUNCTION}`,
    ]);
  });

  test("an output in the place of an argument, whose value goes nowhere", async () => {
    const args = { publicKey: "ssh-ed25519 AAAA", region: "here", privateKey: "a secret" };
    expect(await problemsOf(args)).toEqual([
      "publicKey: there is no such argument: it is an output. Did you mean publicKeyBody?",
      "region: there is no such argument: it is an output. Did you mean connection.region?",
      "privateKey: there is no such argument: it is an output.",
    ]);
    for (const name of Object.keys(args)) expect(mistaken()?.inputs).not.toHaveProperty(name);
  });

  test("the options of an import and of another provider, which are not passed on", async () => {
    const provider = new Provider("aws", "mine");
    await known(provider.urn);
    await program();
    expect(await problemsOf({}, { import: "deploy", provider })).toEqual([
      'import: this option needs the plugin (README, "The plugin"). To take over a pair that is there already, give its keyPairName and its public key, with onExisting: "adopt".',
      'provider: this option needs the plugin (README, "The plugin"). Without the plugin, the settings come from the stack\'s configuration (keypair:backend…) and from connection.',
    ]);
    expect(mistaken()).toMatchObject({ id: undefined, provider: "" });
  });

  test("are none: nothing is passed along", async () => {
    const provider = new Provider("pulumi-nodejs", "mine");
    await known(provider.urn);
    await program();
    const args = {
      publicKeyBody: "ssh-ed25519 AAAA",
      tags: { a: pulumi.output("b") },
      tagChanges: undefined,
    };
    expect(await problemsOf(args, { provider })).toEqual([]);
    expect(mistaken()?.inputs).not.toHaveProperty("__problems");
    expect(mistaken()?.provider).toContain("mine");
  });

  test("of an attachment are found too", async () => {
    const args = { keyPairName: "web", instanceIds: ["i-1"], region: "here" };
    // @ts-expect-error: it is an output.
    await known(new KeyPairAttachment("mistaken", args, { import: "web" }).urn);
    const told = mistaken()?.inputs["__problems"] as { property: string }[][];
    expect(told.flat().map(({ property }) => property)).toEqual(["import", "region"]);
  });

  test("of a pair that is only read end the program: nobody checks it", () => {
    const provider = new Provider("aws", "mine");
    expect(() => KeyPair.get("web", "deploy", { provider })).toThrow(
      /^key pair resource 'web': provider: this option needs the plugin/,
    );
  });

  test("time-outs have no effect, and the resource says so", async () => {
    const warn = vi.spyOn(pulumi.log, "warn").mockResolvedValue();
    const pair = new KeyPair("web", {}, { customTimeouts: { create: "1m" } });
    await known(pair.urn);
    expect(warn.mock.calls).toEqual([
      [expect.stringMatching(/^customTimeouts has no effect .*keypair:timeoutSeconds/), pair],
    ]);
    new KeyPair("other");
    expect(warn).toHaveBeenCalledTimes(1);
    warn.mockRestore();
  });
});

describe("problems that a preview found", () => {
  const failures = [
    { property: "tags", reason: "too many." },
    { property: "", reason: "no backend." },
  ];

  /** A resource of which the engine has just told this; `apply` runs at once, and throws to the test. */
  function resourceWith(told: typeof failures | undefined) {
    const resource = new KeyPair("web");
    const __failures = { apply: (run: (value: typeof told) => void) => run(told) };
    return Object.assign(resource, { __name: "web", __failures: __failures as never });
  }

  const report = (told: typeof failures | undefined) => reportFailures(resourceWith(told));

  test("are shown each on the resource, and then the program fails without a stack", async () => {
    await program(true);
    const error = vi.spyOn(pulumi.log, "error").mockResolvedValue();
    let thrown: unknown;
    try {
      report(failures);
    } catch (failure) {
      thrown = failure;
    }
    expect(error.mock.calls.map(([message]) => message)).toEqual([
      "resource 'web': tags: too many.",
      "resource 'web': no backend.",
    ]);
    expect(error.mock.calls.every(([, resource]) => KeyPair.isInstance(resource))).toBe(true);
    expect(pulumi.RunError.isInstance(thrown)).toBe(true);
    expect(thrown).toMatchObject({
      message: "key pair resource 'web' has 2 problems",
      stack: "key pair resource 'web' has 2 problems",
    });
    expect(() => report(failures.slice(1))).toThrow("key pair resource 'web' has a problem");
    error.mockRestore();
  });

  test("are none: nothing happens", async () => {
    await program(true);
    expect(() => report(undefined)).not.toThrow();
    expect(() => report([])).not.toThrow();
  });

  test("are the provider's to report in an update", () => {
    expect(() => report(failures)).not.toThrow();
  });
});

/** Checked by the type checker, which reads the tests too (`npx tsc`). */
test("the types take what programs have", () => {
  const text = pulumi.output("x");
  const perhaps: string | undefined = undefined;
  const args: KeyPairArgs[] = [
    {},
    { keyPairName: text, publicKeyBody: Promise.resolve("x"), savePrivateKey: pulumi.output(true) },
    { keyPairName: undefined, privateKeyFile: perhaps, tags: undefined, connection: undefined },
    { tags: { a: text, b: Promise.resolve("x"), c: "x", d: undefined } },
    { tags: pulumi.output({ a: "x" }) },
    { connection: { backend: "alibaba", region: text, profile: perhaps } },
    { connection: pulumi.output({ backend: "local" as const }) },
    { keyGeneration: { source: "local", type: pulumi.output("rsa" as const), bits: Promise.resolve(2048) } },
    { onExisting: "adopt", tagChanges: pulumi.output("update" as const) },
  ];
  expect(args).toHaveLength(9);
  // What one resource has is what another one takes.
  const likeAnother = ({ tags, region, backend, connection, keyGeneration, privateKeyFile }: KeyPair) => {
    const similar: KeyPairArgs[] = [
      { tags, connection, keyGeneration, privateKeyFile },
      { connection: { region, backend } },
    ];
    const attached: KeyPairAttachmentArgs = { keyPairName: "x", instanceIds: ["x"], connection: { region } };
    const lookup: LookupInputs<GetKeyPairArgs> = { keyPairName: "x", connection: { region } };
    return [similar, attached, lookup];
  };
  // @ts-expect-error: the name is needed.
  const nameless: LookupInputs<GetKeyPairArgs> = { keyPairName: undefined };
  expect([likeAnother, nameless]).toBeDefined();

  // @ts-expect-error: there is no such backend.
  expectTypeOf({ connection: { backend: "aws" } } as const).toExtend<KeyPairArgs>();
  // @ts-expect-error: tags are texts.
  expectTypeOf({ tags: { a: 1 } }).toExtend<KeyPairArgs>();
  // @ts-expect-error: a connection never holds a credential.
  const secret: KeyPairArgs = { connection: { accessKeySecret: "x" } };
  // @ts-expect-error: there is no such argument.
  const typo: KeyPairArgs = { publicKeyBdy: "x" };
  // @ts-expect-error: a key that may be missing would silently become a created pair.
  const missing: KeyPairArgs = { publicKeyBody: process.env["PUBLIC_KEY"] };
  expect([secret, typo, missing]).toBeDefined();
  // Outputs are no arguments, also where the object stands in a variable, which TypeScript takes with further members.
  const outputs = { tags: { a: "x" }, publicKey: "x" };
  // @ts-expect-error: publicKeyBody was meant.
  const fromVariable: KeyPairArgs = outputs;
  // @ts-expect-error: a resource is not the arguments of another one.
  const fromResource = (pair: KeyPair): KeyPairArgs => pair;
  const attached = { keyPairName: "x", instanceIds: ["x"], region: "x" };
  // @ts-expect-error: connection.region was meant.
  const attachment: KeyPairAttachmentArgs = attached;
  expect([fromVariable, fromResource, attachment]).toBeDefined();

  expectTypeOf<KeyPair["privateKey"]>().toEqualTypeOf<pulumi.Output<string | undefined>>();
  expectTypeOf<KeyPair["publicKeyBody"]>().toEqualTypeOf<pulumi.Output<string | undefined>>();
  expectTypeOf<KeyPair["connection"]>().toEqualTypeOf<pulumi.Output<Connection | undefined>>();
  expectTypeOf<KeyPair["keyPairName"]>().toEqualTypeOf<pulumi.Output<string>>();
  expectTypeOf<KeyPair["tags"]>().toEqualTypeOf<pulumi.Output<Tags | undefined>>();
  expectTypeOf<KeyPair["privateKeyFile"]>().toEqualTypeOf<pulumi.Output<string | undefined>>();
  expectTypeOf<KeyPair["savePrivateKey"]>().toEqualTypeOf<pulumi.Output<boolean | undefined>>();
  expectTypeOf<KeyPair["keyGeneration"]>().toEqualTypeOf<pulumi.Output<KeyGeneration | undefined>>();
  expectTypeOf<KeyPair["tagChanges"]>().toEqualTypeOf<pulumi.Output<TagChanges | undefined>>();
  expectTypeOf<KeyPair["onExisting"]>().toEqualTypeOf<pulumi.Output<OnExisting | undefined>>();
  expectTypeOf<KeyPair["keyBits"]>().toEqualTypeOf<pulumi.Output<number>>();
});

/** Checked by the type checker: no program runs here. */
test("the private key of a created pair is a text, and of others it may be missing", () => {
  const text = (_: pulumi.Input<string>) => {};
  const program = (Class: typeof KeyPair | typeof PluginKeyPair, args: KeyPairArgs) => {
    for (const created of [new Class("a"), new Class("b", {}), new Class("c", { privateKeyFile: "c.pem" })]) {
      text(created.privateKey);
      text(created.privateKeyOpenssh);
      text(created.privateKeyPem);
    }
    // @ts-expect-error: an imported pair has none.
    text(new Class("d", { publicKeyFile: "d.pub" }).privateKey);
    // @ts-expect-error: it may be kept in the file only.
    text(new Class("e", { privateKeyFile: "e.pem", savePrivateKey: false }).privateKey);
    // @ts-expect-error: nobody knows which arguments these are.
    text(new Class("f", args).privateKey);
    // @ts-expect-error: nobody knows how it was made.
    text(Class.get("g", "deploy").privateKey);
    // @ts-expect-error: there is no such argument.
    new Class("h", { tags: {}, tag: {} });
  };
  const inOneList = (): KeyPair[] => [new KeyPair("i", { publicKeyBody: "x" }), new KeyPair("j")];
  class Own extends KeyPair {}
  expect([program, inOneList, Own]).toBeDefined();
});
