import { describe, expect, it, vi } from "vitest";
import { EcsAttachments } from "../../../../provider/backends/alibaba/attachments";
import type { EcsCaller } from "../../../../provider/backends/alibaba/client";
import { Reply } from "../../../../provider/backends/alibaba/reply";
import { KeyPairError } from "../../../../provider/core/errors";
import { checkNotCancelled } from "../../../../provider/core/pause";
import { useFakeTime, withoutWaiting } from "../../core/support/context";
import { failureOf } from "../../core/support/failureOf";

const timeIsUp = new KeyPairError({ code: "DeadlineExceeded", message: "gave up after 3 tries" });

/** ECS, where these instances are starting, and the calls of a change after the first one fail. */
function ecs(starting: string[]) {
  const interruption = new AbortController();
  const changed: string[] = [];
  const call: EcsCaller["call"] = async (action, request, operation) => {
    checkNotCancelled(operation);
    if (action === "DescribeInstances") throw timeIsUp;
    if (changed.length > 0) throw timeIsUp;
    const ids: string[] = "InstanceIds" in request ? JSON.parse(String(request.InstanceIds)) : [];
    changed.push(...ids.filter((id) => !starting.includes(id)));
    const results = ids.map((id) =>
      starting.includes(id)
        ? { InstanceId: id, Success: "false", Code: "IncorrectInstanceStatus", Message: "It is starting." }
        : { InstanceId: id, Success: "true" },
    );
    return new Reply({ Results: { Result: results } }, action);
  };
  return {
    changed,
    interruption,
    client: new EcsAttachments({ call }),
    operation: { signal: interruption.signal, deadline: Date.now() + 60_000, progress() {} },
  };
}

describe.each(["attach", "detach"] as const)("%s, while an instance is starting", (change) => {
  it("tells what it has done when a later call fails", async () => {
    useFakeTime();
    const { client, operation, changed } = ecs(["i-2"]);
    expect(await withoutWaiting(() => client[change]("web", ["i-1", "i-2"], operation))).toEqual([
      { instanceId: "i-2", message: "gave up after 3 tries" },
    ]);
    expect(changed).toEqual(["i-1"]);
  });

  it("tells what it has done when the user interrupts", async () => {
    const { client, operation, interruption, changed } = ecs(["i-2"]);
    const interrupted = { ...operation, progress: () => interruption.abort() };
    expect(await client[change]("web", ["i-1", "i-2"], interrupted)).toEqual([
      { instanceId: "i-2", message: "interrupted while waiting for the cloud" },
    ]);
    expect(changed).toEqual(["i-1"]);
  });

  it("rejects when it has done nothing", async () => {
    const { client, operation, interruption } = ecs(["i-1", "i-2"]);
    const interrupted = { ...operation, progress: () => interruption.abort() };
    expect(await failureOf(client[change]("web", ["i-1", "i-2"], interrupted))).toMatchObject({
      code: "Cancelled",
    });
  });
});

describe.each(["attach", "detach"] as const)("%s, whose replies are lost until the deadline", (change) => {
  const operation = { signal: new AbortController().signal, deadline: Date.now() - 1, progress() {} };
  /** A look shows that these instances have the pair. It needs time of its own. */
  const ecsWith = (attached: string[], error = timeIsUp) =>
    new EcsAttachments({
      async call(action, _request, { deadline }) {
        if (action !== "DescribeInstances") throw error;
        if (deadline < Date.now()) throw timeIsUp;
        const instances = attached.map((InstanceId) => ({ InstanceId }));
        return new Reply({ Instances: { Instance: instances } }, action);
      },
    });
  /** The instances of which the change was carried out for these. */
  const shown = (done: string[]) =>
    change === "attach" ? done : ["i-1", "i-2"].filter((id) => !done.includes(id));

  it("is done where a look shows it", async () => {
    const client = ecsWith(shown(["i-1", "i-2"]));
    expect(await client[change]("web", ["i-1", "i-2"], operation)).toEqual([]);
  });

  it("tells the instances for which it is not", async () => {
    const client = ecsWith(shown(["i-1"]));
    expect(await client[change]("web", ["i-1", "i-2"], operation)).toEqual([
      { instanceId: "i-2", message: "gave up after 3 tries" },
    ]);
  });

  it("is done where a look shows it, also when a part was told to fail before", async () => {
    let rounds = 0;
    const short = { ...operation, deadline: Date.now() + 3_000 };
    const client = new EcsAttachments({
      async call(action, _request, { deadline }) {
        if (action === "DescribeInstances") {
          if (deadline < Date.now()) throw timeIsUp;
          const instances = shown(["i-1", "i-2"]).map((InstanceId) => ({ InstanceId }));
          return new Reply({ Instances: { Instance: instances } }, action);
        }
        if (++rounds > 1) {
          vi.setSystemTime(short.deadline + 1);
          throw timeIsUp;
        }
        const starting = {
          InstanceId: "i-2",
          Success: "false",
          Code: "IncorrectInstanceStatus",
          Message: "no",
        };
        return new Reply({ Results: { Result: [{ InstanceId: "i-1", Success: "true" }, starting] } }, action);
      },
    });
    useFakeTime();
    expect(await withoutWaiting(() => client[change]("web", ["i-1", "i-2"], short))).toEqual([]);
  });

  it("rejects with the reason where it was not carried out at all", async () => {
    expect(await failureOf(ecsWith(shown([]))[change]("web", ["i-1", "i-2"], operation))).toBe(timeIsUp);
    const denied = new KeyPairError({ code: "PermissionDenied", message: "the credentials may not do this" });
    const client = ecsWith(shown(["i-1", "i-2"]), denied);
    expect(await failureOf(client[change]("web", ["i-1", "i-2"], operation))).toBe(denied);
  });
});
