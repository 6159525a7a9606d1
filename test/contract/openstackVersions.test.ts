import { afterEach, beforeAll, expect, it } from "vitest";
import { rules } from "../../provider/backends/openstack/rules";
import type { Backend } from "../../provider/core/backend";
import { createKeyPair } from "../../provider/core/keyPair/create";
import { deleteKeyPair } from "../../provider/core/keyPair/delete";
import { readKeyPair } from "../../provider/core/keyPair/read";
import { getKeyPair } from "../../provider/core/lookup";
import type { OperationContext } from "../../provider/core/resource/contract";
import { RunMemory } from "../../provider/core/resource/runMemory";
import { FaultProxy } from "../emulator/faultProxy";
import { openAs } from "../support/openstack/client";
import { describeOpenStack, type OpenStack, startOpenStack, type User } from "../support/openstack/openstack";
import { operation } from "./support/keyPairContract";
import { newLine } from "./support/workbench";

/* What needs a newer microversion than the server's default, and what a Nova of another age says. */

let cloud: OpenStack;
let user: User;
let proxy: FaultProxy;
/** A microversion that no Nova has, for the one that a request asks for: so an old Nova answers. */
const NO_NOVAS = "2.999";
/** The microversion in whose place the server behind the proxy is asked for that one. */
let unsupported: string | undefined;
const opened: Backend[] = [];

const numbered = (name: string) => `${name}-${process.pid}-${Math.random().toString(16).slice(2, 8)}`;

