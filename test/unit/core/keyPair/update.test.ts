import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { defined } from "../../../../provider/core/defined";
import { privateKeyForms } from "../../../../provider/core/keyPair/privateKeyForms";
import { updateKeyPair } from "../../../../provider/core/keyPair/update";
import type { CheckedKeyPairArgs, KeyPairState } from "../../../../provider/core/model";
import { convertPrivateKey } from "../../../../provider/keys";
import { contextOf, testFolder } from "../support/context";
import { FakeBackend, fails, meanwhile, stale } from "../support/fakeBackend";
import { ed25519Key, rsaKey } from "../support/keys";
import { createdState, foreignState, importedState, without } from "../support/states";

const { privateKey, publicKey } = rsaKey("made by the cloud");
let backend: FakeBackend;

beforeEach(() => {
  backend = new FakeBackend();
});

const update = (state: KeyPairState, args: Partial<CheckedKeyPairArgs>) =>
  updateKeyPair("web", state, { keyPairName: "web", ...args }, contextOf(backend));

describe("tags and resource group", () => {
  const args = { publicKeyBody: ed25519Key("imported").publicKey, tagChanges: "update" as const };

  test("are changed in the cloud, and only what differs", async () => {
    const state = importedState({ tags: { team: "dev", old: "1", same: "1" }, resourceGroupId: "rg-1" });
    backend.put("web", state.publicKey, { tags: { team: "dev", old: "1", same: "1", system: "1" } });
    const outcome = await update(state, {
      ...args,
      tags: { team: "ops", same: "1" },
      resourceGroupId: "rg-2",
    });
    expect(outcome).toEqual({
      id: "web",
      state: { ...state, tagChanges: "update", tags: { team: "ops", same: "1" }, resourceGroupId: "rg-2" },
    });
    expect(backend.pairs.get("web")).toMatchObject({
      tags: { team: "ops", same: "1", system: "1" },
      resourceGroupId: "rg-2",
    });
    expect(backend.calls).toEqual(["find web sweep", "changeTags web", "moveToResourceGroup web"]);
  });

  test("that the program does not say any more: tags go, the pair stays in its group, and is found there", async () => {
    const state = importedState({ tags: { team: "dev" }, resourceGroupId: "rg-1" });
    backend.put("web", state.publicKey, { tags: { team: "dev" } });
    const outcome = await update(state, args);
    expect(outcome.state).toEqual({ ...without(state, "tags"), tagChanges: "update" });
    expect(backend.pairs.get("web")?.tags).toEqual({});
    expect(backend.writes).toEqual(["changeTags web"]);
  });

  test("a change of neither calls nothing", async () => {
    await update(importedState({ tags: { a: "1" } }), { ...args, tags: { a: "1" }, onExisting: "adopt" });
    expect(backend.calls).toEqual([]);
  });

  test("a failure half-way records what was reached, and the rest is still to be done", async () => {
    const file = join(testFolder(), "web.pem");
    const state = createdState({ tags: { team: "dev" }, resourceGroupId: "rg-1" });
    backend.put("web", state.publicKey, { tags: { team: "dev" } });
    backend.script("moveToResourceGroup", fails("PermissionDenied", { requestId: "4711" }));
    const { state: reached, incomplete } = await update(state, {
      tags: { team: "ops" },
      resourceGroupId: "rg-2",
      privateKeyFile: file,
      savePrivateKey: false,
    });
    expect(reached).toEqual({ ...state, tags: { team: "ops" } });
    expect(incomplete?.message).toBe(
      'key pair "web": the cloud answered PermissionDenied (request id 4711).',
    );
    expect(existsSync(file)).toBe(false);
  });

  test("of a pair whose key somebody replaced are not changed", async () => {
    backend.put("web", ed25519Key("another's").publicKey);
    const { incomplete, state } = await update(importedState(), { ...args, tags: { a: "1" } });
    expect(incomplete?.message).toBe(
      'somebody replaced the key of key pair "web" (fake here), so it is not changed. Run `pulumi up --refresh` to take this into the state and go on. If another connection leads to the pair, put that back first.',
    );
    expect(state).not.toHaveProperty("tags");
    expect(backend.writes).toEqual([]);
  });

  test("of a pair that is gone say so", async () => {
    const { incomplete } = await update(importedState(), { ...args, tags: { a: "1" } });
    expect(incomplete?.message).toBe(
      'there is no key pair "web" (fake here) any more. Run `pulumi up --refresh` to take this into the state and go on. If another connection leads to the pair, put that back first.',
    );
    expect(incomplete?.code).toBe("NotFound");
  });

  test("of a pair that a listing does not show yet are changed", async () => {
    backend.put("web", importedState().publicKey);
    backend.script("findKeyPair", stale);
    const { incomplete } = await update(importedState(), { ...args, tags: { a: "1" } });
    expect(incomplete).toBeUndefined();
    expect(backend.pairs.get("web")?.tags).toEqual({ a: "1" });
  });
});

