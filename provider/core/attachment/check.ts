import { resolvePlace } from "../connection";
import type { KeyPairAttachmentArgs } from "../model";
import { checkAttachmentAgainstSchema } from "../resource/argumentSchema";
import type { CheckRequest, CheckResult } from "../resource/contract";
import { Findings, withoutPrivateKeys } from "../resource/findings";
import { knownPart, type PartlyUnknown } from "../unknown";

/** Checks the arguments of an attachment without a call. */
export function checkAttachment(
  request: CheckRequest<KeyPairAttachmentArgs>,
): CheckResult<KeyPairAttachmentArgs> {
  const { settings, catalog } = request;
  const findings = new Findings();
  const news = withoutPrivateKeys(request.news, findings);
  const known = knownPart<KeyPairAttachmentArgs>(news);
  const isGiven = (property: string) => property in request.news;
  for (const { property, reason } of checkAttachmentAgainstSchema(known)) {
    // A value that is not known yet is not missing.
    if (!(reason === "is missing" && isGiven(property))) findings.fail(property, reason);
  }
  const rules = findings.attempt("connection", () =>
    catalog.rules(resolvePlace(known.connection, settings, catalog).connection.backend),
  );
  const refusal = rules?.checkAttachment();
  if (refusal) findings.fail("", refusal);
  else if (typeof known.keyPairName === "string") {
    const reason = rules?.checkName(known.keyPairName);
    if (reason) findings.fail("keyPairName", reason);
  }
  return {
    args: news satisfies PartlyUnknown<KeyPairAttachmentArgs>,
    failures: findings.failures,
    warnings: [],
  };
}
