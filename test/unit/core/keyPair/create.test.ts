import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createKeyPair } from "../../../../provider/core/keyPair/create";
import type { Connection } from "../../../../provider/core/model";
import { fingerprintSha256, publicKeyOfPrivateKey, readPublicKey } from "../../../../provider/keys";
import { contextOf, settingsOf, testFolder } from "../support/context";
import { FakeBackend, fails, fine, lostAfterTheEffect } from "../support/fakeBackend";
import { ed25519Key, rsaKey } from "../support/keys";

const imported = ed25519Key("imported").publicKey;
const { privateKey, publicKey } = rsaKey("made by the cloud");
const own = fingerprintSha256(readPublicKey(publicKey));

describe("an import", () => {
  test("is one call, and the state says everything about the key", async () => {
    const backend = new FakeBackend();
    const context = contextOf(backend);
    const outcome = await createKeyPair(
      { keyPairName: "web", publicKeyBody: imported, tags: { team: "ops" }, resourceGroupId: "rg-1" },
      context,
    );
    const key = readPublicKey(imported);
    expect(outcome).toEqual({
      id: "web",
      state: {
        keyPairName: "web",
        publicKeyBody: imported,
        tags: { team: "ops" },
        resourceGroupId: "rg-1",
        publicKey: imported,
        keyType: "ssh-ed25519",
        keyBits: 256,
        fingerprint: backend.pairs.get("web")?.fingerprint,
        fingerprintMd5: backend.pairs.get("web")?.fingerprint,
        fingerprintSha256: fingerprintSha256(key),
        createdAt: backend.pairs.get("web")?.createdAt,
        backend: "local",
        region: "here",
        __ownKey: fingerprintSha256(key),
      },
    });
    expect(backend.calls).toEqual(["find web exact", "import web"]);
    expect([context.warnings, context.progress]).toEqual([[], []]);
  });

  test("fails with the name where the cloud refuses it", async () => {
    const backend = new FakeBackend().script("importKeyPair", fails("QuotaExceeded", { requestId: "4711" }));
    await expect(
      createKeyPair({ keyPairName: "web", publicKeyBody: imported }, contextOf(backend)),
    ).rejects.toThrow('key pair "web": the cloud answered QuotaExceeded (request id 4711).');
    expect(backend.writes).toEqual(["import web"]);
  });
});

describe("a pair that the cloud makes", () => {
  test("under an automatic name is one call, and its private key is in the state", async () => {
    const backend = new FakeBackend();
    const { state } = await createKeyPair(
      { keyPairName: "web-1234567", __automaticName: true },
      contextOf(backend),
    );
    expect(backend.calls).toEqual(["create web-1234567"]);
    expect(state).toMatchObject({ privateKey, publicKey, keyBits: 1024, __ownKey: own });
    expect(state).not.toHaveProperty("publicKeyBody");
  });

  test("under a name that others may use too, that name is looked up first", async () => {
    const backend = new FakeBackend();
    await createKeyPair({ keyPairName: "web" }, contextOf(backend));
    expect(backend.calls).toEqual(["find web exact", "create web"]);
  });

  test("whose private key nobody here can read is kept as it came", async () => {
    const backend = new FakeBackend();
    backend.generated.push("a private key of the year 2050");
    const file = join(testFolder(), "web.pem");
    const { state, incomplete } = await createKeyPair(
      { keyPairName: "web", privateKeyFile: file },
      contextOf(backend),
    );
    expect(state).toMatchObject({ privateKey: "a private key of the year 2050", publicKey });
    expect(incomplete?.message).toContain("its private key is kept in the stack's state");
    expect(incomplete?.message).not.toContain("2050");
  });

  test("where no time is told, this machine's is taken", async () => {
    const backend = new FakeBackend();
    backend.put = function put(name, key, more) {
      const { createdAt: _none, ...pair } = FakeBackend.prototype.put.call(this, name, key, more);
      this.pairs.set(name, pair);
      return pair;
    };
    const { state } = await createKeyPair({ keyPairName: "web" }, contextOf(backend));
    expect(state.createdAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\dZ$/);
  });
});

