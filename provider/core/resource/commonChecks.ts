import type { BackendRules } from "../backend";
import { resolvePlace } from "../connection";
import { BACKEND_NAMES, type Connection } from "../model";
import { hasUnknown, knownPart, type MaybeUnknown, type PartlyUnknown } from "../unknown";
import type { SchemaFailure } from "./argumentSchema";
import type { CheckRequest } from "./contract";
import type { Findings } from "./findings";
import { computedNames, type PropertyTable } from "./propertyTable";

/*
 * What the checks of all resources have in common.
 */

/**
 * The arguments that are known and have the right type. A wrong type is reported, and not checked any
 * further.
 * @param meantInstead  For an output that somebody gives as an argument: the argument that they probably mean.
 */
export function checkTypes<Args extends object>(
  news: PartlyUnknown<Args>,
  checkAgainstSchema: (args: object) => SchemaFailure[],
  properties: PropertyTable<never>,
  findings: Findings,
  meantInstead: Readonly<Record<string, string>> = {},
): Partial<Args> {
  const outputs: readonly string[] = computedNames(properties);
  const known = knownPart<Args>(news);
  const given = new Map<string, unknown>(Object.entries(news));
  for (const { property, reason, isOfRightType } of checkAgainstSchema(known)) {
    // A value or a member that is not known yet is not missing.
    if (reason.endsWith("is missing") && hasUnknown(given.get(property))) continue;
    const meant = meantInstead[property];
    const advice = `is an output, not an argument${meant ? `: did you mean ${meant}?` : "."}`;
    findings.fail(property, outputs.includes(property) ? advice : reason);
    if (!isOfRightType) delete known[property as keyof Args];
  }
  return known;
}

/**
 * `undefined` when the backend is not known yet, or when there is no valid one, which is already reported.
 */
export function rulesOf(
  connection: MaybeUnknown<Connection> | undefined,
  { settings, catalog }: Pick<CheckRequest<object>, "settings" | "catalog">,
  findings: Findings,
): BackendRules | undefined {
  const backend: unknown = typeof connection === "object" ? connection.backend : connection;
  const isGiven = BACKEND_NAMES.find((name) => name === backend);
  if (backend !== undefined && isGiven === undefined) return undefined;
  return findings.attempt("connection", () =>
    catalog.rules(resolvePlace(isGiven && { backend: isGiven }, settings, catalog).connection.backend),
  );
}

/**
 * Reports a place where nothing can be made. Only for new resources: the state of one that is there says where it is.
 * @param connection  What is known of it, and right.
 */
export function checkPlace(
  connection: Connection | undefined,
  rules: BackendRules,
  { news, olds, settings, catalog }: CheckRequest<{ connection?: Connection }, object>,
  findings: Findings,
): void {
  const isNew = Object.keys(olds).length === 0;
  const isReported = findings.failures.some(({ property }) => property === "connection");
  if (!isNew || isReported || hasUnknown(news.connection)) return;
  findings.attempt("connection", () =>
    rules.checkPlace?.(resolvePlace(connection, settings, catalog).connection, process.env),
  );
}

/** Reports the members of `connection` that the backend does not read. */
export function checkConnectionKeys(
  connection: Connection | undefined,
  { backend, connectionKeys }: BackendRules,
  findings: Findings,
): void {
  for (const key of Object.keys(connection ?? {}) as (keyof Connection)[]) {
    if (key === "backend" || connectionKeys.includes(key)) continue;
    findings.fail(
      "connection",
      `${key} means nothing to the ${backend} backend, which reads ${connectionKeys.join(", ")}.`,
    );
  }
}