describeOpenStack("on a real Nova", () => {
  beforeAll(async () => {
    cloud = await startOpenStack();
    user = await cloud.newUser();
    proxy = await FaultProxy.start(cloud.computeUrl, {
      headers: ({ headers }) => {
        if (unsupported === undefined) return headers;
        const changed = Object.entries(headers).map(([name, value]) => [
          name,
          typeof value === "string" ? value.replace(unsupported ?? "", NO_NOVAS) : value,
        ]);
        return Object.fromEntries(changed);
      },
    });
    return () => proxy.close();
  }, 600_000);
  afterEach(async () => {
    unsupported = undefined;
    proxy.seen.length = 0;
    for (const backend of opened.splice(0)) await backend.close();
  });

  async function open(of: User = user, connection = {}): Promise<Backend> {
    const backend = await openAs(of.variables({ OS_COMPUTE_ENDPOINT_OVERRIDE: proxy.url }), connection);
    opened.push(backend);
    return backend;
  }

  function contextOf(backend: Backend): OperationContext & { warnings: string[] } {
    const warnings: string[] = [];
    return {
      settings: {
        connection: { backend: "openstack" },
        credentials: {},
        timeoutSeconds: 60,
        projectFolder: "/",
      },
      catalog: { rules: () => rules, open: async () => backend, closeAll: async () => {} },
      operation: operation(),
      run: new RunMemory(),
      warn: (message) => warnings.push(message),
      warnings,
    };
  }

  const versions = () => new Set(proxy.seen.map(({ headers }) => headers["openstack-api-version"]));

  it("a name with @ and . is asked for by microversion 2.92, and other names by none", async () => {
    const backend = await open();
    const [name, plain] = [numbered("deploy@prod.example"), numbered("plain")];
    await backend.importKeyPair({ name: plain, publicKey: await newLine() }, operation());
    expect(versions()).toEqual(new Set([undefined]));
    proxy.seen.length = 0;
    const publicKey = await newLine();
    await backend.importKeyPair({ name, publicKey }, operation());
    expect(await backend.findKeyPair(name, "exact", operation())).toMatchObject({ name, publicKey });
    await backend.deleteKeyPair(name, operation());
    expect(await backend.findKeyPair(name, "exact", operation())).toBeUndefined();
    expect(versions()).toEqual(new Set(["compute 2.92"]));
    // The type of the key is left to the server.
    for (const { body } of proxy.seen) expect(body).not.toContain("type");
    await backend.deleteKeyPair(plain, operation());
  });

  it("a created pair of such a name gets a key that was made here, because 2.92 makes none", async () => {
    const context = contextOf(await open());
    const { state } = await createKeyPair({ keyPairName: numbered("bastion@prod") }, context);
    expect(state.privateKey).toContain("PRIVATE KEY");
    expect(context.warnings.join()).toContain("makes no keys");
    await deleteKeyPair(state.keyPairName, state, contextOf(await open()));
  });

  it.each(["import", "look-up", "deletion"])(
    "a Nova that is too old for the name says so at keyPairName: %s",
    async (what) => {
      unsupported = "2.92";
      const backend = await open();
      const name = numbered("a@b");
      const calls: Record<string, () => Promise<unknown>> = {
        import: async () => backend.importKeyPair({ name, publicKey: await newLine() }, operation()),
        "look-up": () => backend.findKeyPair(name, "exact", operation()),
        deletion: () => backend.deleteKeyPair(name, operation()),
      };
      await expect(calls[what]?.()).rejects.toMatchObject({
        code: "Refused",
        details: {
          property: "keyPairName",
          next: "This Nova is older than 26 (2022), and takes no `@` and no `.` in a name. Choose another keyPairName.",
        },
      });
    },
  );

  it("a key that Nova cannot read is refused at publicKeyBody", async () => {
    const backend = await open();
    const call = backend.importKeyPair(
      { name: numbered("odd"), publicKey: "ssh-ed448 AAAA comment" },
      operation(),
    );
    await expect(call).rejects.toMatchObject({
      code: "Refused",
      details: {
        property: "publicKeyBody",
        next: expect.stringContaining("This Nova cannot read a key of this type."),
      },
    });
  });

  it("an administrator makes, reads and deletes another user's pair, which that user sees", async () => {
    const [admin, other] = [await cloud.newUser({ role: "admin" }), await cloud.newUser()];
    const [ofAdmin, ofOther] = [await open(admin), await open(other)];
    const forOther = await open(admin, { userId: other.id });
    const name = numbered("theirs");
    const context = contextOf(forOther);
    const { state } = await createKeyPair(
      { keyPairName: name, publicKeyBody: await newLine(), userId: other.id },
      context,
    );
    expect(state).toMatchObject({ userId: other.id, ownerId: other.id });
    expect(await ofOther.findKeyPair(name, "exact", operation())).toMatchObject({ name, ownerId: other.id });
    expect(await ofAdmin.findKeyPair(name, "exact", operation())).toBeUndefined();
    expect((await readKeyPair(name, state, contextOf(forOther)))?.state).toMatchObject({ ownerId: other.id });
    expect((await forOther.listKeyPairs({}, operation())).map((record) => record.name)).toContain(name);
    // Without userId, the same credentials are another user's.
    await expect(readKeyPair(name, state, contextOf(ofAdmin))).rejects.toThrow(`belongs to user ${other.id}`);
    await deleteKeyPair(name, state, contextOf(forOther));
    expect(await ofOther.findKeyPair(name, "exact", operation())).toBeUndefined();
  });

  it("a Nova that knows no other users' pairs says so at userId", async () => {
    unsupported = "2.10";
    const backend = await open(user, { userId: user.id });
    await expect(backend.findKeyPair(numbered("theirs"), "exact", operation())).rejects.toMatchObject({
      code: "Refused",
      details: { property: "userId", next: expect.stringContaining("This Nova is older than 13 (2016)") },
    });
  });

  it("a user who is no administrator may not, and is told so", async () => {
    const other = await cloud.newUser();
    const backend = await open(user, { userId: other.id });
    const call = backend.importKeyPair({ name: numbered("theirs"), publicKey: await newLine() }, operation());
    await expect(call).rejects.toMatchObject({
      code: "PermissionDenied",
      details: {
        next: expect.stringContaining(`The key pairs of another user (userId: ${other.id}) need the role`),
      },
    });
  });

  it("a pair that holds two lines is said to, by a look-up and by get", async () => {
    const name = numbered("two");
    const lines = `${await newLine()}\n${await newLine()}\n`;
    const token = await user.token();
    const reply = await fetch(`${cloud.computeUrl}/os-keypairs`, {
      method: "POST",
      headers: { "x-auth-token": token, "content-type": "application/json" },
      body: JSON.stringify({ keypair: { name, public_key: lines } }),
    });
    expect(reply.status).toBe(200);
    const backend = await open();
    const context = contextOf(backend);
    const facts = await getKeyPair({ keyPairName: name }, context);
    expect(facts).toMatchObject({
      publicKey: "",
      publicKeyProblem: "the text holds 2 keys, but a key pair has one",
    });
    await readKeyPair(name, {}, context);
    await backend.deleteKeyPair(name, operation());
    expect(context.warnings.join()).toMatch(
      /the public key of key pair ".*" \(openstack .*\) cannot be read, so its outputs are empty: the text holds 2 keys/,
    );
  });
});
