import { EcsFailure } from "./failure";

/** The instances of an account. Every instance is there and runs, unless a test says otherwise. */
export class Instances {
  /** How long a restart takes, in ms. */
  restartMs = 3_000;
  /** The instances that were restarted, in this order. */
  readonly restarted: string[] = [];
  readonly stopped = new Set<string>();
  readonly gone = new Set<string>();
  readonly #startingUntil = new Map<string, number>();

  isGone(id: string): boolean {
    return this.gone.has(id);
  }

  /** https://www.alibabacloud.com/help/en/ecs/user-guide/instance-lifecycle */
  status(id: string): "Running" | "Starting" | "Stopped" {
    if (this.stopped.has(id)) return "Stopped";
    return Date.now() < (this.#startingUntil.get(id) ?? 0) ? "Starting" : "Running";
  }

  reboot(id: string): void {
    if (this.status(id) !== "Running") {
      throw new EcsFailure(
        "IncorrectInstanceStatus",
        "The current status of the resource does not support this operation.",
        403,
      );
    }
    this.restarted.push(id);
    this.#startingUntil.set(id, Date.now() + this.restartMs);
  }
}
