import * as pulumi from "@pulumi/pulumi";
import { redact } from "../provider/core/redact";

/** How another copy of this package sees that the messages are redacted already. */
const REDACTED = Symbol.for("pulumi-keypair.redactedDebugMessages");

/**
 * Keeps private keys out of the debug messages of the program. Pulumi's SDK writes the engine's replies into them, secrets in
 * clear text (`runtime/resource.ts`: "RegisterResource RPC finished"), and `pulumi up --json`, `--debug` and the event streams
 * that tools listen to pass them on. A test fails once Pulumi does not do that any more: then this file can go.
 *
 * Never throws, since it runs when the package is imported. Apart from the text nothing changes for a caller of `debug`.
 */
export function keepPrivateKeysOut(log: { debug?: typeof pulumi.log.debug } | undefined): void {
  const debug = log?.debug;
  if (!log || typeof debug !== "function" || REDACTED in debug) return;
  const redacted = new Proxy(debug, {
    apply: (target, self, args) => Reflect.apply(target, self, args.map(redactText)),
    has: (target, key) => key === REDACTED || Reflect.has(target, key),
  });
  // Answers false for a frozen object, where an assignment throws.
  Reflect.set(log, "debug", redacted);
}

function redactText(value: unknown): unknown {
  return typeof value === "string" ? redact(value) : value;
}

keepPrivateKeysOut(pulumi.log);
