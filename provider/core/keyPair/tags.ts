import type { TagChange } from "../backend";
import type { Tags } from "../model";

/** The change that turns one set of tags into the other; `undefined` if they are the same. */
export function tagChange(before: Tags, after: Tags): TagChange | undefined {
  const set = Object.fromEntries(Object.entries(after).filter(([key, value]) => before[key] !== value));
  const remove = Object.keys(before).filter((key) => !(key in after));
  return remove.length > 0 || Object.keys(set).length > 0 ? { set, remove } : undefined;
}

/** The current values, in the cloud, of the tags that the program sets. Other tags belong to other tools. */
export function tagsSaid(said: Tags, inCloud: Tags = {}): Tags {
  return Object.fromEntries(Object.entries(inCloud).filter(([key]) => Object.hasOwn(said, key)));
}
