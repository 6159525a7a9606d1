import { type Command, InvalidArgumentError } from "commander";
import type { BackendCatalog } from "../../core/backend";
import { isKeyPairError, KeyPairError } from "../../core/errors";
import { deleteIfUnused } from "../../core/keyPair/settle";
import { isSameAs } from "../../core/keyPair/state";
import { type Io, readInput, STDIN } from "../input";
import { newOperation } from "../operation";
import { readState } from "../stack/state";
import { type Findings, findOrphans } from "./find";
import type { Orphan } from "./orphan";
import { reportJson, reportText } from "./report";

const HELP = `
Run it in the folder of the Pulumi project, while no other pulumi command works on the stack. It reads the creates that the
engine has noted as pending: those of a run that was killed, or interrupted twice. The engine keeps no note of a create that
failed with an error, or whose provider process alone was killed.

It reaches the clouds as the interrupted run did: with the provider's settings and credentials that the state holds, else with
the credentials of the environment. If those in the state have expired, configure new ones and run \`pulumi up\` first.

--delete removes a key pair only when all of this is true:
  - The interrupted create can have made it: the name has the random suffix that was made for this create, or the key pair was
    made while the create may have run (the clocks may differ by 5 minutes).
  - It holds the program's key, or a created one whose private key reached no state. If a set was to keep a member's key, no other
    key is the program's.
  - No instance uses it, and the privateKeyFile of the resource does not hold its key.
The key is compared again right before the deletion. Everything else is left, and the report says why.

Exit codes:
  0  nothing is left over, or all of it was deleted
  1  it is not known for at least one create, or the command failed
  2  the command line is wrong
  3  something is left over`;

/** What the command line says. */
export interface OrphansOptions {
  stack?: string;
  /** A file, or `-` for standard input. */
  state?: string;
  delete?: boolean;
  yes?: boolean;
  json?: boolean;
  /** When the interrupted run began (ms since the epoch). */
  since?: number;
}

/** What the command works with. */
export interface OrphansParts extends Io {
  catalog: BackendCatalog;
  exportState(stack: string | undefined): Promise<string>;
}

/** What is left when the command ends. */
export type Remainder = "nothing" | "something" | "unknown";

/** Describes the command: see `OrphansOptions`. */
export function orphansOptions(command: Command): Command {
  return command
    .description("list the key pairs that interrupted runs of a stack left in the cloud and in no state")
    .option("--stack <name>", "the stack, when it is not the selected one")
    .option(
      "--state <file>",
      "the stack's state as it is now, the output of `pulumi stack export --show-secrets`, or - for standard input",
    )
    .option("--delete", "delete what is surely left over, after asking")
    .option("--yes", "do not ask before deleting")
    .option("--json", "print JSON")
    .option(
      "--since <time>",
      "when the interrupted run began, if other commands have written the state since, such as 2026-11-26T07:18Z",
      timeOf,
    )
    .addHelpText("after", HELP);
}

/**
 * Finds what interrupted creates of the stack left in the clouds, and deletes it if `--delete` is given.
 * Must run in the folder of the Pulumi project, or below it.
 */
export async function runOrphans(options: OrphansOptions, parts: OrphansParts): Promise<Remainder> {
  const { delete: mayDelete = false, yes = false, json = false } = options;
  if (mayDelete && !yes && (parts.ask === undefined || options.state === STDIN)) {
    throw new KeyPairError({
      code: "InvalidInput",
      message: "--delete asks before it deletes, and nobody can answer here",
      next: "Give --yes too, or run it on a terminal.",
    });
  }
  const state = await currentState(options, parts);
  const findings = await findOrphans({ state, catalog: parts.catalog, since: options.since });
  if (mayDelete && findings.orphans.length > 0 && (yes || (await confirm(findings, parts)))) {
    // If the state has changed, a run may be active, and a run makes its pairs before they are in the state.
    const now = options.state === undefined ? await currentState(options, parts) : state;
    if (now.writtenAt !== state.writtenAt) {
      throw new KeyPairError({
        code: "Refused",
        message: "the stack's state has changed since it was read, so nothing was deleted",
        next: "Wait until no `pulumi` command works on the stack, and run this again.",
      });
    }
    findings.orphans = await Promise.all(findings.orphans.map(deleteOrphan));
  }
  parts.print(json ? reportJson(findings) : reportText(findings));
  return remainder(findings);
}

async function currentState({ stack, state: file }: OrphansOptions, { exportState, stdin }: OrphansParts) {
  if (file === undefined) return readState(await exportState(stack));
  const { contents } = await readInput(file, stdin, Number.POSITIVE_INFINITY);
  return readState(contents.toString("utf8"));
}

async function confirm(findings: Findings, { ask, complain }: OrphansParts): Promise<boolean> {
  const deletable = findings.orphans.filter(({ keptBecause }) => keptBecause === undefined);
  if (deletable.length === 0) return false;
  complain(reportText(findings));
  return (await ask?.(`Delete ${deletable.map(({ record }) => record.name).join(", ")}?`)) ?? false;
}

/** Deletes a pair that may be deleted, if it is still the pair that was found and no instance uses it. */
async function deleteOrphan(orphan: Orphan): Promise<Orphan> {
  const { backend, record, keptBecause } = orphan;
  const left = (because: string): Orphan => ({ ...orphan, keptBecause: because, outcome: "left" });
  if (keptBecause !== undefined) return left(keptBecause);
  try {
    const deletion = await deleteIfUnused(backend, record, isSameAs(record), newOperation());
    if (deletion === "in use") return left("instances use it by now");
    return deletion.left ? left("somebody has just replaced it") : { ...orphan, outcome: "deleted" };
  } catch (error) {
    if (!isKeyPairError(error)) throw error;
    return { ...orphan, outcome: "unclear", error };
  }
}

function remainder({ orphans, unclear }: Findings): Remainder {
  if (unclear.length > 0 || orphans.some(({ outcome }) => outcome === "unclear")) return "unknown";
  return orphans.every(({ outcome }) => outcome === "deleted") ? "nothing" : "something";
}

function timeOf(since: string): number {
  const time = Date.parse(since);
  if (Number.isNaN(time)) throw new InvalidArgumentError("It is not a time.");
  return time;
}
