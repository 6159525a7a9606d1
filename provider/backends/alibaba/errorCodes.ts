import type { ErrorDetails } from "../../core/errors";
import { KEY_PAIR_QUOTA, MAX_TAGS } from "../ecsRules";
import type { Subject } from "./errors";

type Meaning = Pick<ErrorDetails, "code" | "message" | "next" | "property">;
type Explanation = Meaning | ((subject: Subject) => Meaning);

const CREDENTIALS_NEXT = "Check the access key, and that it belongs to this account and is active.";
const TAG_NEXT =
  "See https://www.alibabacloud.com/help/en/resource-management/tag/product-overview/limits-5 for the rules of tags.";

const ACCESS_KEY: Meaning = {
  code: "Unauthenticated",
  message: "Alibaba Cloud does not know the access key, or it is not active",
  next: CREDENTIALS_NEXT,
};
const TOKEN: Meaning = {
  code: "Unauthenticated",
  message: "the security token has expired, or does not belong to the access key",
  next: "Get new temporary credentials and run it again.",
};
const CLOCK: Meaning = {
  code: "Unauthenticated",
  message: "the time of the request is too far from the cloud's",
  next: "Set the clock of this machine; it may be at most 15 minutes off.",
};
const SIGNATURE: Meaning = {
  code: "Unauthenticated",
  message:
    "the signature is not the one that Alibaba Cloud expects, so the access key's secret is wrong, or something on the way changes the request",
  next: CREDENTIALS_NEXT,
};
const TAG_TWICE: Meaning = {
  code: "Refused",
  message: "a tag's key is there twice (ECS takes no notice of case)",
  property: "tags",
  next: "Give each key once.",
};
const NO_SUCH_GROUP: Meaning = {
  code: "Refused",
  message: "there is no such resource group in this account",
  property: "resourceGroupId",
  next: "Give the id of the group (`rg-…`), not its name.",
};
const NO_SUCH_PAIR: Explanation = ({ regionId }) => ({
  code: "NotFound",
  message: `there is no key pair of that name in ${regionId}`,
  next: "Run `pulumi up --refresh` if somebody deleted it.",
});
const INSTANCES: Meaning = {
  code: "Refused",
  message: "ECS does not take the instance ids",
  property: "instanceIds",
  next: "Give ids of instances (`i-…`) of this region.",
};
const IN_USE: Meaning = {
  code: "InUse",
  message: "it is still attached to instances",
  next: "Detach it from them, or release them; then run it again.",
};

/** ECS changes the key pair of running and stopped instances only: not of one that is just starting. */
export const INSTANCE_NOT_READY = "IncorrectInstanceStatus";

/**
 * The documented codes (the pages of the operations at
 * https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-dir-ssh-key-pairs, and of all operations at
 * https://www.alibabacloud.com/help/en/ecs/developer-reference/common-error-codes), with what they mean and what to do next.
 * A missing resource group is not `NotFound`, because that code means that the key pair is gone.
 */
