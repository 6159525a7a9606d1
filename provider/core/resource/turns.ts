/**
 * Lets the resources of a run work on one thing one after the other. Without it, one resource could take a pair
 * over while the deletion that another one sent is on its way.
 */
export class Turns {
  readonly #last = new Map<string, Promise<void>>();

  /** Begins the action when all earlier ones on the same thing are over, and returns its result. */
  async take<T>(thing: string, action: () => Promise<T>): Promise<T> {
    const before = this.#last.get(thing);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#last.set(thing, promise);
    try {
      await before;
      return await action();
    } finally {
      resolve();
      if (this.#last.get(thing) === promise) this.#last.delete(thing);
    }
  }
}
