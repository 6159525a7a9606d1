import { textOf } from "../../core/errors";
import { endWithEngine } from "./engineLife";
import { PACKAGE_VERSION } from "./manifest";
import { Empty } from "./protocol";
import { keyPairProvider } from "./provider";
import { serve } from "./server";

const HELP = `pulumi-resource-keypair [engine's address]

The plugin of Pulumi's package "keypair": SSH key pairs on Alibaba Cloud, Open Telekom Cloud and OpenStack. The Pulumi engine starts it.
It prints its port, and nothing else, to standard output.

  --version   print the version
  --help      print this
`;

/** The provider plugin. The engine puts its own flags (`--tracing`, `--logtostderr`, `-v=9`) before its address. */
async function main(args: readonly string[]): Promise<void> {
  if (args.includes("--help")) return print(HELP);
  if (args.includes("--version")) return print(`${PACKAGE_VERSION}\n`);
  const engineAddress = args.findLast((arg) => !arg.startsWith("-"));
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

  print(`${server.port}\n`);
}

function print(text: string): void {
  process.stdout.write(text);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`pulumi-resource-keypair: ${textOf(error)}\n`);
  process.exitCode = 1;
});
