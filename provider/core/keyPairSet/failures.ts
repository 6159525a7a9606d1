import { isKeyPairError, KeyPairError } from "../errors";
import { namesText, regionsText } from "./summary";
import { wordedForSet } from "./wording";

/** What could not be done to one key pair. */
export interface Failure {
  member: string;
  region: string;
  keyPairName: string;
  error: KeyPairError;
}

/** Any error as ours. What is not ours is a mistake in this program, and must not take what was done with it. */
export function asKeyPairError(error: unknown): KeyPairError {
  if (isKeyPairError(error)) return error;
  const message = `the provider failed: ${error instanceof Error ? error.message : String(error)}`;
  return new KeyPairError({ code: "Refused", message, cause: error });
}

/**
 * All failures as one error, grouped by reason. The first of each reason is told in full.
 * @param total  How many key pairs were tried.
 * @param regions  Those of the set. Where there are several, each failure says its own.
 */
export function groupedFailure(
  failures: readonly Failure[],
  total: number,
  regions: Iterable<string>,
  next = "What was done is recorded: run `pulumi up` again for the rest.",
): KeyPairError {
  const groups = Map.groupBy(failures, reasonOf);
  const isInSeveralRegions = new Set(regions).size > 1;
  const lines = [...groups.values()].map((group) => {
    const names = [...Map.groupBy(group, ({ keyPairName }) => keyPairName)].map(([name, ofName]) => {
      const where = regionsText(ofName.map(({ region }) => region));
      return isInSeveralRegions ? `${name} (${where})` : name;
    });
    // The names are told already.
    const reason = wordedForSet(group[0]?.error.with({ keyPairName: "" }).message ?? "");
    return `\n- ${namesText(names)}: ${reason.replace(/\.$/, "")}`;
  });
  const codes = new Set(failures.map(({ error }) => error.code));
  const [code = "Refused"] = codes;
  return new KeyPairError({
    code: codes.has("OutcomeUnknown") ? "OutcomeUnknown" : code,
    message: `${failures.length} of ${total} key pairs failed:${lines.join(".")}`,
    next,
    cause: failures[0]?.error,
  });
}

/**
 * Failures with the same reason are told once: the cloud's code decides, else ours. What to do next belongs to it, such as whether the
 * old key is there again.
 */
function reasonOf({ keyPairName, error: { code, details } }: Failure): string {
  const { cloudCode = "", next = "" } = details;
  return `${code}\0${cloudCode}\0${next.replaceAll(keyPairName, "")}`;
}
