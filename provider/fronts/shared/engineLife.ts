import { fstatSync } from "node:fs";
import { connect } from "node:net";

const ENGINE_CHECK_MS = 500;

/**
 * Ends this process with the engine that started it. An engine that ends as it should interrupts its plugins, once it has saved
 * what they told it. One that is killed leaves them behind: calls would go on for nobody, while the next run is already there.
 *
 * @param address  Where that engine listens.
 * @param onEnd    Called when the engine ends as it should; ends the process.
 */
export function followEngine(address: string, onEnd: () => void): void {
  process.once("SIGINT", onEnd);
  // The engine keeps the other end of this pipe open for as long as it lives (`exec.Cmd.StdinPipe` of its plugins). Other
  // languages make pipes of sockets.
  const stdin = fstatSync(0);
  if (!stdin.isFIFO() && !stdin.isSocket()) return;
  process.stdin.on("end", () => onceUnreachable(address, () => process.exit(1))).resume();
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
