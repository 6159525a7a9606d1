import { isDeepStrictEqual } from "node:util";
import type { Resource } from "./program";
import type { Random } from "./random";
import { someGroup, someTags, type World } from "./world";

/** Changes the program and says how, in a few words. `undefined`: it has nothing to change here. */
export type Edit = (world: World, random: Random) => string | undefined;

/* What an author changes of a pair, and of a set alike. */

export function retagged<T extends Resource>(resource: T, random: Random): T {
  return { ...resource, tags: someTags(random) };
}

export function untagged<T extends Resource>({ tags: _, ...resource }: T) {
  return resource;
}

export function withOtherTagChanges<T extends Resource>(resource: T): T {
  return { ...resource, tagChanges: resource.tagChanges === "replace" ? "update" : "replace" };
}

export function inSomeGroup<T extends Resource>(resource: T, random: Random): T {
  return { ...resource, resourceGroupId: someGroup(random) };
}

/** How the one differs from the other, for people; `undefined`: they do not. */
export function toldChange(before: Resource, after: Resource): string | undefined {
  if (isDeepStrictEqual(before, after)) return undefined;
  const said = (resource: Resource, key: string) =>
    JSON.stringify(new Map(Object.entries(resource)).get(key));
  const changed = [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((key) => said(before, key) !== said(after, key))
    .map((key) => `${key} ${said(before, key) ?? "none"} => ${said(after, key) ?? "none"}`);
  return `change ${before.resource}: ${changed.join(", ")}`;
}

export function described({ resource, formerNames: _, ...rest }: Resource): string {
  return `${resource} ${JSON.stringify(rest)}`;
}
