import { redact } from "../../core/redact";
import { logicalName } from "../stack/state";
import type { Findings } from "./find";
import type { KeyOrigin, Orphan } from "./orphan";

const KEYS: Record<KeyOrigin, string> = {
  program: "the program's",
  unknown: "created, not imported; its private key reached no state",
  other: "another than the program's",
};

/** The report for people. */
export function reportText(findings: Findings): string {
  const { interrupted, orphans, unclear, lookedAt } = findings;
  const lines = [headline(findings)];
  for (const orphan of orphans) lines.push("", ...orphanLines(orphan));
  for (const { resource, error } of unclear) {
    const name = logicalName(resource);
    lines.push("", `${name}: it is not known whether it left a key pair: ${error.message}`);
  }
  if (interrupted > 0) lines.push("", ...lookedAt.map((place) => `Looked at ${place}.`));
  const isClean = unclear.length === 0 && orphans.every(({ outcome }) => outcome === "deleted");
  if (interrupted > 0 && isClean)
    lines.push("`pulumi refresh --clear-pending-creates` makes the engine forget the interrupted creates.");
  return `${lines.map(redact).join("\n")}\n`;
}

/** The report for programs, as one JSON text. */
export function reportJson({ interrupted, orphans, unclear, lookedAt }: Findings): string {
  const told = {
    interrupted,
    orphans: orphans.map(({ resource, backend, record, instanceIds, key, keptBecause, outcome, error }) => ({
      name: record.name,
      location: backend.location,
      resource: logicalName(resource),
      urn: resource.urn,
      fingerprint: record.fingerprint,
      createdAt: record.createdAt,
      instanceIds,
      key,
      deletable: keptBecause === undefined,
      keptBecause,
      outcome,
      error: error?.message,
    })),
    unclear: unclear.map(({ resource, error }) => ({
      resource: logicalName(resource),
      urn: resource.urn,
      error: error.message,
    })),
    lookedAt,
  };
  const safe = JSON.stringify(told, (_, value) => (typeof value === "string" ? redact(value) : value), 2);
  return `${safe}\n`;
}

function headline({ interrupted, orphans, unclear }: Findings): string {
  if (interrupted === 0) return "The state knows of no interrupted create of a key pair.";
  const creates = counted(interrupted, "interrupted create");
  if (orphans.length === 0 && unclear.length > 0) {
    const all = interrupted === 1 ? "it" : "they";
    const whose = unclear.length === interrupted ? all : `${unclear.length} of them`;
    return `${creates}: it is not known whether ${whose} left a key pair.`;
  }
  if (orphans.length === 0) return `${creates} left no key pair.`;
  return `${creates} left ${counted(orphans.length, "key pair")} that no resource of the state has:`;
}

function orphanLines(orphan: Orphan): string[] {
  const { record, backend, resource, instanceIds, key } = orphan;
  const rows = {
    resource: logicalName(resource),
    fingerprint: record.fingerprint,
    made: record.createdAt ?? "the cloud does not tell",
    instances: instanceIds ? instanceIds.join(", ") || "none" : "the cloud does not tell",
    key: KEYS[key],
    ...endOf(orphan),
  };
  return [
    `${record.name} (${backend.location})`,
    ...Object.entries(rows).map(([label, value]) => `  ${label.padEnd(11)}  ${value}`),
  ];
}

/** What became of the pair, or else what `--delete` would do. */
function endOf({ outcome, keptBecause, error }: Orphan): Record<string, string> {
  if (outcome === "deleted") return { outcome: "deleted" };
  if (outcome === "left") return { outcome: `left: ${keptBecause}` };
  if (outcome === "unclear") return { outcome: `it is not known whether it was deleted: ${error?.message}` };
  return { "--delete": keptBecause === undefined ? "removes it" : `leaves it: ${keptBecause}` };
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
