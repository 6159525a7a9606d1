import { createRequire } from "node:module";
import type { EngineConnection } from "../shared/engineLog";

/**
 * This process as a plugin host, and the address of the engine that started it; `undefined` outside such a
 * host.
 */
export function pluginHost(): { script: string; address: string } | undefined {
  const [, script, address] = process.argv;
  return address && script?.includes("dynamic-provider") ? { script, address } : undefined;
}

/**
 * The engine that started this plugin host. `pulumi.log` in a dynamic provider reaches the stack only as
 * plain text. So we call the engine at the address that the host got as its first argument. We use the
 * protocol of the same @pulumi/pulumi copy that runs the host, because under a workspace link ours is another
 * copy. `undefined` outside that host.
 */
export function connectHostEngine(): EngineConnection | undefined {
  const host = pluginHost();
  if (!host) return undefined;
  const { script, address } = host;
  const hostRequire = createRequire(script.endsWith(".js") ? script : `${script}/index.js`);
  const { EngineClient } = hostRequire("@pulumi/pulumi/proto/engine_grpc_pb");
  const { LogRequest } = hostRequire("@pulumi/pulumi/proto/engine_pb");
  const { credentials } = createRequire(hostRequire.resolve("@pulumi/pulumi"))("@grpc/grpc-js");
  return { client: new EngineClient(address, credentials.createInsecure()), LogRequest };
}
