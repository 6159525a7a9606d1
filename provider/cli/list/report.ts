import type { Backend } from "../../core/backend";
import { redact } from "../../core/redact";
import type { FoundPairs } from "../pairs/find";
import { visible } from "../quoted";
import type { ListedPair } from "./describe";

/** More instances than this are counted. */
const MOST_INSTANCES = 3;

type Unclear = FoundPairs["unclear"];

/** The list for people. */
export function listText(pairs: readonly ListedPair[]): string {
  const header = ["NAME", "REGION", "TYPE", "BITS", "FINGERPRINT", "AGE", "INSTANCES", "NOTES"];
  const rows = [header, ...pairs.map(rowOf)].map((row) => row.map(visible));
  const widths = header.map((_, column) => Math.max(...rows.map((row) => [...(row[column] ?? "")].length)));
  const lines = rows.map((row) => row.map((cell, column) => padded(cell, widths[column] ?? 0)).join("  "));
  return `${lines.map((line) => redact(line.trimEnd())).join("\n")}\n`;
}

/** The list for programs, as one JSON text. */
export function listJson(
  keyPairs: readonly ListedPair[],
  lookedAt: readonly Backend[],
  unclear: Unclear,
): string {
  const told = {
    keyPairs,
    lookedAt: lookedAt.map(({ location }) => location),
    unclear: unclear.map(({ location, error }) => ({ location, error: error.message })),
  };
  const safe = JSON.stringify(told, (_, value) => (typeof value === "string" ? redact(value) : value), 2);
  return `${safe}\n`;
}

function rowOf(pair: ListedPair): string[] {
  return [
    pair.name,
    pair.region ?? "-",
    pair.type ?? "?",
    String(pair.bits ?? "?"),
    pair.fingerprintSha256 ?? pair.fingerprint,
    pair.ageDays === undefined ? "?" : `${pair.ageDays}d`,
    instancesText(pair.instanceIds),
    notesOf(pair).join("; "),
  ];
}

function instancesText(ids: readonly string[] | undefined): string {
  if (ids === undefined) return "?";
  if (ids.length === 0) return "-";
  return ids.length > MOST_INSTANCES ? `${ids.length}` : ids.join(", ");
}

function notesOf({ weakness, keyProblem, sameKeyAs, region }: ListedPair): string[] {
  const others = sameKeyAs.map((other) =>
    other.region === region ? other.name : `${other.name} (${other.region})`,
  );
  return [
    ...(weakness === undefined ? [] : [`weak: ${weakness}`]),
    ...(others.length === 0 ? [] : [`duplicate: same key as ${others.join(", ")}`]),
    ...(keyProblem === undefined ? [] : [`unreadable: ${keyProblem}`]),
  ];
}

function padded(text: string, width: number): string {
  return text + " ".repeat(width - [...text].length);
}
