import { expect, it } from "vitest";
import { Run } from "../../engine/support/run";

it("the events of an engine that was killed in the middle of a line are those before it", () => {
  const urn = "urn:pulumi:dev::test::pulumi-nodejs:dynamic/keypair:KeyPair::web";
  const event = (sequence: number) =>
    `${JSON.stringify({ sequence, resourcePreEvent: { metadata: { op: "create", urn } } })}\n`;
  expect(new Run(137, "", event(1) + event(2).slice(0, 60)).ops("web")).toEqual(["create"]);
  expect(new Run(137, "", "").steps).toEqual([]);
});
