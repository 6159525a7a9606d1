import type { Backend, KeyPairRecord, Operation } from "../backend";
import { defined } from "../defined";
import { KeyPairError } from "../errors";

/** What a state says of its resource's owner. */
interface OwnedState {
  keyPairName: string;
  region?: string;
  ownerId?: string;
}

/** Whether the pair that was found names another owner than the state does. */
export function hasOtherOwner({ ownerId }: Partial<OwnedState>, found: KeyPairRecord): boolean {
  return ownerId !== undefined && found.ownerId !== undefined && found.ownerId !== ownerId;
}

/**
 * Throws `Configuration` if the credentials belong to another user or account than the state does. What such
 * credentials see or do not see says nothing about this pair. Passes if the cloud does not tell the owner.
 * @param found  The pair that was found by its name, if there is one: OpenStack names its owner.
 */
export async function assertSameOwner(
  { keyPairName, region, ownerId }: Partial<OwnedState>,
  found: KeyPairRecord | undefined,
  backend: Backend,
  operation: Operation,
): Promise<void> {
  if (ownerId === undefined) return;
  const owner = found?.ownerId === undefined ? await backend.owner(operation) : { id: found.ownerId };
  if (owner === undefined || owner.id === ownerId) return;
  const isInOtherRegion = region !== undefined && region !== backend.region;
  const location = isInOtherRegion ? `${backend.name} ${region}` : backend.location;
  const whose = backend.name === "openstack" ? "user" : "account";
  const name = "name" in owner && owner.name !== undefined ? ` (${owner.name})` : "";
  throw new KeyPairError({
    code: "Configuration",
    ...defined({ keyPairName }),
    message:
      `key pair "${keyPairName}" (${location}) belongs to ${whose} ${ownerId}, and these credentials ` +
      `(${backend.credentialsFrom}) are those of ${whose} ${owner.id}${name}`,
    next:
      `Use the credentials of ${whose} ${ownerId}. Nothing was changed. If that ${whose} is gone for good, \`pulumi state delete\` takes ` +
      "the resource out of the state. A set goes as a whole then, with the private keys that only the state has.",
  });
}
