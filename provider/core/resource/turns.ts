/**
 * Lets the resources of a run work on one thing one after the other. Without it, one resource could take a pair
 * over, or attach it, while the deletion or detachment that another one sent is on its way.
 */
export class Turns {
  readonly #last = new Map<string, Promise<void>>();

  /**
   * Begins the action when all earlier ones on one of these things are over, and returns its result. It waits only for
   * earlier ones, so no two can wait for each other.
   */
  async take<T>(things: readonly string[], action: () => Promise<T>): Promise<T> {
    const before = things.map((thing) => this.#last.get(thing));
    const { promise, resolve } = Promise.withResolvers<void>();
    for (const thing of things) this.#last.set(thing, promise);
    try {
      await Promise.all(before);
      return await action();
    } finally {
      resolve();
      for (const thing of things) if (this.#last.get(thing) === promise) this.#last.delete(thing);
    }
  }
}