describe("the key", () => {
  test("that somebody put in the cloud and the program adopts is this resource's from here on", async () => {
    const theirs = ed25519Key("another's").publicKey;
    const args = { publicKeyBody: theirs, onExisting: "adopt" as const };
    const { state } = await update(foreignState(importedState()), args);
    expect(state.__ownKey).toBe(state.fingerprintSha256);
    expect(state.publicKeyBody).toBe(theirs);
  });

  test("of a created pair that the program now imports stays, with its private key", async () => {
    const { state } = await update(createdState(), { publicKeyBody: publicKey });
    expect(state).toMatchObject({ privateKey, publicKeyBody: publicKey });
  });
});

describe("the connection", () => {
  const elsewhere = {
    publicKeyBody: importedState().publicKey,
    connection: { backend: "local", path: "store.db" },
  } as const;

  test("that leads to the same pair is recorded", async () => {
    backend.put("web", importedState().publicKey);
    const { state, incomplete } = await update(importedState(), elsewhere);
    expect([state.connection, incomplete]).toEqual([{ backend: "local", path: "store.db" }, undefined]);
    expect(backend.calls).toEqual(["find web sweep"]);
  });

  test("that does not lead to the pair is not recorded: it would be forgotten where it is", async () => {
    const { state, incomplete } = await update(importedState(), elsewhere);
    expect(state.connection).toEqual(importedState().connection);
    expect(incomplete?.message).toContain("If another connection leads to the pair, put that back first.");
  });
});

