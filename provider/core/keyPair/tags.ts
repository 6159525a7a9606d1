import type { TagChange } from "../backend";
import type { IgnoreTags, Tags } from "../model";

/**
 * The change that turns one set of tags into the other; `undefined` if they are the same.
 * @param ignored  Tags that stay as they are.
 */
export function tagChange(before: Tags, after: Tags, ignored?: IgnoreTags): TagChange | undefined {
  const isChanged = ([key, value]: [string, string]) => before[key] !== value && !isIgnored(key, ignored);
  const set = Object.fromEntries(Object.entries(after).filter(isChanged));
  const remove = Object.keys(before).filter((key) => !(key in after) && !isIgnored(key, ignored));
  return remove.length > 0 || Object.keys(set).length > 0 ? { set, remove } : undefined;
}

/**
 * The current values, in the cloud, of the tags that the program sets. Other tags belong to other tools.
 * @param ignored  Tags whose values are not looked at: they are as the program said.
 */
export function tagsSaid(said: Tags, inCloud: Tags = {}, ignored?: IgnoreTags): Tags {
  const notLookedAt = Object.entries(said).filter(([key]) => isIgnored(key, ignored));
  const isSaid = ([key]: [string, string]) => Object.hasOwn(said, key) && !isIgnored(key, ignored);
  return Object.fromEntries([...Object.entries(inCloud).filter(isSaid), ...notLookedAt]);
}

function isIgnored(key: string, { keys = [], keyPrefixes = [] }: IgnoreTags = {}): boolean {
  return keys.includes(key) || keyPrefixes.some((prefix) => key.startsWith(prefix));
}
