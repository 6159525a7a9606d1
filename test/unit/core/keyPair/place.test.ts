import { writeFileSync } from "node:fs";
import { afterEach, expect, test, vi } from "vitest";
import { createBackendCatalog } from "../../../../provider/backends";
import { checkAttachment } from "../../../../provider/core/attachment/check";
import { checkKeyPair } from "../../../../provider/core/keyPair/check";
import { diffKeyPair } from "../../../../provider/core/keyPair/diff";
import { keyPairSetResource } from "../../../../provider/core/keyPairSet";
import type { CheckedKeyPairArgs, Connection } from "../../../../provider/core/model";
import { RunMemory } from "../../../../provider/core/resource/runMemory";
import { settingsOf, testFolder } from "../support/context";
import { importedState } from "../support/states";

/* Where nothing can be made, the check of the arguments says so: a preview finds it, and not the `up`. */

const request = (projectFolder = "/project") => ({
  logicalName: "web",
  settings: settingsOf({ connection: {}, projectFolder }),
  catalog: createBackendCatalog(),
  run: new RunMemory(),
});

function problems(
  connection: Connection,
  olds: Partial<CheckedKeyPairArgs> = {},
  projectFolder?: string,
): string[] {
  const { failures } = checkKeyPair({ ...request(projectFolder), olds, news: { connection } });
  return failures.map(({ property, reason }) => `${property}: ${reason}`);
}

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

test("Alibaba Cloud without a region, or with what is none", () => {
  vi.stubEnv("HOME", testFolder());
  for (const name of ["ALICLOUD_REGION", "ALIBABA_CLOUD_REGION"]) vi.stubEnv(name, "");
  const advice =
    "Run `pulumi config set keypair:region cn-hangzhou`, set ALIBABA_CLOUD_REGION, or give `connection.region`.";
  const whom =
    "keypair:region serves the configured backend only: a resource of another backend needs `connection.region` (on the command line `--region`).";
  const missing = `connection: no region is configured for Alibaba Cloud. ${advice} ${whom}`;
  expect(problems({ backend: "alibaba" })).toEqual([missing]);
  expect(problems({ backend: "alibaba", region: "China 1" })).toEqual([
    `connection: "China 1" is not a region of Alibaba Cloud. ${advice}`,
  ]);
  expect(problems({ backend: "alibaba", region: "cn-hangzhou", endpoint: "ftp://x" })).toHaveLength(1);
  expect(problems({ backend: "alibaba", region: "cn-hangzhou" })).toEqual([]);
  const attachment = {
    keyPairName: "web",
    instanceIds: ["i-1"],
    connection: { backend: "alibaba" } as const,
  };
  expect(checkAttachment({ ...request(), olds: {}, news: attachment }).failures).toHaveLength(1);
  const failuresOfSet = (more: object) =>
    keyPairSetResource
      .check({
        ...request(),
        olds: {},
        news: { created: ["ci"], connection: { backend: "alibaba" }, ...more },
      })
      .failures.map(({ property, reason }) => `${property}: ${reason}`);
  expect(failuresOfSet({})).toEqual([missing]);
  expect(failuresOfSet({ regions: ["cn-hangzhou", "China 1"] })).toEqual([
    `connection: "China 1" is not a region of Alibaba Cloud. ${advice}`,
  ]);
  // The state of a pair that is there says where it is.
  expect(problems({ backend: "alibaba" }, { keyPairName: "web-1234567", __automaticName: true })).toEqual([]);
});

test("a store that is a folder; a file, and one that is not there yet, may be a store", () => {
  const folder = testFolder();
  expect(problems({ backend: "local", path: "." }, {}, folder)).toEqual([
    `connection: the local store ${folder} is a folder. Set \`keypair:path\` or \`connection.path\` to another file, or move this one away.`,
  ]);
  writeFileSync(`${folder}/file`, "");
  for (const path of ["file", "not/there", "file/below"])
    expect(problems({ backend: "local", path }, {}, folder)).toEqual([]);
});

test("a pair of the default store is there still when the configuration names another one", () => {
  const kindsWith = (connection: Connection, state: { __account?: string; connection?: Connection } = {}) =>
    diffKeyPair({
      state: importedState({ region: "local", ...state }),
      args: {
        keyPairName: "web",
        publicKeyBody: importedState().publicKey,
        ...(state.connection && { connection: state.connection }),
      },
      settings: settingsOf({ connection: { backend: "local", ...connection }, projectFolder: "/project" }),
      catalog: createBackendCatalog(),
    }).changes.map(({ property, kind }) => `${property} ${kind}`);
  expect(kindsWith({})).toEqual([]);
  expect(kindsWith({ path: "other.sqlite" })).toEqual(["connection replace"]);
  expect(kindsWith({ path: "other.sqlite" }, { __account: "other.sqlite" })).toEqual([]);
  expect(kindsWith({ path: "other.sqlite" }, { connection: { path: "own.sqlite" } })).toEqual([]);
  expect(kindsWith({}, { __account: "other.sqlite" })).toEqual(["connection replace"]);
});
