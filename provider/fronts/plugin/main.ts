#!/usr/bin/env node
import { endWithEngine } from "./engineLife";
import { messageOf } from "./failure";
import { Empty } from "./protocol";
import { keyPairProvider } from "./provider";
import { serve } from "./server";

/** The provider plugin: `pulumi-resource-keypair [engine's address]`. Prints its port, and nothing else, to standard output. */
async function main(engineAddress: string | undefined): Promise<void> {
  const { handlers, close } = keyPairProvider(engineAddress);
  const server = await serve(handlers);

  /**
   * Waits for the running calls, for as long as the caller waits for this process: the engine waits 5
   * seconds.
   */
  const stop = async () => {
    await handlers.cancel(new Empty());
    await server.stop();
    await close();
    process.exit(0);
  };
  process.once("SIGINT", stop);
  if (engineAddress !== undefined) endWithEngine(engineAddress);
  process.once("SIGTERM", stop);

  process.stdout.write(`${server.port}\n`);
}

main(process.argv[2]).catch((error: unknown) => {
  process.stderr.write(`pulumi-resource-keypair: ${messageOf(error)}\n`);
  process.exitCode = 1;
});