describe("the private key", () => {
  const saved = () => createdState();

  test("is written to a file that the program names now", async () => {
    const file = join(testFolder(), "web.pem");
    const { state } = await update(saved(), { privateKeyFile: file });
    expect(readFileSync(file, "utf8")).toBe(privateKey);
    expect(state).toMatchObject({ privateKey, privateKeyFile: file });
    expect(backend.calls).toEqual([]);
  });

  test("leaves the state with savePrivateKey false, in each form that the plugin stored", async () => {
    const file = join(testFolder(), "web.pem");
    const { state } = await update(
      { ...saved(), ...defined(privateKeyForms({ privateKey })) },
      { privateKeyFile: file, savePrivateKey: false },
    );
    expect(JSON.stringify(state)).not.toContain("PRIVATE KEY");
    expect(readFileSync(file, "utf8")).toBe(privateKey);
  });

  test("stays in the state as long as the file cannot be written, and the file is still to be written", async () => {
    const folder = testFolder();
    const [before, after] = [join(folder, "before.pem"), join(folder, "web.pem")];
    writeFileSync(before, privateKey);
    backend.put("web", publicKey);
    backend.script(
      "changeTags",
      meanwhile(() => writeFileSync(after, "somebody was quicker")),
    );
    const { state, incomplete } = await update(createdState({ privateKeyFile: before }), {
      privateKeyFile: after,
      savePrivateKey: false,
      tags: { a: "1" },
    });
    expect(incomplete?.details).toMatchObject({ code: "File", property: "privateKeyFile" });
    expect(state).toMatchObject({ privateKey, privateKeyFile: before, tags: { a: "1" } });
  });

  test.each([
    [
      "holds another key",
      "web.pem",
      `holds another private key already (${createdState({}, rsaKey("another")).__ownKey}). It is never overwritten: move it away, or name another file.`,
    ],
    [
      "is in no folder",
      "keys/web.pem",
      "its folder is not there. Make the folder (`mkdir -p`), or name another file.",
    ],
  ])("to a file that %s is found before the cloud is called", async (_what, name, reason) => {
    const file = join(testFolder(), name);
    if (name === "web.pem") writeFileSync(file, rsaKey("another").privateKey);
    backend.put("web", publicKey);
    const moved = update(createdState(), { privateKeyFile: file, tags: { a: "1" } });
    await expect(moved).rejects.toThrow(reason);
    await expect(moved).rejects.toMatchObject({
      details: { code: "File", property: "privateKeyFile", keyPairName: "web" },
    });
    expect(backend.calls).toEqual([]);
  });

  test("to a file that holds this very key already is fine", async () => {
    const file = join(testFolder(), "web.pem");
    writeFileSync(file, privateKey);
    const { state, incomplete } = await update(saved(), { privateKeyFile: file });
    expect([state.privateKeyFile, incomplete]).toEqual([file, undefined]);
  });

  test("that is in its file as far as the state knows is not written again for another change's sake", async () => {
    const privateKeyFile = join(testFolder(), "keys", "web.pem");
    backend.put("web", publicKey);
    const { state, incomplete } = await update(createdState({ privateKeyFile }), {
      privateKeyFile,
      tags: { a: "1" },
    });
    expect(incomplete).toBeUndefined();
    expect(state).toMatchObject({ privateKey, privateKeyFile, tags: { a: "1" } });
  });

  test("does not leave the state for a file that is not on this machine", async () => {
    const privateKeyFile = join(testFolder(), "keys", "web.pem");
    await expect(
      update(createdState({ privateKeyFile }), { privateKeyFile, savePrivateKey: false }),
    ).rejects.toThrow(
      `key pair "web": cannot write ${privateKeyFile}: its folder is not there. Make the folder (\`mkdir -p\`), or name another file.`,
    );
  });

  describe("that is in its file only", () => {
    const fileOnly = (file: string) =>
      without(createdState({ privateKeyFile: file, savePrivateKey: false }), "privateKey");

    test("comes back into the state from there", async () => {
      const file = join(testFolder(), "web.pem");
      writeFileSync(file, privateKey);
      const { state } = await update(fileOnly(file), { privateKeyFile: file });
      expect(state.privateKey).toBe(privateKey);
    });

    test("goes to another file from there, and not into the state", async () => {
      const folder = testFolder();
      const [before, after] = [join(folder, "a.pem"), join(folder, "b.pem")];
      writeFileSync(before, privateKey);
      const { state } = await update(fileOnly(before), { privateKeyFile: after, savePrivateKey: false });
      expect(readFileSync(after, "utf8")).toBe(privateKey);
      expect(readFileSync(before, "utf8")).toBe(privateKey);
      expect(state).not.toHaveProperty("privateKey");
    });

    test("a .ppk file becomes PEM again", async () => {
      const folder = testFolder();
      const [before, after] = [join(folder, "a.ppk"), join(folder, "b.pem")];
      writeFileSync(before, convertPrivateKey(privateKey, "ppk", "web"));
      const { state } = await update(fileOnly(before), { privateKeyFile: after });
      expect(readFileSync(after, "utf8")).toBe(privateKey);
      expect(state.privateKey).toBe(privateKey);
    });

    test("does not come into the state when something fails before", async () => {
      const folder = testFolder();
      const before = join(folder, "a.pem");
      writeFileSync(before, privateKey);
      backend.put("web", publicKey);
      backend.script("changeTags", fails("Unavailable"));
      const { state } = await update(fileOnly(before), {
        privateKeyFile: join(folder, "b.pem"),
        savePrivateKey: false,
        tags: { a: "1" },
      });
      expect(state).toEqual(fileOnly(before));
    });

    test.each([
      ["is not on this machine", undefined],
      ["holds another key", rsaKey("another").privateKey],
    ])("a file that %s is asked for, and nothing changes", async (_what, contents) => {
      const file = join(testFolder(), "web.pem");
      if (contents) writeFileSync(file, contents);
      const state = fileOnly(file);
      await expect(update(state, { privateKeyFile: file, tags: { a: "1" } })).rejects.toThrow(
        `key pair "web": the private key ${state.__ownKey} is not in the state (savePrivateKey was false), and ${file} does not hold it on this machine. Run this where that file is, or copy it here.`,
      );
      expect(backend.calls).toEqual([]);
    });

    test("a change of something else needs no file", async () => {
      const file = join(testFolder(), "gone.pem");
      const { state } = await update(fileOnly(file), {
        privateKeyFile: file,
        savePrivateKey: false,
        onExisting: "adopt",
      });
      expect(state).not.toHaveProperty("privateKey");
    });
  });
});
