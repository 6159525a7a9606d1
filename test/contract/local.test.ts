import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll } from "vitest";
import { open } from "../../provider/backends/local/open";
import { rules } from "../../provider/backends/local/rules";
import { KeyPairStore } from "../../provider/backends/local/store";
import { type KeyPairHarness, keyPairContract, keyPairSetContract } from "./support/keyPairContract";
import { newLine } from "./support/workbench";

const folder = mkdtempSync(join(tmpdir(), "keypair-contract-"));
const path = join(folder, "local.sqlite");
const region = "local";
afterAll(() => rmSync(folder, { recursive: true }));

const harness: KeyPairHarness = {
  rules,
  open: () => open({ backend: "local", path }, {}),
  cloudCodes: {
    AlreadyExists: "KeyPair.AlreadyExist",
    QuotaExceeded: "QuotaExceed.KeyPair",
    InUse: "InvalidParameter.KeypairAlreadyAttachedInstance",
  },
  capabilities: {
    madeKey: { type: "rsa", bits: 2048 },
    tags: { most: 20, ignoresCase: true, addSystemTag },
    resourceGroups: { ids: ["rg-acfmxazb4p1", "rg-acfmxazb4p2"], missing: "production" },
    attachments: {
      instanceIds: Array.from({ length: 70 }, (_, n) => `i-bp67acfmxazb4p${n}`),
      missing: "not-an-instance",
    },
    unusualNames: ["键对:a.b_c-d", "Ключ", "k2", "x".repeat(128), "𝒦ey"],
  },
  openWithRoomFor,
  openElsewhere: () => open({ backend: "local", path, region: "elsewhere" }, {}),
  stall,
};

keyPairContract("local", harness);
keyPairSetContract("local", harness);

async function addSystemTag(name: string): Promise<void> {
  withStore(path, (store) => store.tag(region, [name], { "acs:ecs:managed": "true" }, "system"));
}

/** A store that is filled up to the real quota of 500. */
async function openWithRoomFor(count: number) {
  const full = join(folder, `${randomUUID()}.sqlite`);
  const publicKey = await newLine();
  withStore(full, (store) =>
    store.atomically(() => {
      for (let n = 0; n < 500 - count; n++) store.import(region, { name: `filler-${n}`, publicKey });
    }),
  );
  return open({ backend: "local", path: full }, {});
}

/** Another connection holds the write lock, as a process that was stopped in the middle of a write does. */
async function stall(): Promise<() => Promise<void>> {
  const writer = new DatabaseSync(path);
  writer.exec("BEGIN IMMEDIATE");
  return async () => writer.close();
}

function withStore(file: string, work: (store: KeyPairStore) => void): void {
  const store = new KeyPairStore(file);
  try {
    work(store);
  } finally {
    store.close();
  }
}
