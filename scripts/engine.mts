// npm run engine: makes sure that a Pulumi command line is there, and says which one serves.

import { constants } from "node:os";
import { ensureEngine } from "./engine/ensure.mts";

const interrupted = new AbortController();
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(name, () => {
    // A second request does not wait for the clean-up.
    if (interrupted.signal.aborted) process.exit(128 + constants.signals[name]);
    process.exitCode = 128 + constants.signals[name];
    interrupted.abort(new Error(`interrupted by ${name}; run it again to go on`));
  });
}

try {
  const { version, pulumi, from } = await ensureEngine({ signal: interrupted.signal });
  console.log(`Pulumi ${version} (${from}): ${pulumi}`);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode ??= 1;
}
