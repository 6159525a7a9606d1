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

function engine() {
  const said: object[] = [];
  const client = { log: (request: object) => void said.push({ ...request }) };
  return { said, connection: { client, LogRequest } };
}

test("a warning stays, progress does not, and both are on their resource", () => {
  const { said, connection } = engine();
  const log = new EngineLog(() => connection);
  log.warn("urn:web", "careful");
  log.progress("urn:web", "waiting");
  log.warn(undefined, "of the stack");
  expect(said).toEqual([
    { severity: 2, message: "careful", urn: "urn:web", ephemeral: false },
    { severity: 1, message: "waiting", urn: "urn:web", ephemeral: true },
    { severity: 2, message: "of the stack", urn: "", ephemeral: false },
  ]);
});

test("no private key is said", () => {
  const { said, connection } = engine();
  new EngineLog(() => connection).progress("urn:web", `got ${rsaKey("pasted").privateKey}`);
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
  ])("%s", (_why, connect) => {
    expect(() => new EngineLog(connect).warn("urn:web", "careful")).not.toThrow();
  });

  test("and is said once there is one", () => {
    const { said, connection } = engine();
    let isThere = false;
    const log = new EngineLog(() => (isThere ? connection : undefined));
    log.warn("urn:web", "lost");
    isThere = true;
    log.warn("urn:web", "careful");
    expect(said).toHaveLength(1);
  });
});

test("outside of the engine's plugin host there is no engine to speak to", () => {
  expect(pluginHost()).toBeUndefined();
  expect(connectHostEngine()).toBeUndefined();
});
