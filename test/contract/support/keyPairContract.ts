import { afterAll, afterEach, beforeAll, describe } from "vitest";
import type { KeyPairHarness } from "./harness";
import { attachments } from "./sections/attachments";
import { deletion } from "./sections/deletion";
import { endings } from "./sections/endings";
import { keyPairSetLimits } from "./sections/keyPairSetLimits";
import { keyPairSetPlaces } from "./sections/keyPairSetPlaces";
import { keyPairSets } from "./sections/keyPairSets";
import { keyPairSetTags } from "./sections/keyPairSetTags";
import { listing } from "./sections/listing";
import { lookup } from "./sections/lookup";
import { creation, importing } from "./sections/making";
import { quota } from "./sections/quota";
import { regions } from "./sections/regions";
import { resourceGroups } from "./sections/resourceGroups";
import { tags } from "./sections/tags";
import { Workbench } from "./workbench";

export { type Capabilities, type KeyPairHarness, operation } from "./harness";

/**
 * What provider/core/backend.ts says in words, as tests that every backend passes. What a cloud does not have is tested to be
 * absent, not skipped.
 */
export function keyPairContract(title: string, harness: KeyPairHarness): void {
  describe(`${title}: the key pair contract`, () => {
    const bench = workbench(harness);
    importing(bench);
    creation(bench);
    lookup(bench);
    listing(bench);
    deletion(bench);
    tags(bench);
    resourceGroups(bench);
    regions(bench);
    attachments(bench);
    quota(bench);
    endings(bench);
  });
}

/** What a set does with the pairs of its members, on each cloud. */
export function keyPairSetContract(title: string, harness: KeyPairHarness): void {
  describe(`${title}: a set of key pairs`, () => {
    const bench = workbench(harness);
    keyPairSets(bench);
    keyPairSetPlaces(bench);
    keyPairSetTags(bench);
    keyPairSetLimits(bench);
  });
}

function workbench(harness: KeyPairHarness): Workbench {
  const bench = new Workbench(harness);
  beforeAll(() => bench.open());
  afterEach(() => bench.cleanUp());
  afterAll(() => bench.close());
  return bench;
}
