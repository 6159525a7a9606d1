import { randomUUID } from "node:crypto";
import { defined } from "../../core/defined";
import { type ErrorCode, KeyPairError } from "../../core/errors";

/**
 * The codes with which ECS refuses a request
 * (https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-importkeypair and its neighbours), and what
 * they are to us. A missing resource group is `Refused`: `NotFound` means that the key pair is gone.
 */
const CODES = {
  "KeyPair.AlreadyExist": { code: "AlreadyExists" },
  "QuotaExceed.KeyPair": { code: "QuotaExceeded" },
  "InvalidKeyPairName.Malformed": { code: "Refused", property: "keyPairName" },
  "InvalidKeyPairName.NotFound": { code: "NotFound" },
  "InvalidKeyPairNames.ValueNotSupported": { code: "Refused" },
  "InvalidPublicKeyBody.Malformed": { code: "Refused", property: "publicKeyBody" },
  "InvalidResourceGroup.NotFound": { code: "Refused", property: "resourceGroupId" },
  "InvalidResourceGroup.Duplicate": { code: "Refused", property: "resourceGroupId" },
  "InvalidResourceId.NotFound": { code: "NotFound" },
  "InvalidTagKey.Malformed": { code: "Refused", property: "tags" },
  "InvalidTagValue.Malformed": { code: "Refused", property: "tags" },
  "Duplicate.TagKey": { code: "Refused", property: "tags" },
  "TagKey.Duplication": { code: "Refused", property: "tags" },
  "QuotaExceed.Tags": { code: "QuotaExceeded", property: "tags" },
  "NumberExceed.Tags": { code: "Refused", property: "tags" },
  "NumberExceed.ResourceIds": { code: "Refused" },
  "InvalidInstanceIds.ValueNotSupported": { code: "Refused", property: "instanceIds" },
  "InvalidParameter.KeypairAlreadyAttachedInstance": { code: "InUse" },
} as const satisfies Record<string, { code: ErrorCode; property?: string }>;

export type EcsCode = keyof typeof CODES;

/** What ECS would answer. The request id is made up, and looks like one of ECS. */
export function refusal(
  cloudCode: EcsCode,
  message: string,
  keyPairName?: string,
  next?: string,
): KeyPairError {
  return new KeyPairError({
    ...CODES[cloudCode],
    cloudCode,
    message,
    requestId: randomUUID().toUpperCase(),
    ...defined({ keyPairName, next }),
  });
}
