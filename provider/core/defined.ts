type MayBeAbsent<T, K extends keyof T> = undefined extends T[K] ? K : never;

/** `T` without `undefined` as a value: a property that may be `undefined` may be absent instead. */
export type Defined<T> = { [K in keyof T as Exclude<K, MayBeAbsent<T, K>>]: T[K] } & {
  [K in keyof T as MayBeAbsent<T, K>]?: Exclude<T[K], undefined>;
};

/** The object without the properties that are `undefined`: the engine cannot represent them. */
export function defined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(
    Object.entries(value).filter(([, member]) => member !== undefined),
  ) as unknown as Defined<T>;
}