describe("a pair that is made locally", () => {
  test.each([
    [{ source: "local", type: "ed25519" } as const, "ssh-ed25519", 256],
    [{ source: "local", type: "ecdsa", bits: 384 } as const, "ecdsa-sha2-nistp384", 384],
    [{ source: "local" } as const, "ssh-rsa", 2048],
  ])("%j: only the public half is sent", async (keyGeneration, keyType, keyBits) => {
    const backend = new FakeBackend();
    const { state } = await createKeyPair({ keyPairName: "web", keyGeneration }, contextOf(backend));
    expect(backend.calls).toEqual(["import web"]);
    expect(state).toMatchObject({ keyType, keyBits, keyGeneration });
    expect(fingerprintSha256(publicKeyOfPrivateKey(state.privateKey ?? ""))).toBe(state.__ownKey);
    expect(JSON.stringify([...backend.pairs])).not.toContain("PRIVATE KEY");
  });

  test("also where the cloud makes no keys, which is said", async () => {
    const backend = new FakeBackend().script(
      "createKeyPair",
      fails("Refused", { cloudCode: "GenerationUnsupported" }),
    );
    const context = contextOf(backend);
    const { state } = await createKeyPair({ keyPairName: "web" }, context);
    expect(backend.calls).toEqual(["find web exact", "create web", "import web"]);
    expect(state.privateKey).toContain("BEGIN RSA PRIVATE KEY");
    expect(context.warnings).toEqual([
      'fake here makes no keys: the key of "web" was made by this process, and only its public half was sent.',
    ]);
  });

  test("a backend that then refuses the import too is believed", async () => {
    const unsupported = fails("Refused", { cloudCode: "GenerationUnsupported" });
    const backend = new FakeBackend()
      .script("createKeyPair", unsupported)
      .script("importKeyPair", unsupported);
    await expect(createKeyPair({ keyPairName: "web" }, contextOf(backend))).rejects.toThrow("Refused");
    expect(backend.writes).toEqual(["create web", "import web"]);
  });
});

describe("privateKeyFile", () => {
  test("holds the key as the cloud sent it, for its owner only", async () => {
    const file = join(testFolder(), "web.pem");
    const { state } = await createKeyPair(
      { keyPairName: "web", privateKeyFile: file },
      contextOf(new FakeBackend()),
    );
    expect(readFileSync(file, "utf8")).toBe(privateKey);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(state).toMatchObject({ privateKey, privateKeyFile: file });
  });

  test("is the only place with savePrivateKey false", async () => {
    const file = join(testFolder(), "web.pem");
    const outcome = await createKeyPair(
      { keyPairName: "web", privateKeyFile: file, savePrivateKey: false },
      contextOf(new FakeBackend()),
    );
    expect(readFileSync(file, "utf8")).toBe(privateKey);
    expect(JSON.stringify(outcome)).not.toContain("PRIVATE KEY");
    expect(outcome.state.savePrivateKey).toBe(false);
  });

  test("that is occupied is found before the cloud is called", async () => {
    const file = join(testFolder(), "web.pem");
    writeFileSync(file, "something of the user's");
    const backend = new FakeBackend();
    await expect(
      createKeyPair({ keyPairName: "web", privateKeyFile: file }, contextOf(backend)),
    ).rejects.toThrow(
      `${file} is there already and holds no private key. It is never overwritten: move it away, or name another file.`,
    );
    expect(backend.calls).toEqual([]);
  });

  test.each([true, false])(
    "that cannot be written after the call: nothing is lost (savePrivateKey %s)",
    async (savePrivateKey) => {
      const file = join(testFolder(), "web.pem");
      const backend = new FakeBackend().script("createKeyPair", (effect) => {
        writeFileSync(file, "somebody was quicker");
        return effect();
      });
      const { id, state, incomplete } = await createKeyPair(
        { keyPairName: "web", privateKeyFile: file, savePrivateKey },
        contextOf(backend),
      );
      expect(id).toBe("web");
      expect(state.privateKey).toBe(privateKey);
      // So that the next diff sees that it is still to be written.
      expect(state).not.toHaveProperty("privateKeyFile");
      expect(incomplete?.message).toBe(
        `key pair "web": ${file} is there already and holds no private key. It is never overwritten: move it away, or name another file. ` +
          "The key pair is there and its private key is kept in the stack's state: run `pulumi up` again once the file can be written.",
      );
      expect(readFileSync(file, "utf8")).toBe("somebody was quicker");
    },
  );

  test("with the key of a pair that this run replaces or lost: it is moved aside, and that is said", async () => {
    const folder = testFolder();
    const file = join(folder, "web.pem");
    const old = rsaKey("replaced");
    writeFileSync(file, old.privateKey);
    const context = contextOf(new FakeBackend());
    context.run.knownKeyFiles.note(file, fingerprintSha256(readPublicKey(old.publicKey)));
    const { incomplete } = await createKeyPair({ keyPairName: "web", privateKeyFile: file }, context);
    expect(incomplete).toBeUndefined();
    expect(readFileSync(file, "utf8")).toBe(privateKey);
    const [, aside = ""] = /moved to (\S+): delete it/.exec(context.warnings[0] ?? "") ?? [];
    expect(readFileSync(aside, "utf8")).toBe(old.privateKey);
  });
});

