// npm run engine: makes sure that a Pulumi command line is there, and says which one serves.
// npm run engine -- --yaml: the same, with the language host of YAML.

import { constants } from "node:os";
import { parseArgs } from "node:util";
import { ensureEngine } from "./engine/ensure.mts";
import { ensureYamlHost } from "./engine/yamlHost.mts";

/** Ctrl+C arrives twice at once under npm: from the terminal, and passed on by npm. */
const ONE_KEY_MS = 1_000;

const interrupted = new AbortController();
let interruptedAt = 0;
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(name, () => {
    process.exitCode = 128 + constants.signals[name];
    if (interrupted.signal.aborted) {
      // A second request does not wait for the clean-up.
      if (Date.now() - interruptedAt > ONE_KEY_MS) process.exit();
      return;
    }
    interruptedAt = Date.now();
    interrupted.abort(new Error(`interrupted by ${name}; run it again to go on`));
  });
}

try {
  const { values } = parseArgs({ options: { yaml: { type: "boolean" } } });
  const { signal } = interrupted;
  const engine = await ensureEngine({ signal });
  console.log(`Pulumi ${engine.version} (${engine.from}): ${engine.pulumi}`);
  if (values.yaml) console.log(`YAML: ${await ensureYamlHost(engine, { signal })}`);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode ??= 1;
}
