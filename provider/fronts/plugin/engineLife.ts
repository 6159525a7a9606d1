import { fstatSync } from "node:fs";
import { connect } from "node:net";

const ENGINE_CHECK_MS = 1_000;

/**
 * Ends this process when the engine that started it was killed. Otherwise its calls would continue although
 * nobody waits for them, while the next run may already be active. The engine keeps the other end of standard
 * input open for as long as it lives (`exec.Cmd.StdinPipe` of its plugins). A language host, which starts the
 * plugin by `runtime` in PulumiPlugin.yaml, gives it no standard input: then the engine is asked for.
 * @param address  Where that engine listens.
 */
export function endWithEngine(address: string): void {
  const watch = () => onceUnreachable(address, () => process.exit(1));
  if (isPipe()) process.stdin.on("end", watch).resume();
  else watch();
}

/** Whoever starts the plugin may have closed its standard input, or connected it to a terminal or a file. */
function isPipe(): boolean {
  try {
    const stdin = fstatSync(0);
    // Programs in other languages may give their child processes sockets as pipes.
    return stdin.isFIFO() || stdin.isSocket();
  } catch {
    return false;
  }
}

/** When an engine dies, its pipes may close a moment before its listening socket does. */
function onceUnreachable(address: string, action: () => void): void {
  const { hostname, port } = new URL(`http://${address}`);
  const socket = connect(Number(port), hostname);
  socket
    .on("connect", () => {
      socket.destroy();
      setTimeout(() => onceUnreachable(address, action), ENGINE_CHECK_MS);
    })
    .on("error", action);
}
