import type { Operation } from "../backend";
import { KeyPairError } from "../errors";
import { LONGEST_TIMER_MS, MORE_TIME, pause } from "../pause";

/**
 * Lets the resources of a run work on one thing one after the other. Without it, one resource could take a pair
 * over, or attach it, while the deletion or detachment that another one sent is on its way.
 */
export class Turns {
  readonly #last = new Map<string, Promise<void>>();

  /**
   * Begins the action when all earlier ones on one of these things are over, and returns its result. It waits only for
   * earlier ones, so no two can wait for each other. Rejects with `DeadlineExceeded` or `Cancelled` if the turn comes too late.
   */
  async take<T>(things: readonly string[], operation: Operation, action: () => Promise<T>): Promise<T> {
    const earlier = things.flatMap((thing) => this.#last.get(thing) ?? []);
    const before = Promise.all(earlier);
    const { promise, resolve } = Promise.withResolvers<void>();
    for (const thing of things) this.#last.set(thing, promise);
    const end = () => {
      resolve();
      for (const thing of things) if (this.#last.get(thing) === promise) this.#last.delete(thing);
    };
    try {
      if (earlier.length > 0) await inTime(before, operation);
      return await action();
    } finally {
      // Who leaves before its turn comes must not let those behind it overtake those before it.
      void before.then(end);
    }
  }
}

async function inTime(turn: Promise<unknown>, { signal, deadline }: Operation): Promise<void> {
  const isOver = new AbortController();
  const left = Math.min(deadline - Date.now(), LONGEST_TIMER_MS);
  const timeIsUp = pause(left, AbortSignal.any([signal, isOver.signal])).then(() => {
    throw new KeyPairError({
      code: "DeadlineExceeded",
      message: "the time was up while another resource of this run worked on the same thing",
      next: MORE_TIME,
    });
  });
  try {
    await Promise.race([turn, timeIsUp]);
  } finally {
    isOver.abort();
  }
}
