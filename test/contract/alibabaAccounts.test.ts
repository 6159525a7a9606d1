import { beforeAll, describe, it, type TestContext } from "vitest";
import { open } from "../../provider/backends/alibaba/open";
import { TEST_ACCESS_KEY } from "../emulator/ecs/server";
import { type AccessKey, DEFAULT_ACCOUNT } from "../emulator/ecs/signature";
import { connect, OTHER_ACCOUNT, REGION, startEcs } from "./support/ecsClients";
import { operation } from "./support/harness";
import { newLine } from "./support/workbench";

/* Whose key pairs they are: accounts, and RAM users who may see one resource group only. */

const GROUP = "rg-acfmxazb4p1";
const LIMITED: AccessKey = { id: "limited-id", secret: "limited-only", resourceGroupId: GROUP };
const accessKeys = [TEST_ACCESS_KEY, OTHER_ACCOUNT, LIMITED];

let publicKey = "";
beforeAll(async () => {
  publicKey = await newLine();
});

describe.concurrent("the owner of the credentials", () => {
  it("is their account, which has key pairs of its own", async ({ onTestFinished, expect }) => {
    const { emulator, backend } = await startEcs(onTestFinished, { accessKeys });
    const other = connect(onTestFinished, emulator, { accessKey: OTHER_ACCOUNT });
    expect(await backend.owner(operation())).toEqual({ id: DEFAULT_ACCOUNT });
    expect(await other.owner(operation())).toEqual({ id: OTHER_ACCOUNT.account });
    for (const each of [backend, other])
      await each.importKeyPair({ name: "same-name", publicKey }, operation());
    await other.deleteKeyPair("same-name", operation());
    expect(await other.findKeyPair("same-name", "exact", operation())).toBeUndefined();
    expect(await backend.findKeyPair("same-name", "exact", operation())).toMatchObject({ name: "same-name" });
  });

  it("is asked for once", async ({ onTestFinished, expect }) => {
    const { emulator, backend } = await startEcs(onTestFinished);
    await Promise.all(Array.from({ length: 5 }, () => backend.owner(operation())));
    await backend.owner(operation());
    expect(emulator.count("GetCallerIdentity")).toBe(1);
  });

  it("is asked for again after a throttled call", async ({ onTestFinished, expect }) => {
    const { emulator, backend } = await startEcs(onTestFinished);
    emulator.faults.add({ fault: "throttle", action: "GetCallerIdentity", times: 1, retryAfterMs: 1 });
    expect(await backend.owner(operation())).toEqual({ id: DEFAULT_ACCOUNT });
  });

  it.for([
    ["denied", { fault: "error", status: 403, code: "NoPermission" }],
    ["not served", { fault: "error", status: 404, code: "InvalidVersion" }],
    ["throttled for ever", { fault: "throttle" }],
    ["never answered", { fault: "hang" }],
    ["answered by something else", { fault: "html", status: 404 }],
  ] as const)(
    "is not known, and no error, where the question is %s",
    async ([, fault], { onTestFinished, expect }) => {
      const { emulator, backend } = await startEcs(onTestFinished);
      emulator.faults.add({ ...fault, action: "GetCallerIdentity" });
      const started = performance.now();
      expect(await backend.owner(operation())).toBeUndefined();
      expect(performance.now() - started).toBeLessThan(20_000);
    },
  );

  it("is not known with credentials that cannot be had", async ({ onTestFinished, expect }) => {
    const { backend } = await startEcs(onTestFinished, { accessKeys: [OTHER_ACCOUNT] });
    expect(await backend.owner(operation())).toBeUndefined();
  });
});

