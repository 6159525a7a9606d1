/**
 * Mulberry32 (public domain, Tommy Ettinger): a small generator whose whole state is one number. All that a story of the chaos
 * test chooses comes from one of these, so a seed tells the story again.
 */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** At least 0, less than 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** A whole number from `least` to `most`, both included. */
  int(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  /** Throws when the list is empty. */
  pick<T>(list: readonly T[]): T {
    const index = this.int(0, list.length - 1);
    if (index >= list.length || index < 0) throw new Error("there is nothing to pick from");
    return list[index] as T;
  }

  /** So many members of the list, or all of them when it has fewer; in another order. */
  sample<T>(list: readonly T[], count: number): T[] {
    const rest = [...list];
    return Array.from({ length: Math.min(count, rest.length) }).flatMap(() =>
      rest.splice(this.int(0, rest.length - 1), 1),
    );
  }
}