export const MEANINGS: Readonly<Record<string, Explanation>> = {
  // Create, import
  "KeyPair.AlreadyExist": ({ regionId }) => ({
    code: "AlreadyExists",
    message: `a key pair of that name is there already in ${regionId}`,
    next: "Choose another keyPairName, import or delete that pair, or set onExisting.",
  }),
  "QuotaExceed.KeyPair": ({ regionId }) => ({
    code: "QuotaExceeded",
    message: `the account has ${KEY_PAIR_QUOTA} key pairs in ${regionId} already, which is the most that Alibaba Cloud allows`,
    next: "Delete key pairs that nobody needs, or use another region; the quota cannot be raised.",
  }),
  "InvalidKeyPairName.Malformed": {
    code: "Refused",
    message: "ECS does not take the name",
    property: "keyPairName",
    next: "A name has 2 to 128 characters, starts with a letter, and goes on with letters, digits, `:`, `_`, `.` or `-`. The API's older page has this code for a name that is taken, too.",
  },
  "InvalidPublicKeyBody.Malformed": {
    code: "Refused",
    message: "ECS does not take the public key",
    property: "publicKeyBody",
    next: "It documents RSA, DSA and ECDSA keys; use one of those if this is another type, ed25519 for example.",
  },
  "InvalidResourceGroup.NotFound": NO_SUCH_GROUP,
  "InvalidRegionId.NotFound": ({ regionId }) => ({
    code: "Configuration",
    message: `Alibaba Cloud has no region "${regionId}", or it is not open to this account`,
    property: "connection",
    next: "Check `keypair:region`, or `connection.region`.",
  }),
  // Tags
  "Duplicate.TagKey": TAG_TWICE,
  "TagKey.Duplication": TAG_TWICE,
  "InvalidTagKey.Malformed": {
    code: "Refused",
    message: "ECS does not take a tag's key",
    property: "tags",
    next: TAG_NEXT,
  },
  "InvalidTagValue.Malformed": {
    code: "Refused",
    message: "ECS does not take a tag's value",
    property: "tags",
    next: TAG_NEXT,
  },
  "QuotaExceed.Tags": {
    code: "QuotaExceeded",
    message: `the key pair would have more than ${MAX_TAGS} tags`,
    property: "tags",
    next: "Remove tags; those that other tools set count too.",
  },
  "NumberExceed.Tags": {
    code: "Refused",
    message: `one call takes at most ${MAX_TAGS} tags`,
    property: "tags",
  },
  "NumberExceed.ResourceIds": { code: "Refused", message: "one call takes at most 50 key pairs" },
  "OperationDenied.QuotaExceed": {
    code: "QuotaExceeded",
    message: "the account's quota of tags is used up",
    property: "tags",
    next: "Remove tags that nobody needs, or ask Alibaba Cloud for a higher quota.",
  },
  "Param.Conflict": {
    code: "Refused",
    message: "the tags to remove contradict each other",
    property: "tags",
  },
  "InvalidResourceId.NotFound": NO_SUCH_PAIR,
  "InvalidResourceType.NotFound": {
    code: "Refused",
    message: "ECS does not know key pairs as a type of resource there",
  },
  // Resource group
  "InvalidResourceGroup.Duplicate": {
    code: "Refused",
    message: "it is in that resource group already",
    property: "resourceGroupId",
  },
  // Delete
  "InvalidParameter.KeypairAlreadyAttachedInstance": IN_USE,
  "InvalidKeyPairNames.ValueNotSupported": {
    code: "Refused",
    message: "ECS does not take the list of names to delete",
  },
  // Attach, detach
  "InvalidKeyPairName.NotFound": NO_SUCH_PAIR,
  "InvalidKeyPair.NotFound": NO_SUCH_PAIR,
  "InvalidInstanceIds.ValueNotSupported": INSTANCES,
  "InvalidInstanceId.NotFound": INSTANCES,
  [INSTANCE_NOT_READY]: {
    code: "Refused",
    message: "an instance is starting, stopping or being changed",
    property: "instanceIds",
    next: "Run it again when the instance is running or stopped.",
  },
  "DependencyViolation.WindowsInstance": {
    code: "Refused",
    message: "an instance runs Windows, which takes no key pair",
    property: "instanceIds",
    next: "Leave that instance out.",
  },
  "DependencyViolation.IoOptimize": {
    code: "Refused",
    message: "an instance is not I/O optimized, and takes no key pair",
    property: "instanceIds",
    next: "Leave that instance out, or change its type.",
  },
  InstanceKeyPairLimitExceeded: {
    code: "Refused",
    message: "an instance has a key pair already, and can have only one",
    property: "instanceIds",
    next: "Detach the other pair from it first.",
  },
  // Any operation
  "InvalidAccessKeyId.NotFound": ACCESS_KEY,
  "InvalidAccessKeyId.Inactive": ACCESS_KEY,
  InvalidAccessKeyId: ACCESS_KEY,
  "InvalidSecurityToken.Expired": TOKEN,
  "InvalidSecurityToken.Malformed": TOKEN,
  "InvalidSecurityToken.MismatchWithAccessKey": TOKEN,
  SecurityTokenExpired: TOKEN,
  "InvalidTimeStamp.Expired": CLOCK,
  "InvalidTimeStamp.Format": CLOCK,
  IllegalTimestamp: CLOCK,
  SignatureDoesNotMatch: SIGNATURE,
  IncompleteSignature: SIGNATURE,
  // A proxy sent the request again, and the first one may have been carried out.
  SignatureNonceUsed: ({ action }) => ({
    code: "OutcomeUnknown",
    message: `${action}: ECS has seen the request before; the first one may or may not have been carried out`,
  }),
};

/** What the code means; `undefined` for a code that no page documents. */
export function meaningOf(cloudCode: string, status: number, subject: Subject): Meaning | undefined {
  const explanation =
    MEANINGS[cloudCode] ?? (isDenial(cloudCode, status) ? denied : undefined) ?? missing(cloudCode);
  return typeof explanation === "function" ? explanation(subject) : explanation;
}

/** Whether the cloud refuses the time of the request. */
export function isAboutTheClock(cloudCode: string): boolean {
  return MEANINGS[cloudCode] === CLOCK;
}

/** Denials have many spellings: `Forbidden.RAM`, `NoPermission`, `NoPermission.Tag`, `Forbidden.SubUser`… */
function isDenial(cloudCode: string, status: number): boolean {
  return (
    status === 403 &&
    /^(Forbidden|NoPermission|Unauthorized|AccessDenied|ImplicitDeny|ExplicitDeny)/i.test(cloudCode)
  );
}

const ABOUT_INSTANCES: ReadonlySet<string> = new Set(["DescribeInstances", "RebootInstance"]);

function denied({ action, regionId, keyPairName }: Subject): Meaning {
  const resource = ABOUT_INSTANCES.has(action) ? "instance/*" : `keypair/${keyPairName ?? "*"}`;
  return {
    code: "PermissionDenied",
    message: `the credentials may not call ${action}`,
    next: `Have the action ecs:${action} allowed on acs:ecs:${regionId}:*:${resource} in RAM; docs/alibaba-ecs.md has a policy.`,
  };
}

function missing(cloudCode: string): Meaning | undefined {
  if (!cloudCode.startsWith("MissingParameter")) return undefined;
  return {
    code: "Refused",
    message: "ECS misses a parameter of the request",
    next: "Check that the endpoint is one of ECS; if it is, this is a fault of pulumi-keypair: please report it.",
  };
}
