import * as pulumi from "@pulumi/pulumi";
import { beforeEach, describe, expect, expectTypeOf, test } from "vitest";
import {
  type GetKeyPairResult,
  getKeyPair,
  getKeyPairOutput,
  getKeyPairs,
  getKeyPairsOutput,
  getPublicKey,
  getPublicKeyOutput,
  KeyPair,
} from "../../../sdk";
import { whenMade } from "../../../sdk/whenMade";

const TOKEN = "keypair:index:getKeyPair";

interface Asked {
  token: string;
  inputs: object;
}

/** What the program's mock was asked. */
let asked: Asked[];

async function program({ preview = false } = {}): Promise<void> {
  asked = [];
  await pulumi.runtime.setMocks(
    {
      // A preview makes nothing, so ids are unknown.
      newResource: ({ name, inputs }) => ({ id: preview ? undefined : `${name}-id`, state: inputs }),
      call({ token, inputs }) {
        asked.push({ token, inputs });
        return { fingerprint: "f", keyPairNames: ["deploy"] };
      },
    },
    "project",
    "stack",
    preview,
  );
}

const known = <T>(output: pulumi.Output<T>) => new Promise<T>((resolve) => output.apply(resolve));

/** Whether the output has a value; `isKnown` is not in the types. */
function isKnown(output: object): Promise<boolean> {
  return "isKnown" in output ? (output.isKnown as Promise<boolean>) : Promise.resolve(false);
}

class Component extends pulumi.ComponentResource {
  readonly pair: KeyPair;
  constructor(name: string) {
    super("my:index:Component", name);
    this.pair = new KeyPair(name, {}, { parent: this });
  }
}

/** Makes its pair after it was constructed. */
class LateComponent extends pulumi.ComponentResource {
  constructor(name: string) {
    super("my:index:LateComponent", name);
  }
  protected override async initialize(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    new KeyPair("late", {}, { parent: this });
  }
}

describe("in a program's own tests the mock is asked", () => {
  beforeEach(() => program());

  test("by the plain forms", async () => {
    expect(await getKeyPair({ keyPairName: "deploy" })).toMatchObject({ fingerprint: "f" });
    expect(await getKeyPairs()).toMatchObject({ keyPairNames: ["deploy"] });
    const secret = pulumi.secret("a private key");
    expect(await getPublicKey({ privateKey: "a private key" })).toMatchObject({ fingerprint: "f" });
    const facts = getPublicKeyOutput({ privateKey: secret });
    expect(await known(facts)).toMatchObject({ fingerprint: "f" });
    expect([await pulumi.isSecret(facts), await pulumi.isSecret(secret)]).toEqual([false, true]);
    expect(asked).toEqual([
      { token: TOKEN, inputs: { keyPairName: "deploy" } },
      { token: "keypair:index:getKeyPairs", inputs: {} },
      ...Array(2).fill({ token: "keypair:index:getPublicKey", inputs: { privateKey: "a private key" } }),
    ]);
  });

  test("by those with outputs, with options", async () => {
    const pair = new KeyPair("web", { keyPairName: "web" });
    const found = getKeyPairOutput({ keyPairName: pair.keyPairName }, { dependsOn: pair, parent: pair });
    expect(await known(found.fingerprint)).toBe("f");
    expect(await known(getKeyPairsOutput({}, { dependsOn: [pair] }).keyPairNames)).toEqual(["deploy"]);
    expect(asked.map(({ inputs }) => inputs)).toEqual([{ keyPairName: "web" }, {}]);
    expectTypeOf(found).toEqualTypeOf<pulumi.Output<GetKeyPairResult>>();
  });
});

describe("what a look-up waits for, where an engine runs the program", () => {
  const args = { keyPairName: "deploy" };
  const dependencies = (): [string, pulumi.InvokeOutputOptions["dependsOn"]][] => {
    const pair = new KeyPair("web");
    return [
      ["a resource", pair],
      ["a list", [pair]],
      ["an output", pulumi.output(pair)],
      ["a list with a promise", [Promise.resolve(pair)]],
      ["what is below a component", new Component("fleet")],
      ["what a component makes later", new LateComponent("late")],
      ["what is below a component, in a list", [pulumi.output(new Component("other"))]],
    ];
  };

  test("is not made yet in a preview: the answer is unknown", async () => {
    await program({ preview: true });
    for (const [of, dependsOn] of dependencies()) {
      expect([of, await isKnown(whenMade(args, dependsOn))]).toEqual([of, false]);
    }
    const ofArgument = whenMade({ keyPairName: new KeyPair("web", { keyPairName: "web" }).keyPairName }, []);
    expect(await isKnown(ofArgument)).toBe(false);
  });

  test("is made in an update: it goes on with the arguments", async () => {
    await program();
    for (const [of, dependsOn] of dependencies()) {
      expect([of, await known(whenMade(args, dependsOn))]).toEqual([of, args]);
    }
  });

  test("is nothing: it goes on, in a preview too", async () => {
    await program({ preview: true });
    for (const dependsOn of [undefined, [], new pulumi.ComponentResource("my:index:Empty", "empty")]) {
      expect(await known(whenMade(args, dependsOn))).toEqual(args);
    }
  });
});
