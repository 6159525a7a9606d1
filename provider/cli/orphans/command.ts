import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Readable } from "node:stream";
import type { BackendCatalog } from "../../core/backend";
import { defined } from "../../core/defined";
import { KeyPairError } from "../../core/errors";
import type { Connection } from "../../core/model";
import { fileError } from "../../core/privateKeyFile/fileError";
import { projectFolder } from "../../core/projectFolder";
import type { Orphan } from "./assess";
import { type Deletion, deleteOrphan } from "./delete";
import { type Findings, findOrphans, operationOf, type Search } from "./find";
import { exportedState, type Pulumi, stackConfiguration } from "./pulumi";
import { type Report, reportJson, reportText } from "./report";
import { placeOfResource } from "./settings";
import { readState } from "./state";

/** What the command line says. */
export interface OrphansOptions extends Connection {
  stack?: string;
  /** A file, or `-` for standard input. */
  state?: string;
  delete?: boolean;
  yes?: boolean;
  json?: boolean;
  /** When the interrupted run began, as `Date.parse` reads it. */
  since?: string;
}

/** What the command works with. */
export interface OrphansParts {
  catalog: BackendCatalog;
  pulumi: Pulumi;
  stdin(): Readable;
  print(text: string): void;
  complain(text: string): void;
  /** Absent where nobody can answer. */
  ask?: ((question: string) => Promise<boolean>) | undefined;
}

/** What is left when the command ends. */
export type Remainder = "nothing" | "something" | "unknown";

/**
 * Finds what interrupted creates of the stack left in the clouds, and deletes it if `--delete` is given.
 * Must run in the folder of the Pulumi project, or below it.
 */
export async function runOrphans(options: OrphansOptions, parts: OrphansParts): Promise<Remainder> {
  const mayDelete = options.delete === true;
  if (mayDelete && options.yes !== true && (parts.ask === undefined || options.state === "-")) {
    throw new KeyPairError({
      code: "InvalidInput",
      message: "--delete asks before it deletes, and nobody can answer here",
      next: "Give --yes too, or run it on a terminal.",
    });
  }
  const search = await searchOf(options, parts);
  const findings = await findOrphans(search);
  const { json = false } = options;
  const deletable = findings.orphans.filter(({ keptBecause }) => keptBecause === undefined);
  let report: Report = findings;
  if (mayDelete && deletable.length > 0) {
    const confirmed = options.yes === true || (await confirm(findings, deletable, parts));
    if (confirmed) report = { ...findings, deletions: await deleteAll(findings, search, options, parts) };
  } else if (mayDelete) report = { ...findings, deletions: allLeft(findings) };
  parts.print(json ? reportJson(report) : reportText(report));
  return remainder(report);
}

async function searchOf(options: OrphansOptions, { catalog, pulumi, stdin }: OrphansParts): Promise<Search> {
  const { backend, region, endpoint, profile, cloud, path, stack, state: file } = options;
  const since = timeOf(options.since);
  const overrides: Connection = defined({ backend, region, endpoint, profile, cloud, path });
  if (path !== undefined) overrides.path = resolve(path);
  const state = readState(
    file === undefined ? await exportedState(pulumi, stack) : await contents(file, stdin),
  );
  const hasWork = file === undefined && state.pendingCreates.length > 0;
  const configuration = hasWork ? await stackConfiguration(pulumi, stack) : new Map<string, string>();
  return { state, configuration, overrides, catalog, since, projectFolder: projectFolder() };
}

async function confirm(findings: Findings, deletable: Orphan[], parts: OrphansParts): Promise<boolean> {
  parts.complain(reportText(findings));
  const names = deletable.map(({ record }) => record.name).join(", ");
  return (await parts.ask?.(`Delete ${names}?`)) ?? false;
}

/**
 * Deletes nothing if the state has changed since it was read: a run may be active, and a run makes its pairs
 * before they are in the state.
 */
async function deleteAll(
  { orphans }: Findings,
  search: Search,
  { stack, state: file }: OrphansOptions,
  { pulumi }: OrphansParts,
): Promise<Map<Orphan, Deletion>> {
  if (file === undefined) {
    const now = readState(await exportedState(pulumi, stack));
    if (now.writtenAt !== search.state.writtenAt) {
      throw new KeyPairError({
        code: "Refused",
        message: "the stack's state has changed since it was read, so nothing was deleted",
        next: "Wait until no `pulumi` command works on the stack, and run this again.",
      });
    }
  }
  const deletions = orphans.map(async (orphan): Promise<[Orphan, Deletion]> => {
    const place = placeOfResource(orphan.resource, search);
    return [orphan, await deleteOrphan(orphan, operationOf(place))];
  });
  return new Map(await Promise.all(deletions));
}

function allLeft({ orphans }: Findings): Map<Orphan, Deletion> {
  return new Map(
    orphans.map((orphan) => [orphan, { outcome: "left", because: orphan.keptBecause ?? "nobody asked" }]),
  );
}

function remainder({ orphans, unclear, deletions }: Report): Remainder {
  const outcomes = orphans.map((orphan) => deletions?.get(orphan)?.outcome ?? "left");
  if (unclear.length > 0 || outcomes.includes("unclear")) return "unknown";
  return outcomes.includes("left") ? "something" : "nothing";
}

async function contents(file: string, stdin: () => Readable): Promise<string> {
  if (file !== "-") {
    try {
      return readFileSync(file, "utf8");
    } catch (error) {
      throw fileError(error, "read", file, "privateKeyFile");
    }
  }
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of stdin()) chunks.push(Buffer.from(chunk));
  } catch (cause) {
    throw new KeyPairError({ code: "File", message: "standard input cannot be read", cause });
  }
  return Buffer.concat(chunks).toString("utf8");
}

function timeOf(since: string | undefined): number | undefined {
  if (since === undefined) return undefined;
  const time = Date.parse(since);
  if (!Number.isNaN(time)) return time;
  throw new KeyPairError({
    code: "InvalidInput",
    message: `--since ${since} is not a time`,
    next: "Give it as 2026-11-26T07:18Z.",
  });
}
