import { expect, test } from "vitest";
import { SharedOperation } from "../../../provider/transport/operation";
import { operation } from "./support";

function aborted() {
  const member = operation();
  member.cancel();
  return member;
}

test("an operation all of whose members were aborted before is aborted", () => {
  expect(new SharedOperation([aborted(), aborted()]).signal.aborted).toBe(true);
});

test("a member that was aborted before counts as aborted when the last other one is", () => {
  const other = operation();
  const shared = new SharedOperation([aborted(), other]);
  expect(shared.signal.aborted).toBe(false);
  other.cancel();
  expect(shared.signal.aborted).toBe(true);
});

test("a member that joins when it is aborted already does not keep the operation going", () => {
  const first = operation();
  const shared = new SharedOperation([first]);
  shared.join(aborted());
  first.cancel();
  expect(shared.signal.aborted).toBe(true);
});

test("an operation without members goes on: its first member is still to come", () => {
  const shared = new SharedOperation();
  expect(shared.signal.aborted).toBe(false);
  shared.join(operation());
  expect(shared.signal.aborted).toBe(false);
});

test("the deadline is the latest of the members, also of one that joins later", () => {
  const [early, late] = [operation(1_000), operation(60_000)];
  const shared = new SharedOperation([early]);
  expect(shared.deadline).toBe(early.deadline);
  shared.join(late);
  expect(shared.deadline).toBe(late.deadline);
});
