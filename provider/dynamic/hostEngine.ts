import { createRequire } from "node:module";
import type { EngineConnection } from "../front/engineLog";

/**
 * The engine that started this plugin host. `pulumi.log` of a dynamic provider reaches the stack as plain text only, so the
 * engine is called at the address that the host got as its first argument, with the protocol of the very @pulumi/pulumi that
 * runs the host: under a workspace link ours is another copy. `undefined` outside of that host.
 */
export function connectHostEngine(): EngineConnection | undefined {
  const [, host, address] = process.argv;
  if (!address || !host?.includes("dynamic-provider")) return undefined;
  const hostRequire = createRequire(host.endsWith(".js") ? host : `${host}/index.js`);
  const { EngineClient } = hostRequire("@pulumi/pulumi/proto/engine_grpc_pb");
  const { LogRequest } = hostRequire("@pulumi/pulumi/proto/engine_pb");
  const { credentials } = createRequire(hostRequire.resolve("@pulumi/pulumi"))("@grpc/grpc-js");
  return { client: new EngineClient(address, credentials.createInsecure()), LogRequest };
}
