import * as pulumi from "@pulumi/pulumi";
import { redact } from "../provider/core/redact";

/**
 * Keeps private keys out of the debug messages of the program. Pulumi's SDK puts the engine's replies into them, secrets in
 * clear text (`runtime/resource.ts`: "RegisterResource RPC finished"), and `pulumi up --json`, `--debug` and the event streams
 * that tools listen to pass them on.
 */
function keepPrivateKeysOut(log: { debug: typeof pulumi.log.debug }): void {
  const { debug } = log;
  log.debug = (message, ...rest) => debug(redact(message), ...rest);
}

keepPrivateKeysOut(pulumi.log);
