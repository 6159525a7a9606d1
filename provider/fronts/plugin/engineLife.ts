import { fstatSync } from "node:fs";
import { connect } from "node:net";

const ENGINE_CHECK_MS = 500;

/**
 * Ends this process when the engine that started it was killed: calls would go on for nobody, while the next run is already there.
 * The engine keeps the other end of standard input open for as long as it lives (`exec.Cmd.StdinPipe` of its plugins).
 * @param address  Where that engine listens.
 */
export function endWithEngine(address: string): void {
  if (!isPipe()) return;
  process.stdin.on("end", () => onceUnreachable(address, () => process.exit(1))).resume();
}

/** Whoever starts the plugin may have closed its standard input, or connected it to a terminal or a file. */
function isPipe(): boolean {
  try {
    const stdin = fstatSync(0);
    // Other languages make pipes of sockets.
    return stdin.isFIFO() || stdin.isSocket();
  } catch {
    return false;
  }
}

/** A dying engine's pipes may be closed a moment before what it listens on. */
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
