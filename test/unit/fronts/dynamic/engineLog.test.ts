import { describe, expect, test } from "vitest";
import { connectHostEngine, pluginHost } from "../../../../provider/fronts/dynamic/hostEngine";
import { EngineLog } from "../../../../provider/fronts/shared/engineLog";
import { rsaKey } from "../../core/support/keys";

class LogRequest {
  severity = -1;
  message = "";
  urn = "";
  ephemeral = false;
  setSeverity(severity: number): void {
    this.severity = severity;
  }
  setMessage(message: string): void {
    this.message = message;
  }
  setUrn(urn: string): void {
    this.urn = urn;
  }
  setEphemeral(ephemeral: boolean): void {
    this.ephemeral = ephemeral;
  }
}

/** @param delays  How long each message takes, in ms. */
function engine(...delays: number[]) {
  const said: object[] = [];
  const client = {
    log(request: object, answer: (error: null) => void) {
      setTimeout(() => {
        said.push({ ...request });
        answer(null);
      }, delays.shift() ?? 0);
    },
  };
  return { said, connection: { client, LogRequest } };
}

/** Says messages as an operation does, and waits as the engine does for its answer. */
async function saying(log: EngineLog, say: () => void): Promise<void> {
  await log.beforeAnswers({ operation: async () => say() }).operation();
}

test("a warning stays, progress does not, and both are on their resource", async () => {
  const { said, connection } = engine();
  const log = new EngineLog(() => connection);
  await saying(log, () => {
    log.warn("urn:web", "careful");
    log.progress("urn:web", "waiting");
    log.warn(undefined, "of the stack");
  });
  expect(said).toEqual([
    { severity: 2, message: "careful", urn: "urn:web", ephemeral: false },
    { severity: 1, message: "waiting", urn: "urn:web", ephemeral: true },
    { severity: 2, message: "of the stack", urn: "", ephemeral: false },
  ]);
});

test("messages do not overtake each other, and all of them are there before the answer, also that of a failure", async () => {
  const { said, connection } = engine(30, 0, 10);
  const log = new EngineLog(() => connection);
  const { operation } = log.beforeAnswers({
    async operation() {
      for (const done of [1, 5, 9]) log.progress("urn:team", `${done} of 9 key pairs`);
      throw new Error("one is attached");
    },
  });
  await expect(operation()).rejects.toThrow("one is attached");
  expect(said).toEqual(
    [1, 5, 9].map((done) => expect.objectContaining({ message: `${done} of 9 key pairs` })),
  );
});

test("no private key is said", async () => {
  const { said, connection } = engine();
  const log = new EngineLog(() => connection);
  await saying(log, () => log.progress("urn:web", `got ${rsaKey("pasted").privateKey}`));
  expect(said).toEqual([expect.objectContaining({ message: "got [private key removed]\n" })]);
});

describe("a message that cannot be said fails nothing", () => {
  test.each<[string, () => ReturnType<typeof engine>["connection"] | undefined]>([
    ["there is no engine", () => undefined],
    [
      "its protocol cannot be loaded",
      () => {
        throw new Error("Cannot find module '@pulumi/pulumi/proto/engine_grpc_pb'");
      },
    ],
    [
      "the connection is closed",
      () => ({
        LogRequest,
        client: {
          log() {
            throw new Error("closed");
          },
        },
      }),
    ],
  ])("%s", async (_why, connect) => {
    const log = new EngineLog(connect);
    await expect(saying(log, () => log.warn("urn:web", "careful"))).resolves.toBeUndefined();
  });

  test("and is said once there is one", async () => {
    const { said, connection } = engine();
    let isThere = false;
    const log = new EngineLog(() => (isThere ? connection : undefined));
    log.warn("urn:web", "lost");
    isThere = true;
    await saying(log, () => log.warn("urn:web", "careful"));
    expect(said).toHaveLength(1);
  });
});

test("outside of the engine's plugin host there is no engine to speak to", () => {
  expect(pluginHost()).toBeUndefined();
  expect(connectHostEngine()).toBeUndefined();
});
