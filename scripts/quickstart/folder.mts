// The quickstart's folder may be any that the user names, so nothing is written or removed that is not the quickstart's own.

import { lstatSync, readdirSync, rmdirSync, rmSync } from "node:fs";
import { join } from "node:path";

/** What the quickstart makes in its folder. The passphrase tells that it is one, so it comes first and goes last. */
const OWN = ["project", "home", "env", "state", "passphrase"];

export type Contents = "nothing" | "a quickstart" | "something else";

/** What is there before anything is made. */
export function contentsOf(folder: string): Contents {
  const kind = kindOf(folder);
  if (kind === "nothing") return "nothing";
  if (kind !== "folder") return "something else";
  const names = readdirSync(folder);
  if (names.length === 0) return "nothing";
  // One that was killed while it made or removed the rest has no state, but nothing of the user's either.
  const isWhole = kindOf(join(folder, "state")) === "folder" || names.every((name) => OWN.includes(name));
  return isWhole && kindOf(join(folder, "passphrase")) === "file" ? "a quickstart" : "something else";
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
