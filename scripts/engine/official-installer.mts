// node official-installer.mts <version> <root>
// A process of its own, because installCLI of the npm package `pulumi` blocks until its script has ended.

import { createRequire } from "node:module";

/** A network that answers at all answers this small request in time. */
const SCRIPT_TIMEOUT_MS = 10_000;

const { installCLI } = createRequire(import.meta.url)("pulumi/lib/download");

async function fetchText(url: string): Promise<string> {
  const reply = await fetch(url, { signal: AbortSignal.timeout(SCRIPT_TIMEOUT_MS) });
  if (!reply.ok) throw new Error(`${url}: HTTP ${reply.status}`);
  return reply.text();
}

try {
  const [version, root] = process.argv.slice(2);
  await installCLI(version, root, { fetchText });
} catch (error) {
  const { message, cause } = error as Error;
  console.error(cause instanceof Error ? `${message}: ${cause.message}` : message);
  process.exitCode = 1;
}
