import { redact } from "../../core/redact";
import type { KeyOrigin, Orphan } from "./assess";
import type { Deletion } from "./delete";
import type { Findings, LookedAt, Unclear } from "./find";
import { logicalName } from "./state";

/** What was found, and what was deleted if deletion was requested. */
export interface Report extends Findings {
  /** Absent if no deletion was requested. */
  deletions?: ReadonlyMap<Orphan, Deletion>;
}

const KEYS: Record<KeyOrigin, string> = {
  program: "the program's",
  unknown: "made by the cloud; its private key reached no state",
  other: "another than the program's",
  encrypted: "not compared, since the state holds the program's encrypted",
};

/** The report for people. */
export function reportText(report: Report): string {
  const { interrupted, orphans, unclear, lookedAt, deletions } = report;
  const lines = [
    headline(report),
    ...orphans.flatMap((orphan) => ["", ...orphanLines(orphan, deletions?.get(orphan))]),
    ...unclear.flatMap((one) => ["", unclearLine(one)]),
    ...(interrupted > 0 ? ["", ...lookedAt.map(lookedAtLine)] : []),
    ...nextLines(report),
  ];
  return `${lines.map(redact).join("\n")}\n`;
}

/** The report for programs, as one JSON text. */
export function reportJson({ interrupted, orphans, unclear, lookedAt, deletions }: Report): string {
  const told = {
    interrupted,
    orphans: orphans.map((orphan) => orphanJson(orphan, deletions?.get(orphan))),
    unclear: unclear.map(({ resource, error }) => ({
      resource: logicalName(resource.urn),
      urn: resource.urn,
      error: error.message,
    })),
    lookedAt: lookedAt.map(({ backend, owner }) => ({
      ...placeJson(backend),
      credentialsFrom: backend.credentialsFrom,
      ...(owner ? { ownerId: owner.id } : {}),
    })),
  };
  const safe = JSON.stringify(told, (_, value) => (typeof value === "string" ? redact(value) : value), 2);
  return `${safe}\n`;
}

function headline({ interrupted, orphans }: Report): string {
  if (interrupted === 0) return "The state knows of no interrupted create of a key pair.";
  const creates = counted(interrupted, "interrupted create");
  if (orphans.length === 0) return `${creates} left no key pair that was found.`;
  return `${creates} left ${counted(orphans.length, "key pair")} that no resource of the state has:`;
}

function orphanLines(orphan: Orphan, deletion: Deletion | undefined): string[] {
  const { record, backend, resource, instanceIds, key, privateKeyFile, keptBecause } = orphan;
  const rows = {
    resource: logicalName(resource.urn),
    fingerprint: record.fingerprint,
    made: record.createdAt ?? "the cloud does not tell",
    instances: instanceIds ? instanceIds.join(", ") || "none" : "the cloud does not tell",
    key: privateKeyFile === undefined ? KEYS[key] : `its private key is in ${privateKeyFile}`,
    ...(deletion === undefined
      ? { "--delete": keptBecause === undefined ? "removes it" : `leaves it: ${keptBecause}` }
      : { outcome: deletionText(deletion) }),
  };
  return [
    `${record.name} (${backend.location})`,
    ...Object.entries(rows).map(([label, value]) => `  ${label.padEnd(11)}  ${value}`),
  ];
}

function deletionText(deletion: Deletion): string {
  switch (deletion.outcome) {
    case "deleted":
      return "deleted";
    case "left":
      return `left: ${deletion.because}`;
    case "unclear":
      return `it is not known whether it was deleted: ${deletion.error.message}`;
  }
}

function unclearLine({ resource, error }: Unclear): string {
  return `${logicalName(resource.urn)}: it is not known whether it left a key pair: ${error.message}`;
}

function lookedAtLine({ backend, owner }: LookedAt): string {
  const credentials = [backend.credentialsFrom, owner && `of ${owner.name ?? owner.id}`]
    .filter(Boolean)
    .join(", ");
  return `Looked at ${backend.location}${credentials && ` (credentials: ${credentials})`}.`;
}

/** What is left to do, once nothing is left over. */
function nextLines({ interrupted, orphans, unclear, deletions }: Report): string[] {
  const outcomes = orphans.map((orphan) => deletions?.get(orphan)?.outcome);
  if (interrupted === 0 || unclear.length > 0 || outcomes.some((outcome) => outcome !== "deleted")) return [];
  return ["`pulumi refresh --clear-pending-creates` makes the engine forget the interrupted creates."];
}

function orphanJson(orphan: Orphan, deletion: Deletion | undefined): Record<string, unknown> {
  const { record, backend, resource, instanceIds, key, privateKeyFile, keptBecause } = orphan;
  return {
    name: record.name,
    ...placeJson(backend),
    resource: logicalName(resource.urn),
    urn: resource.urn,
    fingerprint: record.fingerprint,
    createdAt: record.createdAt,
    instanceIds,
    key,
    privateKeyFile,
    deletable: keptBecause === undefined,
    keptBecause,
    ...(deletion && deletionJson(deletion)),
  };
}

function deletionJson(deletion: Deletion): Record<string, unknown> {
  if (deletion.outcome === "left") return { outcome: "left", keptBecause: deletion.because };
  if (deletion.outcome === "unclear") return { outcome: "unclear", error: deletion.error.message };
  return { outcome: "deleted" };
}

function placeJson({ name, region, location }: LookedAt["backend"]): Record<string, unknown> {
  return { backend: name, region, location };
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
