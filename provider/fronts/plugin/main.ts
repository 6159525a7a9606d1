#!/usr/bin/env node
import { followEngine } from "../shared/engineLife";
import { processParts } from "../shared/parts";
import { messageOf } from "./failure";
import { Empty } from "./protocol";
import { keyPairProvider } from "./provider";
import { serve } from "./server";

/** The provider plugin: `pulumi-resource-keypair [engine's address]`. Prints its port, and nothing else, to standard output. */
async function main(engineAddress: string | undefined): Promise<void> {
  const parts = processParts();
  const handlers = keyPairProvider(parts, engineAddress);
  const server = await serve(handlers);

  /** What is under way is waited for, as long as who asks has the patience: the engine has 5 seconds. */
  const stop = async () => {
    await handlers.cancel(new Empty());
    await server.stop();
    await parts.catalog.closeAll();
    process.exit(0);
  };
  const onEnd = () => {
    parts.journal.runEnded();
    void stop();
  };
  if (engineAddress === undefined) process.once("SIGINT", stop);
  else followEngine(engineAddress, onEnd);
  process.once("SIGTERM", stop);

  process.stdout.write(`${server.port}\n`);
}

main(process.argv[2]).catch((error: unknown) => {
  process.stderr.write(`pulumi-resource-keypair: ${messageOf(error)}\n`);
  process.exitCode = 1;
});
