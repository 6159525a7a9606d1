/**
 * How many key pairs are worked on at once: as many names as one deletion of ECS takes. The connections and the rate limit are the
 * transport's.
 */
export const MOST_AT_ONCE = 100;

/** Does the work for each item, for at most `most` of them at once. Rejects when one of them does. */
export async function inParallel<Item>(
  items: readonly Item[],
  work: (item: Item) => Promise<unknown>,
  most = MOST_AT_ONCE,
): Promise<void> {
  const queue = items.values();
  const worker = async () => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, worker));
}
