import type { PathChange } from "../../core/resource/contract";
import type { CheckFailure } from "../../core/resource/findings";
import type { ChangeKind, PropertyChange } from "../../core/resource/propertyTable";
import { type Messages, messages } from "./protocol";

const KINDS = {
  add: messages.PropertyDiff.Kind.ADD,
  update: messages.PropertyDiff.Kind.UPDATE,
  delete: messages.PropertyDiff.Kind.DELETE,
} as const;

/** The failures of a check, as the engine takes them. */
export function checkFailures(failures: CheckFailure[]): Messages.CheckFailure[] {
  return failures.map(({ property, reason }) => {
    const failure = new messages.CheckFailure();
    failure.setProperty(property);
    failure.setReason(reason);
    return failure;
  });
}

/**
 * A diff of what is stored and what the program says now.
 * @param paths  The changes within properties: they stand for the changes of these properties.
 */
export function diffOf(
  changes: PropertyChange[],
  before: object,
  now: object,
  paths: readonly PathChange[] = [],
): Messages.DiffResponse {
  const response = new messages.DiffResponse();
  const { DIFF_SOME, DIFF_NONE } = messages.DiffResponse.DiffChanges;
  response.setChanges(changes.length > 0 ? DIFF_SOME : DIFF_NONE);
  response.setDiffsList(changes.map(({ property }) => property));
  response.setReplacesList(changes.filter(({ kind }) => kind === "replace").map(({ property }) => property));
  response.setHasdetaileddiff(true);
  const inDetail = new Set(paths.map(({ property }) => property));
  for (const { property, kind } of changes.filter(({ property }) => !inDetail.has(property))) {
    const detail = new messages.PropertyDiff();
    detail.setKind(kindOf(kind, property in before, property in now));
    response.getDetaileddiffMap().set(property, detail);
  }
  for (const { path, kind } of paths) {
    const detail = new messages.PropertyDiff();
    detail.setKind(KINDS[kind]);
    response.getDetaileddiffMap().set(path, detail);
  }
  return response;
}

function kindOf(kind: ChangeKind, wasThere: boolean, isThere: boolean): Messages.PropertyDiff.Kind {
  const { Kind } = messages.PropertyDiff;
  const replaces = kind === "replace";
  // The property is in both or in neither, so the change is in what the cloud has.
  if (wasThere === isThere) return replaces ? Kind.UPDATE_REPLACE : Kind.UPDATE;
  if (isThere) return replaces ? Kind.ADD_REPLACE : Kind.ADD;
  return replaces ? Kind.DELETE_REPLACE : Kind.DELETE;
}
