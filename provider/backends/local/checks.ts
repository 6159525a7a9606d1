import { isKeyPairError } from "../../core/errors";
import type { Tags } from "../../core/model";
import { type PublicKey, readPublicKey } from "../../keys";
import { checkEcsName, checkEcsResourceGroup, findTagProblems } from "../ecsRules";
import { type EcsCode, refusal } from "./errors";

/** The most tags, tagged key pairs, deleted key pairs and instances that one call takes, as in ECS. */
export const MOST_IN_A_CALL = { tags: 20, taggedKeyPairs: 50, deletedKeyPairs: 100, instances: 50 } as const;

/** One OpenSSH line. ECS takes no options before it and no further lines. */
const LINE = /^(\S+)[ \t]+([A-Za-z0-9+/]+={0,2})(?:[ \t]+([^\r\n]*))?$/;

const TAG_FAULTS = {
  key: "InvalidTagKey.Malformed",
  value: "InvalidTagValue.Malformed",
  count: "QuotaExceed.Tags",
} as const satisfies Record<string, EcsCode>;

export function checkName(name: string): void {
  const reason = checkEcsName(name);
  if (reason)
    throw refusal(
      "InvalidKeyPairName.Malformed",
      `the name cannot be used: ${reason.replace(/\.$/, "")}`,
      name,
    );
}

/** @param duplicate  The code for a key that appears twice. ECS has one for new pairs and another for existing ones. */
export function checkTags(
  name: string,
  tags: Tags,
  duplicate: "Duplicate.TagKey" | "TagKey.Duplication",
): void {
  const problem = findTagProblems(tags)[0];
  if (problem === undefined) return;
  const { fault, key, reason } = problem;
  const subject = key === "" ? "the tags" : `tag "${key}"`;
  throw refusal(
    fault === "duplicate" ? duplicate : TAG_FAULTS[fault],
    `${subject} cannot be used: ${reason}`,
    name,
  );
}

/** The store keeps no list of groups: every id of the right form counts as an existing group. */
export function checkResourceGroup(name: string, resourceGroupId: string): void {
  const reason = checkEcsResourceGroup(resourceGroupId);
  if (reason)
    throw refusal(
      "InvalidResourceGroup.NotFound",
      `there is no such resource group: ${reason.replace(/\.$/, "")}`,
      name,
    );
}

/** The key of an OpenSSH line, and the line as it is kept. */
export function checkPublicKey(name: string, text: string): { key: PublicKey; line: string } {
  const [line] = LINE.exec(text.trim()) ?? [];
  if (line === undefined) {
    throw refusal("InvalidPublicKeyBody.Malformed", "the public key is not a single OpenSSH line", name);
  }
  try {
    return { key: readPublicKey(line), line };
  } catch (error) {
    if (!isKeyPairError(error)) throw error;
    throw refusal(
      "InvalidPublicKeyBody.Malformed",
      `the public key cannot be used: ${error.details.message}`,
      name,
    );
  }
}

export function checkCallSize(what: keyof typeof MOST_IN_A_CALL, count: number): void {
  const most = MOST_IN_A_CALL[what];
  if (count <= most) return;
  const code = {
    tags: "NumberExceed.Tags",
    taggedKeyPairs: "NumberExceed.ResourceIds",
    deletedKeyPairs: "InvalidKeyPairNames.ValueNotSupported",
    instances: "InvalidInstanceIds.ValueNotSupported",
  } as const;
  throw refusal(code[what], `one call takes at most ${most}, not ${count}`);
}
