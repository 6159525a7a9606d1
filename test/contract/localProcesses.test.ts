import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { KeyPairStore, type StoredKeyPair } from "../../provider/backends/local/store";
import {
  fingerprintMd5,
  formatPublicKeyLine,
  publicKeyOfPrivateKey,
  readPublicKey,
} from "../../provider/keys";
import { compile } from "../support/compile";
import type { MadeSet } from "./support/localSetMaker";
import { newLine } from "./support/workbench";

const WRITER = "test/contract/support/localWriter.ts";
const SET_MAKER = "test/contract/support/localSetMaker.ts";
const region = "local";
const folder = mkdtempSync(join(tmpdir(), "keypair-processes-"));
let compiled = "";
let publicKey = "";
let fingerprint = "";

beforeAll(async () => {
  compiled = compile(WRITER, SET_MAKER, "test/contract/support/harness.ts");
  publicKey = await newLine();
  fingerprint = fingerprintMd5(readPublicKey(publicKey));
});
afterAll(() => {
  for (const path of [folder, compiled]) rmSync(path, { recursive: true, force: true });
});

describe("a local store that eight processes open and write to at once", () => {
  const writers = 8;
  const each = 40;

  it("loses nothing, gives a name to one of them, and keeps the quota", async () => {
    const path = join(folder, "shared/local.sqlite");
    const outputs = await Promise.all(
      Array.from({ length: writers }, async (_, n) =>
        finished(start(path, "import", `writer${n}`, String(each))),
      ),
    );
    const lines = outputs.join("").trim().split("\n");
    const wins = lines.filter((line) => line.startsWith("done import contested-"));
    expect(new Set(wins).size).toBe(wins.length);
    expect(wins).toHaveLength(each);
    expect(lines.filter((line) => line.startsWith("done import writer"))).toHaveLength(writers * each);
    expect(lines.filter((line) => line.startsWith("failed AlreadyExists contested-"))).toHaveLength(
      (writers - 1) * each,
    );
    expect(lines).toHaveLength(2 * writers * each);
    expect(pairsIn(path)).toHaveLength((writers + 1) * each);

    const more = await Promise.all(
      ["a", "b", "c"].map((prefix) => finished(start(path, "import", prefix, "60"))),
    );
    expect(more.join("").match(/^done import/gm)).toHaveLength(500 - (writers + 1) * each);
    expect(more.join("")).toContain("failed QuotaExceeded");
    expect(pairsIn(path)).toHaveLength(500);
  });
});

describe("a local store in which two processes make sets at once", () => {
  const each = 150;

  it("loses nothing, and gives each name to one of them", async () => {
    const path = join(folder, "sets.sqlite");
    const makers = [
      startSets(path, await newLine(), "first-", "shared-"),
      startSets(path, await newLine(), "second-", "shared-"),
    ];
    await Promise.all(makers.map((maker) => once(maker, "message")));
    const sets = (await Promise.all(makers.map(madeSets))).flat();

    const inStates = sets.flatMap(({ keyPairs, privateKeys }) =>
      Object.entries(keyPairs).map(([member, { [region]: pair }]) => {
        const privateKey = privateKeys[member];
        const own = privateKey && formatPublicKeyLine(publicKeyOfPrivateKey(privateKey));
        return [pair?.keyPairName, own ?? pair?.publicKey];
      }),
    );
    const inStore = pairsIn(path).map((pair) => [pair.name, pair.publicKey]);
    expect(inStates.sort()).toEqual(inStore.sort());
    expect(inStore).toHaveLength(3 * (each + 1));

    const [first, firstShared, second, secondShared] = sets.map(({ problem }) => problem);
    expect([first, second]).toEqual([undefined, undefined]);
    // Each shared name is taken for one of them.
    const failed = [firstShared, secondShared].map((problem = "0 of") => Number.parseInt(problem, 10));
    expect(failed.reduce((sum, count) => sum + count)).toBe(each + 1);
  });

  function startSets(path: string, line: string, ...prefixes: string[]): ChildProcess {
    return fork(scriptOf(SET_MAKER), [path, line, String(each), ...prefixes]);
  }

  async function madeSets(maker: ChildProcess): Promise<MadeSet[]> {
    const ended = once(maker, "exit");
    maker.send("begin");
    const [made] = await once(maker, "message");
    expect(await ended).toEqual([0, null]);
    return made;
  }
});

