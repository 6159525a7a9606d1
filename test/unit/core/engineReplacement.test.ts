import { join } from "node:path";
import { expect, test } from "vitest";
import { keyPairResource } from "../../../provider/core/keyPair";
import { keyPairSetResource } from "../../../provider/core/keyPairSet";
import type { ManagedResource } from "../../../provider/core/resource/contract";
import { RunMemory } from "../../../provider/core/resource/runMemory";
import { ResourceService } from "../../../provider/core/resource/service";
import { UNKNOWN } from "../../../provider/core/unknown";
import { testFolder, URN } from "./support/context";
import { ed25519Key } from "./support/keys";
import { FakeCloud } from "./support/regions";

/* A replacement that the engine wants for a reason of its own (`replaceOnChanges`, `replaceWith`). */

const publicKey = ed25519Key("imported").publicKey;

/** What one run of the engine does to a resource, by the calls that it makes. */
function newRun(resource: unknown, { catalog, settings } = new FakeCloud()) {
  const warnings: string[] = [];
  const none = () => {};
  const warn = (_: unknown, message: string) => {
    if (message.includes("rotates")) warnings.push(message);
  };
  const service = new ResourceService(resource as ManagedResource<object, object, object>, {
    catalog,
    run: new RunMemory(),
    reporter: { warn, inform: none, progress: none, debug: none },
    settings: () => settings,
  });
  const check = (news: object, olds: object) =>
    service.check({ logicalName: "team", olds, news }, { urn: URN });
  return { check, diff: (state: object, args: object) => service.diff(state, args, { urn: URN }), warnings };
}

test.each([
  [
    "a created pair",
    keyPairResource,
    { keyPairName: "web" },
    [
      expect.stringContaining(
        'replaces key pair "web" without a change of its own, which rotates its private key',
      ),
    ],
  ],
  ["an imported pair", keyPairResource, { keyPairName: "web", publicKeyBody: publicKey }, []],
  [
    "a set with created members",
    keyPairSetResource,
    { created: ["ci", "bastion"], publicKeys: { anna: publicKey } },
    [expect.stringContaining("replaces the whole set, which rotates the private keys of ci, bastion")],
  ],
  [
    "a set whose private keys are in a folder only",
    keyPairSetResource,
    { created: ["ci"], privateKeyFolder: ".", savePrivateKeys: false },
    [expect.stringContaining("keep the old ones (in .) until no machine needs them.")],
  ],
  ["a set of imported pairs", keyPairSetResource, { publicKeys: { anna: publicKey } }, []],
])("of %s warns, if it makes new keys", (_, resource, news, expected) => {
  const { check, warnings } = newRun(resource);
  const olds = newRun(resource).check(news, {}).args;
  check(news, olds);
  expect(warnings).toEqual([]);
  check(news, {});
  expect(warnings).toEqual(expected);
});

test("a new resource is not replaced", () => {
  const { check, warnings } = newRun(keyPairResource);
  check({ keyPairName: "web" }, {});
  check({ keyPairName: "web" }, {});
  expect(warnings).toEqual([]);
});

test("a replacement that the comparison has warned of is warned of once", async () => {
  const cloud = new FakeCloud();
  const { check, diff, warnings } = newRun(keyPairResource);
  const olds = { keyPairName: "web", keepers: { n: "1" } };
  const { state } = await keyPairResource.create(olds, cloud.context());
  const news = { ...olds, keepers: { n: "2" } };
  diff(state, check(news, olds).args);
  check(news, {});
  expect(warnings).toEqual([expect.stringContaining("(keepers) rotates its private key SHA256:")]);
});

/*
 * What depends on a resource that is deleted before its replacement is made: the engine compares it before any check, with unknown values,
 * deletes it, and checks it once, without its old arguments.
 */
test("a replacement that follows from another resource's is warned of, and its key file is known", async () => {
  const cloud = new FakeCloud();
  const olds = {
    keyPairName: "web",
    privateKeyFile: join(testFolder(), "web.pem"),
    keepers: { ca: "1" },
  };
  const { state } = await keyPairResource.create(olds, cloud.context());
  const { check, diff, warnings } = newRun(keyPairResource, cloud);
  expect(diff(state, { ...olds, keepers: { ca: UNKNOWN } }).changes).toEqual([
    { property: "keepers", kind: "replace" },
  ]);
  expect(warnings).toEqual([]);
  expect(check({ ...olds, keepers: { ca: UNKNOWN } }, {}).failures).toEqual([]);
  expect(warnings).toEqual([expect.stringContaining("(keepers) rotates its private key SHA256:")]);
});

test("a comparison before any check that replaces nothing is followed by no warning", async () => {
  const cloud = new FakeCloud();
  const olds = { keyPairName: "web", keepers: { ca: "1" } };
  const { state } = await keyPairResource.create(olds, cloud.context());
  const { check, diff, warnings } = newRun(keyPairResource, cloud);
  diff(state, olds);
  check(olds, {});
  expect(warnings).toEqual([]);
});

test("a replacement that the refresh compared, and that the program no longer wants, is not warned of", async () => {
  const cloud = new FakeCloud();
  const olds = { keyPairName: "web", keepers: { ca: "1" } };
  const { state } = await keyPairResource.create(olds, cloud.context());
  const { check, diff, warnings } = newRun(keyPairResource, cloud);
  diff(state, { ...olds, keepers: { ca: "2" } });
  diff(state, check(olds, olds).args);
  check(olds, olds);
  expect(warnings).toEqual([]);
});