describe("what the configuration says", () => {
  const KEY = { accessKeyId: "id-of-the-stack", accessKeySecret: "secret-of-the-stack" };
  const opened = async (own: Connection | undefined, connection: Connection, credentials = KEY) => {
    const context = contextOf(new FakeBackend());
    context.settings = settingsOf({ connection, credentials });
    const args = { keyPairName: "web", publicKeyBody: imported, ...(own ? { connection: own } : {}) };
    const { state } = await createKeyPair(args, context);
    const [to, ...others] = context.catalog.opened;
    expect(others).toEqual([]);
    return { to, credentials: context.catalog.credentials[0], state };
  };
  const team: Connection = {
    backend: "alibaba",
    region: "cn-hangzhou",
    profile: "team",
    endpoint: "https://ecs.test",
  };

  test("serves its own place, with endpoint and credentials", async () => {
    const { to, credentials, state } = await opened(undefined, team);
    expect(to).toEqual(team);
    expect(credentials).toEqual(KEY);
    expect(state).toMatchObject({ __account: "team" });
    expect(state).not.toHaveProperty("connection");
  });

  test("another region gets its credentials, and not its endpoint", async () => {
    const { to, credentials, state } = await opened({ region: "eu-central-1" }, team);
    expect(to).toEqual({ backend: "alibaba", region: "eu-central-1", profile: "team" });
    expect(credentials).toEqual(KEY);
    expect(state).toMatchObject({ connection: { region: "eu-central-1" }, __account: "team" });
  });

  test("another region gets an endpoint that serves every region", async () => {
    const everywhere = { ...team, endpoint: "https://ecs-vpc.{region}.aliyuncs.com" };
    const { to } = await opened({ region: "eu-central-1" }, everywhere);
    expect(to?.endpoint).toBe("https://ecs-vpc.eu-central-1.aliyuncs.com");
  });

  test("another account gets neither", async () => {
    const { to, credentials } = await opened({ profile: "other" }, team);
    expect(to).toEqual({ backend: "alibaba", region: "cn-hangzhou", profile: "other" });
    expect(credentials).toEqual({});
  });

  test("another cloud gets nothing of it", async () => {
    const { to, credentials } = await opened({ backend: "openstack", cloud: "x" }, team);
    expect(to).toEqual({ backend: "openstack", cloud: "x" });
    expect(credentials).toEqual({});
  });

  test("an endpoint of the resource itself is used as it is", async () => {
    const { to } = await opened({ region: "eu-central-1", endpoint: "http://own.test" }, team);
    expect(to?.endpoint).toBe("http://own.test");
  });

  test("an endpoint for every region needs a region", async () => {
    await expect(
      opened(undefined, { backend: "alibaba", endpoint: "https://{region}.test" }),
    ).rejects.toThrow(
      "the endpoint holds {region}, and no region is configured. Set keypair:region, or connection.region for this resource.",
    );
  });

  test("a relative path of a store starts in the project's folder", async () => {
    expect((await opened({ path: "keys.sqlite" }, { backend: "local" }, KEY)).to?.path).toBe(
      "/project/keys.sqlite",
    );
  });
});

test("the state says to whom the pair belongs", async () => {
  const backend = new FakeBackend();
  backend.ownerOfPairs = { id: "account-1" };
  const { state } = await createKeyPair({ keyPairName: "web" }, contextOf(backend));
  expect(state.ownerId).toBe("account-1");
});

test("an error that is none of ours is not taken for an answer", async () => {
  const backend = new FakeBackend().script("importKeyPair", lostAfterTheEffect);
  backend.script("findKeyPair", fine, () => {
    throw new TypeError("a fault of this project");
  });
  await expect(
    createKeyPair({ keyPairName: "web", publicKeyBody: imported }, contextOf(backend)),
  ).rejects.toThrow(TypeError);
  expect(backend.writes).toEqual(["import web"]);
});
