import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import type { Backend, KeyPairRecord } from "../../provider/core/backend";
import { isKeyPairError } from "../../provider/core/errors";
import { type Fault, FaultProxy } from "../emulator/faultProxy";
import { html, LOST_REPLIES } from "../emulator/lostReplies";
import { openAs } from "../support/openstack/client";
import { describeOpenStack, type OpenStack, startOpenStack, type User } from "../support/openstack/openstack";
import { operation } from "./support/keyPairContract";
import { newLine } from "./support/workbench";

const HTML = { "content-type": "text/html" };
const PAIRS = /^\/v2\.1\/os-keypairs/;
const json = (fault: object) => JSON.stringify(fault);

let cloud: OpenStack;
let user: User;
let nova: FaultProxy;
let keystone: FaultProxy;
let client: Backend;
/** Gives up on a request soon: for those that hang. A Nova that is busy can make it give up on others too. */
let impatient: Backend;

describeOpenStack("faults between us and a real Nova", () => {
  beforeAll(async () => {
    cloud = await startOpenStack();
    user = await cloud.newUser();
    nova = await FaultProxy.start(cloud.computeUrl);
    keystone = await FaultProxy.start(cloud.authUrl);
    client = await openAs(variables(), { endpoint: nova.url });
    impatient = await openAs({ ...variables(), OS_API_TIMEOUT: "3" }, { endpoint: nova.url });
    for (const one of [client, impatient]) await one.listKeyPairs({}, operation());
  }, 600_000);
  afterEach(() => {
    nova.fail();
    keystone.fail();
    nova.seen.length = 0;
    keystone.seen.length = 0;
  });
  afterAll(async () => {
    await Promise.all([client?.close(), impatient?.close()]);
    await nova?.close();
    await keystone?.close();
  });

  test.for(LOST_REPLIES)(
    "an import is of unknown outcome, and not sent again: $title",
    async ({ fault, outcome }) => {
      const name = newName();
      nova.failNext("POST", PAIRS, fault, Number.POSITIVE_INFINITY);
      const error = await failure(
        clientFor(fault).importKeyPair({ name, publicKey: await newLine() }, operation()),
      );
      expect(error).toMatchObject({ code: "OutcomeUnknown", details: { keyPairName: name } });
      expect(error.message).toMatch(new RegExp(`^key pair "${name}": could not import the key pair`));
      expect(nova.seen.filter(({ method }) => method === "POST")).toHaveLength(1);
      if (outcome === "done") await answered("POST");
      expect((await really(name)) !== undefined).toBe(outcome === "done");
    },
  );

  test.for(LOST_REPLIES)(
    "a created pair is of unknown outcome, shows no key, and is not asked for again: $title",
    async ({ fault, outcome }) => {
      const name = newName();
      nova.failNext("POST", PAIRS, fault, Number.POSITIVE_INFINITY);
      const error = await failure(clientFor(fault).createKeyPair({ name }, operation()));
      expect(error).toMatchObject({ code: "OutcomeUnknown", details: { keyPairName: name } });
      expect(`${error.message}${error.stack}${json(error.details)}`).not.toContain("PRIVATE KEY");
      expect(nova.seen.filter(({ method }) => method === "POST")).toHaveLength(1);
      if (outcome === "done") await answered("POST");
      expect((await really(name)) !== undefined).toBe(outcome === "done");
    },
  );

  test.for(LOST_REPLIES)(
    "a delete is of unknown outcome, and not sent again, because the name may be another's by then: $title",
    async ({ fault, outcome }) => {
      const { name } = await made();
      nova.failNext("DELETE", PAIRS, fault, Number.POSITIVE_INFINITY);
      const error = await failure(clientFor(fault).deleteKeyPair(name, operation()));
      expect(error).toMatchObject({ code: "OutcomeUnknown", details: { keyPairName: name } });
      expect(nova.seen.filter(({ method }) => method === "DELETE")).toHaveLength(1);
      if (outcome === "done") await answered("DELETE");
      expect((await really(name)) === undefined).toBe(outcome === "done");
    },
  );

  test.for(LOST_REPLIES)("reads are repeated until they are answered: $title", async ({ fault }) => {
    const { name, fingerprint } = await made();
    const progress: string[] = [];
    const told = operation({ progress: (message) => progress.push(message) });
    nova.failNext("GET", PAIRS, fault, 2);
    expect(await clientFor(fault).findKeyPair(name, "exact", told)).toMatchObject({ name, fingerprint });
    const tries = progress.filter((message) => message.includes("trying again in"));
    expect(tries.length).toBeGreaterThanOrEqual(2);
    nova.failNext("GET", PAIRS, fault, 1);
    expect((await clientFor(fault).listKeyPairs({}, operation())).map((record) => record.name)).toContain(
      name,
    );
    nova.failNext("GET", PAIRS, fault, 1);
    expect(await clientFor(fault).findKeyPair(newName(), "exact", operation())).toBeUndefined();
  });

  test("a throttled write is sent again after the time that was asked for, and done once", async () => {
    const name = newName();
    const body = json({
      overLimit: { code: 429, message: "This request was rate-limited.", retryAfter: "1" },
    });
    nova.failNext(
      "POST",
      PAIRS,
      { when: "before", reply: { status: 429, headers: { "retry-after": "1" }, body } },
      2,
    );
    const startedAt = Date.now();
    const progress: string[] = [];
    await client.importKeyPair(
      { name, publicKey: await newLine() },
      operation({ progress: (message) => progress.push(message) }),
    );
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(2000);
    expect(progress).toContainEqual(
      expect.stringMatching(/^throttled by the cloud \(overLimit\); trying again in 1 s$/),
    );
    expect(nova.seen.map(({ status }) => status)).toEqual([undefined, undefined, 200]);
  });

  test("no other 404 than Nova's own about a key pair says that a pair is gone", async () => {
    const { name } = await made();
    const replies = [
      { status: 404, headers: HTML, body: html("404 Not Found") },
      {
        status: 404,
        body: json({ itemNotFound: { code: 404, message: "The resource could not be found." } }),
      },
      {
        status: 404,
        body: json({
          error_msg: "The API does not exist or has not been published",
          error_code: "APIGW.0101",
        }),
      },
      { status: 404, body: "" },
      { status: 410, body: "" },
    ];
    for (const reply of replies) {
      nova.failNext("GET", PAIRS, { when: "before", reply }, Number.POSITIVE_INFINITY);
      for (const freshness of ["exact", "sweep"] as const) {
        const error = await failure(client.findKeyPair(name, freshness, operation()));
        expect(["Configuration", "Refused"], reply.body).toContain(error.code);
      }
      nova.failNext("DELETE", PAIRS, { when: "before", reply }, Number.POSITIVE_INFINITY);
      await failure(client.deleteKeyPair(name, operation()));
    }
  });

  test("one listing answers for 60 pairs, and not for those that were written since", async () => {
    const publicKey = await newLine();
    const names = Array.from({ length: 60 }, newName);
    const fresh = await openAs(user.variables(), { endpoint: nova.url });
    const maker = await openAs(user.variables());
    await Promise.all(names.map((name) => maker.importKeyPair({ name, publicKey }, operation())));
    await maker.close();
    nova.seen.length = 0;
    const found = await Promise.all(names.map((name) => fresh.findKeyPair(name, "sweep", operation())));
    expect(found.map((record) => record?.name)).toEqual(names);
    expect(nova.seen.map(({ method, path }) => `${method} ${path}`)).toEqual(["GET /v2.1/os-keypairs"]);

    const [first = "", second = ""] = names;
    await fresh.deleteKeyPair(first, operation());
    nova.seen.length = 0;
    expect(await fresh.findKeyPair(first, "sweep", operation())).toBeUndefined();
    expect(await fresh.findKeyPair(second, "sweep", operation())).toBeDefined();
    expect(nova.seen.map(({ path }) => path)).toEqual([`/v2.1/os-keypairs/${first}`]);
    await Promise.all(names.map((name) => fresh.deleteKeyPair(name, operation())));
    await fresh.close();
  });

  test("Keystone's faults are waited out", async () => {
    const faults: Fault[] = [
      { when: "before", close: true },
      { when: "after", close: true },
      { when: "before", hang: true },
      { when: "before", reply: { status: 503, headers: HTML, body: html("503") } },
      { when: "before", reply: { status: 429, headers: { "retry-after": "1" }, body: "" } },
    ];
    for (const fault of faults) {
      const hurried = "hang" in fault ? { OS_API_TIMEOUT: "3" } : {};
      const fresh = await openAs({ ...variables(), ...hurried }, { endpoint: nova.url });
      keystone.failNext("POST", /auth\/tokens/, fault, 2);
      expect(await fresh.findKeyPair(newName(), "exact", operation())).toBeUndefined();
      await fresh.close();
    }
  });

  test("a page in place of Keystone is a fault of the configuration", async () => {
    const fresh = await openAs(variables(), { endpoint: nova.url });
    keystone.fail(() => ({ when: "before", reply: { status: 200, headers: HTML, body: html("Welcome") } }));
    const error = await failure(fresh.listKeyPairs({}, operation()));
    expect(error.code).toBe("Configuration");
    expect(error.message).toContain("is the address of Keystone, with /v3 at its end");
    await fresh.close();
  });

  test("an interrupted user waits for what was sent, so that its outcome is known", async () => {
    const name = newName();
    const interruption = new AbortController();
    nova.fail((seen) => {
      if (seen.method === "POST") interruption.abort();
      return undefined;
    });
    const call = client.importKeyPair(
      { name, publicKey: await newLine() },
      operation({ signal: interruption.signal }),
    );
    expect(await call).toMatchObject({ name });
  });

  test("no failure of any kind holds the password or a token", async () => {
    const fresh = await openAs(variables(), { endpoint: nova.url });
    await fresh.listKeyPairs({}, operation());
    const token = String(nova.seen.at(-1)?.headers["x-auth-token"]);
    const echo = `x-auth-token: ${token} and password ${user.password}`;
    for (const status of [400, 403, 404, 409, 413, 500]) {
      for (const body of [json({ badRequest: { code: status, message: echo } }), `<p>${echo}</p>`]) {
        nova.fail(() => ({ when: "before", reply: { status, body } }));
        const error = await failure(fresh.createKeyPair({ name: newName() }, operation({ timeoutMs: 100 })));
        const texts = `${error.message} ${error.stack} ${json(error.details)} ${String(error.cause)}`;
        expect(texts).not.toContain(token);
        expect(texts).not.toContain(user.password);
      }
    }
    await fresh.close();
  });
});

function variables() {
  return user.variables({ OS_AUTH_URL: keystone.url });
}

function clientFor(fault: Fault): Backend {
  return "hang" in fault ? impatient : client;
}

async function made(): Promise<KeyPairRecord> {
  const record = await client.importKeyPair({ name: newName(), publicKey: await newLine() }, operation());
  nova.seen.length = 0;
  return record;
}

/** Waits until Nova has carried out the request, also if the client has given up on it. */
async function answered(method: string): Promise<void> {
  await vi.waitFor(
    () => expect(nova.seen.findLast((seen) => seen.method === method)?.status).toBeDefined(),
    30_000,
  );
}

/** The pair, asked for past the proxy. */
async function really(name: string): Promise<KeyPairRecord | undefined> {
  const direct = await openAs(user.variables());
  const found = await direct.findKeyPair(name, "exact", operation());
  await direct.close();
  return found;
}

async function failure(call: Promise<unknown>) {
  const error = await call.then(
    (value) => expect.fail(`expected a failure, not ${JSON.stringify(value)}`),
    (reason: unknown) => reason,
  );
  if (!isKeyPairError(error)) throw error;
  return error;
}

let names = 0;
function newName(): string {
  return `faults-${process.pid}-${names++}`;
}
