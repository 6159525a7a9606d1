import type {
  CreatedKeyPairRecord,
  CreateKeyPairRequest,
  ImportKeyPairRequest,
  KeyPairRecord,
} from "../../core/backend";
import type { Tags } from "../../core/model";
import { isSystemTag } from "../ecsRules";
import type { Reply } from "./reply";

/** A pair of the reply to DescribeKeyPairs. */
export function describedKeyPair(item: Reply): KeyPairRecord {
  const publicKey = item.text("PublicKey");
  const createdAt = item.text("CreationTime");
  const resourceGroupId = item.text("ResourceGroupId");
  return {
    name: item.requiredText("KeyPairName"),
    fingerprint: item.requiredText("KeyPairFingerPrint"),
    ...(publicKey !== undefined && { publicKey }),
    ...(createdAt !== undefined && { createdAt }),
    ...(resourceGroupId !== undefined && { resourceGroupId }),
    tags: userTags(item),
  };
}

/** The reply to ImportKeyPair repeats only the name and the fingerprint; the rest is what was asked for. */
export function importedKeyPair(
  reply: Reply,
  { publicKey, ...request }: ImportKeyPairRequest,
): KeyPairRecord {
  return { ...newKeyPair(reply, request), publicKey };
}

export function createdKeyPair(reply: Reply, request: CreateKeyPairRequest): CreatedKeyPairRecord {
  const id = reply.text("KeyPairId");
  return {
    ...newKeyPair(reply, request),
    ...(id !== undefined && { id }),
    privateKey: reply.requiredText("PrivateKeyBody"),
  };
}

function newKeyPair(reply: Reply, { name, tags = {}, resourceGroupId }: CreateKeyPairRequest): KeyPairRecord {
  return {
    name,
    fingerprint: reply.requiredText("KeyPairFingerPrint"),
    tags,
    ...(resourceGroupId !== undefined && { resourceGroupId }),
  };
}

function userTags(item: Reply): Tags {
  const entries = item
    .list("Tags", "Tag")
    .map((tag): [string, string] => [tag.requiredText("TagKey"), tag.text("TagValue") ?? ""]);
  return Object.fromEntries(entries.filter(([key]) => !isSystemTag(key)));
}
