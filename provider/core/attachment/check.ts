import type { KeyPairAttachmentArgs } from "../model";
import { checkAttachmentAgainstSchema } from "../resource/argumentSchema";
import { checkConnectionKeys, checkPlace, checkTypes, rulesOf } from "../resource/commonChecks";
import type { CheckRequest, CheckResult } from "../resource/contract";
import { Findings, withoutPrivateKeys } from "../resource/findings";
import type { PartlyUnknown } from "../unknown";
import { ATTACHMENT_PROPERTIES } from "./properties";

/** Checks the arguments of an attachment without a call. */
export function checkAttachment(
  request: CheckRequest<KeyPairAttachmentArgs>,
): CheckResult<KeyPairAttachmentArgs> {
  const findings = new Findings();
  const news = withoutPrivateKeys(request.news, findings);
  const known = checkTypes<KeyPairAttachmentArgs>(
    news,
    checkAttachmentAgainstSchema,
    ATTACHMENT_PROPERTIES,
    findings,
  );
  const rules = rulesOf(news.connection, request, findings);
  if (rules) {
    checkConnectionKeys(known.connection, rules, findings);
    checkPlace(known.connection, rules, request, findings);
  }
  const refusal = rules?.checkAttachment();
  if (refusal) findings.fail("", refusal);
  else if (known.keyPairName !== undefined) {
    const reason = rules?.checkName(known.keyPairName);
    if (reason) findings.fail("keyPairName", reason);
  }
  return {
    args: news satisfies PartlyUnknown<KeyPairAttachmentArgs>,
    failures: findings.failures,
    warnings: [],
  };
}
