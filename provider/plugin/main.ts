#!/usr/bin/env node
import { processParts } from "../front/parts";
import { messageOf } from "./failure";
import { Empty } from "./protocol";
import { keyPairProvider } from "./provider";
import { serve } from "./server";

/** How often it is looked whether the engine is still there, in milliseconds. */
const ORPHAN_CHECK_MS = 2_000;

/** The provider plugin: `pulumi-resource-keypair [engine's address]`. Prints its port, and nothing else, to standard output. */
async function main(engineAddress: string | undefined): Promise<void> {
  const parts = processParts();
  const handlers = keyPairProvider(parts, engineAddress);
  const server = await serve(handlers);
  let isStopping = false;

  /** What is under way in the cloud is waited for: a pair whose creation is cut off is a pair that no state knows. */
  const stop = async () => {
    // Who asks twice does not want to wait.
    if (isStopping) process.exit(1);
    isStopping = true;
    void handlers.cancel(new Empty());
    await server.stop();
    await parts.catalog.closeAll();
    process.exit(0);
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, stop);

  const engine = process.ppid;
  setInterval(() => {
    if (process.ppid !== engine && !isStopping) void stop();
  }, ORPHAN_CHECK_MS).unref();

  process.stdout.write(`${server.port}\n`);
}

main(process.argv[2]).catch((error: unknown) => {
  process.stderr.write(`pulumi-resource-keypair: ${messageOf(error)}\n`);
  process.exitCode = 1;
});
