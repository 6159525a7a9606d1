import { createRequire } from "node:module";
import { redact } from "../core/redact";

/** `LogSeverity` of the engine's protocol. */
const SEVERITY = { info: 1, warning: 2 } as const;

interface LogClient {
  log(request: object, callback: (error: Error | null) => void): void;
}

/**
 * Says things on a resource. `pulumi.log` of a dynamic provider reaches the stack as plain text only, so this speaks to the
 * engine, whose address the plugin's process gets as its first argument. Where there is no engine (tests), nothing is said.
 */
export class EngineLog {
  private client: LogClient | undefined;

  /** Stays in the output and is counted. */
  warn(urn: string | undefined, message: string): void {
    this.send(SEVERITY.warning, urn, message, false);
  }

  /** Shown on the resource's line while it lasts. */
  progress(urn: string | undefined, message: string): void {
    this.send(SEVERITY.info, urn, message, true);
  }

  private send(severity: number, urn: string | undefined, message: string, ephemeral: boolean): void {
    const engine = pulumiModules();
    const address = process.argv[2];
    if (!engine || !address) return;
    this.client ??= engine.connect(address);
    const request = new engine.LogRequest();
    request.setSeverity(severity);
    request.setMessage(redact(message));
    request.setUrn(urn ?? "");
    request.setEphemeral(ephemeral);
    // A message that does not arrive must not fail what it is about.
    this.client.log(request, () => {});
  }
}

interface LogRequest {
  setSeverity(severity: number): void;
  setMessage(message: string): void;
  setUrn(urn: string): void;
  setEphemeral(ephemeral: boolean): void;
}

interface PulumiModules {
  LogRequest: new () => LogRequest;
  connect(address: string): LogClient;
}

let modules: PulumiModules | undefined;

/** The protocol of the very @pulumi/pulumi that runs this process: under a workspace link ours is another copy. */
function pulumiModules(): PulumiModules | undefined {
  const host = process.argv[1];
  if (!host?.includes("dynamic-provider")) return undefined;
  if (modules) return modules;
  const hostRequire = createRequire(host.endsWith(".js") ? host : `${host}/index.js`);
  const { EngineClient } = hostRequire("@pulumi/pulumi/proto/engine_grpc_pb");
  const { LogRequest } = hostRequire("@pulumi/pulumi/proto/engine_pb");
  const { credentials } = createRequire(hostRequire.resolve("@pulumi/pulumi"))("@grpc/grpc-js");
  modules = { LogRequest, connect: (address) => new EngineClient(address, credentials.createInsecure()) };
  return modules;
}
