import type { BackendRules, KeyFacts, Verdict } from "../core/backend";
import type { BackendName, Connection, Tags } from "../core/model";

/*
 * What Alibaba Cloud ECS accepts, known without a call. It stands apart from the backends because two follow it: `alibaba`,
 * and `local`, which behaves like ECS.
 *
 * Sources: https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-importkeypair (names, tags, types;
 * the version of June 2026, which is wider than the create page), …-createkeypair, and
 * https://www.alibabacloud.com/help/en/ecs/user-guide/import-an-ssh-key-pair (types of certificates).
 */

/** The most characters (code points) that a name has. */
export const MAX_NAME_LENGTH = 128;
/** The most tags that a key pair has. */
export const MAX_TAGS = 20;
/** The most key pairs that an account has in a region; Alibaba Cloud does not raise it. */
export const KEY_PAIR_QUOTA = 500;

const MIN_NAME_LENGTH = 2;
const MAX_TAG_LENGTH = 128;
const NAME_HINT =
  "A name has 2 to 128 characters, starts with a letter (of any script), and goes on with letters, digits, `:`, `_`, `.` or `-`.";

/** What is wrong with one tag or, for `count`, with all of them together. */
export interface TagProblem {
  fault: "key" | "value" | "duplicate" | "count";
  /** The tag's key; `""` for `count`. */
  key: string;
  /** One sentence without the final full stop. */
  reason: string;
}

/** What a backend that follows ECS says for itself. */
export interface OwnEcsRules {
  backend: BackendName;
  connectionKeys: readonly (keyof Connection)[];
  accountKey: BackendRules["accountKey"];
  account: BackendRules["account"];
  ambientConnection: BackendRules["ambientConnection"];
  regionOfAccount: BackendRules["regionOfAccount"];
  checkPlace?: NonNullable<BackendRules["checkPlace"]>;
  /** Instead of the types that ECS documents. */
  checkPublicKey?(key: KeyFacts, line: string): Verdict;
}

/** The rules of a backend that accepts what ECS accepts. */
export function ecsRules(own: OwnEcsRules): BackendRules {
  return {
    maxKeyPairs: KEY_PAIR_QUOTA,
    maxNameLength: MAX_NAME_LENGTH,
    checkName: checkEcsName,
    hasTags: true,
    checkTags,
    checkResourceGroup: checkEcsResourceGroup,
    checkUserId: () => "key pairs belong to the account here, not to a user: remove `userId`",
    checkAttachment: () => undefined,
    checkPublicKey: checkEcsPublicKey,
    ...own,
  };
}

/** Why ECS refuses the name (`InvalidKeyPairName.Malformed`), and what it takes; or `undefined`. */
export function checkEcsName(name: string): string | undefined {
  const reason = nameFault(name);
  return reason && `${reason}. ${NAME_HINT}`;
}

/** Everything that ECS refuses about the tags. Takes entries too, since a request can hold the same key twice. */
export function findTagProblems(tags: Tags | readonly (readonly [string, string])[]): TagProblem[] {
  const entries: readonly (readonly [string, string])[] = isEntries(tags) ? tags : Object.entries(tags);
  const problems: TagProblem[] = [];
  const seen = new Map<string, string>();
  for (const [key, value] of entries) {
    const keyReason = tagKeyFault(key);
    if (keyReason) problems.push({ fault: "key", key, reason: keyReason });
    const valueReason = tagTextFault("value", value);
    if (valueReason) problems.push({ fault: "value", key, reason: valueReason });
    const twin = seen.get(key.toLowerCase());
    if (twin !== undefined) {
      problems.push({
        fault: "duplicate",
        key,
        reason: `the key is there twice: "${twin}" and "${key}" (ECS takes no notice of case)`,
      });
    }
    seen.set(key.toLowerCase(), key);
  }
  if (entries.length > MAX_TAGS) {
    const reason = `there are ${entries.length} tags, and a key pair has at most ${MAX_TAGS}`;
    problems.push({ fault: "count", key: "", reason });
  }
  return problems;
}

/** Why the text cannot be the id of a resource group, or `undefined`. Only the cloud knows whether the group exists. */
export function checkEcsResourceGroup(resourceGroupId: string): string | undefined {
  if (/^rg-[A-Za-z0-9-]+$/.test(resourceGroupId)) return undefined;
  return `"${resourceGroupId}" is not the id of a resource group. The id starts with \`rg-\`; the group's name cannot be used here.`;
}

/** Accepts the types that ECS documents, warns of ed25519, which no page lists, and refuses keys of security devices. */
export function checkEcsPublicKey(key: KeyFacts): Verdict {
  const instead = "Documented are RSA, DSA and ECDSA keys.";
  if (key.type === "sk-ecdsa" || key.type === "sk-ed25519") {
    return {
      verdict: "refuse",
      reason: `ECS takes no keys of security devices (${key.algorithm}). ${instead}`,
    };
  }
  if (key.type === "ed25519") {
    return {
      verdict: "warn",
      reason: `ECS does not document ${key.algorithm} keys and may refuse it. ${instead}`,
    };
  }
  return undefined;
}

/** Whether Alibaba Cloud keeps the tag for itself. Users cannot set or remove such tags, and no limit counts them. */
export function isSystemTag(key: string): boolean {
  return key.startsWith("acs:") || key.startsWith("aliyun");
}

function checkTags(tags: Tags): Map<string, string> {
  const reasons = new Map<string, string>();
  for (const { key, reason } of findTagProblems(tags)) {
    const earlier = reasons.get(key);
    reasons.set(key, earlier ? `${earlier}; ${reason}` : reason);
  }
  return reasons;
}

function nameFault(name: string): string | undefined {
  const length = [...name].length;
  if (length < MIN_NAME_LENGTH || length > MAX_NAME_LENGTH)
    return `it has ${length} character${length === 1 ? "" : "s"}`;
  if (/^https?:\/\//i.test(name)) return "it starts with `http://` or `https://`";
  if (!/^\p{L}/u.test(name)) return "it does not start with a letter";
  const stranger = /[^\p{L}\p{N}:_.-]/u.exec(name)?.[0];
  return stranger && `it contains ${JSON.stringify(stranger)}`;
}

function tagKeyFault(key: string): string | undefined {
  if (key === "") return "a tag's key is empty";
  if (isSystemTag(key))
    return "a tag's key cannot start with `acs:` or `aliyun`, which are kept for the system";
  return tagTextFault("key", key);
}

function tagTextFault(part: "key" | "value", text: string): string | undefined {
  const length = [...text].length;
  if (length > MAX_TAG_LENGTH)
    return `a tag's ${part} has at most ${MAX_TAG_LENGTH} characters, not ${length}`;
  if (/https?:\/\//.test(text)) return `a tag's ${part} cannot contain \`http://\` or \`https://\``;
  return undefined;
}

function isEntries(
  tags: Tags | readonly (readonly [string, string])[],
): tags is readonly (readonly [string, string])[] {
  return Array.isArray(tags);
}