describe.concurrent("a RAM user who is limited to a resource group", () => {
  async function limited(onTestFinished: TestContext["onTestFinished"]) {
    const { emulator } = await startEcs(onTestFinished, { accessKeys });
    emulator.store.import(REGION, { name: "mine", publicKey, resourceGroupId: GROUP });
    emulator.store.import(REGION, { name: "outside", publicKey });
    return { emulator, backend: connect(onTestFinished, emulator, { accessKey: LIMITED }) };
  }

  it.for(["sweep", "exact"] as const)(
    "finds its pair only with the group (%s)",
    async (freshness, { onTestFinished, expect }) => {
      const { backend } = await limited(onTestFinished);
      const find = (name: string, group?: string) => backend.findKeyPair(name, freshness, operation(), group);
      expect(await find("mine", GROUP)).toMatchObject({ name: "mine", resourceGroupId: GROUP });
      expect(await find("mine")).toBeUndefined();
      expect(await find("none", GROUP)).toBeUndefined();
    },
  );

  it("finds its pair where the listing of all pairs is refused, and is told why it does not see others", async ({
    onTestFinished,
    expect,
  }) => {
    const { emulator, backend } = await limited(onTestFinished);
    const refused = {
      fault: "error",
      status: 403,
      code: "Forbidden.RAM",
      action: "DescribeKeyPairs",
    } as const;
    emulator.faults.add({ ...refused, times: 1 });
    expect(await backend.findKeyPair("mine", "sweep", operation(), GROUP)).toMatchObject({ name: "mine" });
    // Without a group, a refused listing is no answer.
    emulator.faults.clear();
    emulator.faults.add({ ...refused, times: 1 });
    const next = connect(onTestFinished, emulator, { accessKey: LIMITED });
    await expect(next.findKeyPair("mine", "sweep", operation())).rejects.toMatchObject({
      code: "PermissionDenied",
    });
    // Not in the group, and nobody may say whether it is in another: that is not "gone".
    emulator.faults.clear();
    emulator.faults.add({ ...refused, from: 2, times: 1 });
    await expect(next.findKeyPair("none", "exact", operation(), GROUP)).rejects.toMatchObject({
      code: "PermissionDenied",
    });
  });

  it("makes, changes and deletes pairs of its group, and no other", async ({ onTestFinished, expect }) => {
    const { emulator, backend } = await limited(onTestFinished);
    await backend.importKeyPair({ name: "new-one", publicKey, resourceGroupId: GROUP }, operation());
    await backend.changeTags("new-one", { set: { a: "b" }, remove: [] }, operation());
    await backend.deleteKeyPair("new-one", operation());
    const denied = await Promise.allSettled([
      backend.importKeyPair({ name: "elsewhere", publicKey }, operation()),
      backend.changeTags("outside", { set: { a: "b" }, remove: [] }, operation()),
      backend.deleteKeyPair("outside", operation()),
    ]);
    expect(denied).toEqual(
      Array(3).fill({ status: "rejected", reason: expect.objectContaining({ code: "PermissionDenied" }) }),
    );
    expect(emulator.store.list(REGION).keyPairs.map(({ name }) => name)).toEqual(["mine", "outside"]);
  });
});

describe.concurrent("a pair that was moved to another group", () => {
  it.for(["sweep", "exact"] as const)(
    "is found by credentials that may see all (%s)",
    async (freshness, { onTestFinished, expect }) => {
      const { emulator, backend } = await startEcs(onTestFinished);
      emulator.store.import(REGION, { name: "moved", publicKey, resourceGroupId: "rg-acfmxazb4p2" });
      expect(await backend.findKeyPair("moved", freshness, operation(), GROUP)).toMatchObject({
        name: "moved",
        resourceGroupId: "rg-acfmxazb4p2",
      });
    },
  );

  it("is found in one call where it still is", async ({ onTestFinished, expect }) => {
    const { emulator, backend } = await startEcs(onTestFinished);
    emulator.store.import(REGION, { name: "here", publicKey, resourceGroupId: GROUP });
    await backend.findKeyPair("here", "exact", operation(), GROUP);
    expect(emulator.count()).toBe(1);
  });
});

describe.concurrent("what is said of the credentials", () => {
  it.for([
    ["not known", { id: "nobody", secret: "nothing" }, "Unauthenticated"],
    ["denied", { ...TEST_ACCESS_KEY }, "PermissionDenied"],
  ] as const)(
    "%s: the error ends with where they come from",
    async ([, { id, secret }, code], { onTestFinished, expect }) => {
      const { emulator } = await startEcs(onTestFinished, {
        accessKeys: [{ ...TEST_ACCESS_KEY, denied: ["DescribeKeyPairs"] }],
      });
      const connection = { backend: "alibaba", region: REGION, endpoint: emulator.endpoint } as const;
      const backend = await open(connection, { accessKeyId: id, accessKeySecret: secret });
      onTestFinished(() => backend.close());
      expect(backend).toMatchObject({
        endpoint: emulator.endpoint,
        credentialsFrom: "the stack's configuration (keypair:accessKeyId)",
        warning: undefined,
      });
      await expect(backend.findKeyPair("any", "exact", operation())).rejects.toMatchObject({
        code,
        message: expect.stringMatching(
          / The credentials that were used come from the stack's configuration \(keypair:accessKeyId\)\.$/,
        ),
      });
    },
  );

  it("an endpoint without encryption is warned of", async ({ expect }) => {
    const connection = { backend: "alibaba", region: REGION, endpoint: "http://ecs.example" } as const;
    const backend = await open(connection, { accessKeyId: "id-of-test", accessKeySecret: "secret-of-test" });
    await backend.close();
    expect(backend.warning).toMatch(/^ecs\.example is called without encryption/);
  });
});
