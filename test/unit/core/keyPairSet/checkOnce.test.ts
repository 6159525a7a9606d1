import { expect, test, vi } from "vitest";
import { wantedPairs } from "../../../../provider/core/keyPairSet/members";
import { rsaKey } from "../support/keys";
import { FakeCloud } from "../support/regions";

vi.mock("../../../../provider/core/keyPairSet/members", { spy: true });

test("a check finds out once which pairs there will be", () => {
  const { failures } = new FakeCloud().check({
    publicKeys: { anna: rsaKey("anna").publicKey },
    created: ["ci"],
    regions: ["east", "west"],
  });
  expect(failures).toEqual([]);
  expect(wantedPairs).toHaveBeenCalledTimes(1);
});
