import type { Command } from "commander";
import type { BackendCatalog } from "../../core/backend";
import type { Io } from "../input";
import { findPairs } from "../pairs/find";
import { nothingFound } from "../pairs/nothingFound";
import { type PairsOptions, WHERE_HELP, withPairsOptions } from "../pairs/options";
import { type SettingsParts, settingsFor } from "../pairs/settings";
import { describePairs } from "./describe";
import { listJson, listText } from "./report";

const HELP = `${WHERE_HELP}

The notes say which keys are weak (RSA with less than 2048 bits, DSA), which pairs hold the same key, and which keys cannot be read.

Exit codes:
  0  all was looked at
  1  a region could not be looked at, or not as a whole (all that is known is listed), or the command failed
  2  the command line is wrong`;

export interface ListOptions extends PairsOptions {
  json?: boolean;
}

/** What the command works with. */
export interface ListParts extends Io, SettingsParts {
  catalog: BackendCatalog;
}

/** Describes the command: see `ListOptions`. */
export function listOptions(command: Command): Command {
  return withPairsOptions(command.description("list the key pairs of one or more regions"))
    .option("--json", "print JSON")
    .addHelpText("after", HELP);
}

/** Prints the key pairs that are there. Resolves to whether all places could be looked at. */
export async function runList(options: ListOptions, parts: ListParts): Promise<boolean> {
  const settings = await settingsFor(options, parts);
  const { pairs, lookedAt, unclear: notSeen } = await findPairs(options, settings, parts.catalog);
  const { timeoutSeconds } = settings;
  const { listed, unclear: notTold } = await describePairs(pairs, { now: Date.now(), timeoutSeconds });
  const unclear = [...notSeen, ...notTold];
  if (options.json) parts.print(listJson(listed, lookedAt, unclear));
  else if (listed.length > 0) parts.print(listText(listed));
  else if (lookedAt.length > 0) parts.print(`${nothingFound(options, lookedAt)}\n`);
  for (const { location, error } of unclear)
    parts.complain(`pulumi-keypair: ${location} could not be looked at: ${error.message}\n`);
  return unclear.length === 0;
}