describe("a local store whose writer is killed (SIGKILL)", () => {
  const kills = 8;
  const batchSize = 50;

  it("is whole after each kill: what was answered is there, the rest whole or not at all", async () => {
    const path = join(folder, "killed.sqlite");
    let output = "";
    for (let n = 0; n < kills; n++) {
      output += await killedAfter(start(path, "churn", `run${n}`, String(batchSize)), 3 + n);
      expectWhole(path, output);
    }
  });

  it("has nothing of a change that the kill cut short, and takes writes at once", async () => {
    const path = join(folder, "cut.sqlite");
    const survivor = new KeyPairStore(path);
    await once(start(path, "die", "cut", "450"), "exit");
    // Both changes, the second of which was not finished; else nothing of it came as far as the file.
    expect(statSync(`${path}-wal`).size).toBeGreaterThan(3e6);
    survivor.import(region, { name: "after", publicKey });
    const pairs = pairsIn(path);
    expect(pairs).toHaveLength(451);
    expect(new Set(pairs.flatMap(({ tags }) => Object.values(tags)))).toEqual(new Set(["a".repeat(128)]));
    expectSound(path);
    survivor.close();
    expectSound(path);
  });

  it("opens when the kill came while the file was made", async () => {
    for (let n = 0; n < kills; n++) {
      const path = join(folder, `made${n}.sqlite`);
      const output = await killedAfter(start(path, "make"), 1 + n);
      const last = Number(
        output
          .match(/begin make (\d+)/g)
          ?.at(-1)
          ?.split(" ")
          .at(-1),
      );
      for (let file = 0; file <= last; file++) {
        const store = new KeyPairStore(`${path}.${file}`);
        expect(store.import(region, { name: "first", publicKey }).name).toBe("first");
        store.close();
      }
    }
  });

  /** Compares the store with what its writers said before they were killed. */
  function expectWhole(path: string, output: string): void {
    expectSound(path);
    const said = (stage: string, action: string, batch: string) =>
      output.includes(`${stage} ${action} ${batch}\n`);
    const stored = pairsIn(path);
    for (const [, batch = ""] of output.matchAll(/^begin import (\S+)$/gm)) {
      const pairs = stored.filter(({ tags }) => tags["batch"] === batch);
      const mayBeThere = !said("done", "delete", batch);
      const mayBeGone = !said("done", "import", batch) || said("begin", "delete", batch);
      expect(pairs.length).toBeOneOf([...(mayBeThere ? [batchSize] : []), ...(mayBeGone ? [0] : [])]);
      const states = new Set(pairs.map(({ tags }) => tags["state"]));
      expect(states.size).toBeLessThanOrEqual(1);
      if (states.has("new")) expect(said("done", "tag", batch)).toBe(false);
      if (states.has("tagged")) expect(said("begin", "tag", batch)).toBe(true);
      for (const pair of pairs) expect(pair).toMatchObject({ publicKey, fingerprint });
    }
  }
});

function expectSound(path: string): void {
  const inspected = new DatabaseSync(path);
  expect(inspected.prepare("PRAGMA integrity_check").all()).toEqual([{ integrity_check: "ok" }]);
  expect(inspected.prepare("PRAGMA foreign_key_check").all()).toEqual([]);
  inspected.close();
}

function pairsIn(path: string): StoredKeyPair[] {
  const store = new KeyPairStore(path);
  try {
    return store.list(region).keyPairs;
  } finally {
    store.close();
  }
}

function start(path: string, ...task: string[]): ChildProcess {
  return spawn(process.execPath, [scriptOf(WRITER), path, publicKey, ...task], {
    stdio: ["ignore", "pipe", "inherit"],
  });
}

function scriptOf(file: string): string {
  return join(compiled, file.replace(/\.ts$/, ".js"));
}

async function finished(child: ChildProcess): Promise<string> {
  const [output, [code]] = await Promise.all([outputOf(child), once(child, "exit")]);
  expect(code).toBe(0);
  return output;
}

/** Kills the process as soon as it has said so many lines, and so in the middle of what it does next. Resolves to all that it said. */
async function killedAfter(child: ChildProcess, lines: number): Promise<string> {
  let output = "";
  for await (const chunk of child.stdout ?? []) {
    output += chunk;
    if (output.split("\n").length > lines) child.kill("SIGKILL");
  }
  return output;
}

function outputOf(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error("the process has no standard output");
  return text(child.stdout);
}
