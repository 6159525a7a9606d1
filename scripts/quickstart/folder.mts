// The quickstart's folder may be any that the user names, so nothing is written or removed that is not the quickstart's own.

import { lstatSync, readdirSync, rmdirSync, rmSync } from "node:fs";
import { join } from "node:path";

/** What the quickstart makes in its folder. The last two tell that it is one, so they go last. */
const OWN = ["project", "home", "env", "state", "passphrase"];

export type Contents = "nothing" | "a quickstart" | "something else";

/** What is there before anything is made. */
export function contentsOf(folder: string): Contents {
  const kind = kindOf(folder);
  if (kind === "nothing" || (kind === "folder" && readdirSync(folder).length === 0)) return "nothing";
  const isQuickstart =
    kindOf(join(folder, "state")) === "folder" && kindOf(join(folder, "passphrase")) === "file";
  return isQuickstart ? "a quickstart" : "something else";
}

/** Removes what the quickstart made, and the folder where nothing else is in it; answers whether it is gone. */
export function removeQuickstart(folder: string): boolean {
  for (const name of OWN) rmSync(join(folder, name), { recursive: true, force: true });
  if (readdirSync(folder).length > 0) return false;
  rmdirSync(folder);
  return true;
}

function kindOf(path: string): "nothing" | "folder" | "file" | "something else" {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (!found) return "nothing";
  if (found.isDirectory()) return "folder";
  return found.isFile() ? "file" : "something else";
}
