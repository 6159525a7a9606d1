import type {
  CreatedKeyPairRecord,
  CreateKeyPairRequest,
  ImportKeyPairRequest,
  KeyPairRecord,
} from "../../core/backend";
import { defined } from "../../core/defined";
import type { Tags } from "../../core/model";
import { isSystemTag } from "../ecsRules";
import type { Reply } from "./reply";

/** One pair in the reply to DescribeKeyPairs. */
export function describedKeyPair(item: Reply): KeyPairRecord {
  return defined({
    name: item.requiredText("KeyPairName"),
    fingerprint: item.requiredText("KeyPairFingerPrint"),
    publicKey: item.text("PublicKey"),
    createdAt: item.text("CreationTime"),
    resourceGroupId: item.text("ResourceGroupId"),
    tags: userTags(item),
  });
}

/** The reply to ImportKeyPair holds only the name and the fingerprint. The rest is what the request said. */
export function importedKeyPair(
  reply: Reply,
  { publicKey, ...request }: ImportKeyPairRequest,
): KeyPairRecord {
  return { ...newKeyPair(reply, request), publicKey };
}

export function createdKeyPair(reply: Reply, request: CreateKeyPairRequest): CreatedKeyPairRecord {
  return defined({
    ...newKeyPair(reply, request),
    id: reply.text("KeyPairId"),
    privateKey: reply.requiredText("PrivateKeyBody"),
  });
}

function newKeyPair(reply: Reply, { name, tags = {}, resourceGroupId }: CreateKeyPairRequest): KeyPairRecord {
  return defined({ name, fingerprint: reply.requiredText("KeyPairFingerPrint"), tags, resourceGroupId });
}

function userTags(item: Reply): Tags {
  const entries = item
    .list("Tags", "Tag")
    .map((tag): [string, string] => [tag.requiredText("TagKey"), tag.text("TagValue") ?? ""]);
  return Object.fromEntries(entries.filter(([key]) => !isSystemTag(key)));
}
