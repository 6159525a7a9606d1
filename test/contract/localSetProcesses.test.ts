import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { KeyPairStore } from "../../provider/backends/local/store";
import { formatPublicKeyLine, publicKeyOfPrivateKey } from "../../provider/keys";
import { compile } from "../support/compile";
import type { MadeSet } from "./support/localSetMaker";
import { newLine } from "./support/workbench";

const MAKER = "test/contract/support/localSetMaker.ts";
const COUNT = 150;
const folder = mkdtempSync(join(tmpdir(), "keypair-sets-"));
const path = join(folder, "local.sqlite");
let compiled = "";

beforeAll(() => {
  compiled = compile(MAKER, "test/contract/support/harness.ts");
});
afterAll(() => {
  for (const used of [folder, compiled]) rmSync(used, { recursive: true, force: true });
});

it("two processes that make sets in one local store at once lose nothing, and one of them gets each name", async () => {
  const makers = [start(await newLine(), "first-", "shared-"), start(await newLine(), "second-", "shared-")];
  await Promise.all(makers.map((maker) => once(maker, "message")));
  const sets = (await Promise.all(makers.map(finished))).flat();

  const inStates = sets.flatMap(({ keyPairs, privateKeys }) =>
    Object.entries(keyPairs).map(([member, { local }]) => {
      const privateKey = privateKeys[member];
      const publicKey = privateKey && formatPublicKeyLine(publicKeyOfPrivateKey(privateKey));
      return [local?.keyPairName, publicKey ?? local?.publicKey];
    }),
  );
  const store = new KeyPairStore(path);
  const inStore = store.list("local").keyPairs.map(({ name, publicKey }) => [name, publicKey]);
  store.close();
  expect(inStates.sort()).toEqual(inStore.sort());
  expect(inStore).toHaveLength(3 * (COUNT + 1));

  const [first, firstShared, second, secondShared] = sets.map(({ problem }) => problem);
  expect([first, second]).toEqual([undefined, undefined]);
  // Each shared name is taken for one of them.
  const failed = [firstShared, secondShared].map((problem = "0 of") => Number.parseInt(problem, 10));
  expect(failed.reduce((sum, count) => sum + count)).toBe(COUNT + 1);
});

function start(publicKey: string, ...prefixes: string[]): ChildProcess {
  const script = join(compiled, MAKER.replace(/\.ts$/, ".js"));
  return fork(script, [path, publicKey, String(COUNT), ...prefixes]);
}

async function finished(maker: ChildProcess): Promise<MadeSet[]> {
  const ended = once(maker, "exit");
  maker.send("begin");
  const [made] = await once(maker, "message");
  expect(await ended).toEqual([0, null]);
  return made;
}
