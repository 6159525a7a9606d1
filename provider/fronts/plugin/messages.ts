import type { CheckFailure } from "../../core/resource/findings";
import type { ChangeKind, PropertyChange } from "../../core/resource/propertyTable";
import { type Messages, messages } from "./protocol";

/** The failures of a check, as the engine takes them. */
export function checkFailures(failures: CheckFailure[]): Messages.CheckFailure[] {
  return failures.map(({ property, reason }) => {
    const failure = new messages.CheckFailure();
    failure.setProperty(property);
    failure.setReason(reason);
    return failure;
  });
}

/** A diff of what is stored and what the program says now. */
export function diffOf(changes: PropertyChange[], before: object, now: object): Messages.DiffResponse {
  const response = new messages.DiffResponse();
  const { DIFF_SOME, DIFF_NONE } = messages.DiffResponse.DiffChanges;
  response.setChanges(changes.length > 0 ? DIFF_SOME : DIFF_NONE);
  response.setDiffsList(changes.map(({ property }) => property));
  response.setReplacesList(changes.filter(({ kind }) => kind === "replace").map(({ property }) => property));
  response.setHasdetaileddiff(true);
  for (const { property, kind } of changes) {
    const detail = new messages.PropertyDiff();
    detail.setKind(kindOf(kind, property in before, property in now));
    response.getDetaileddiffMap().set(property, detail);
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
