import type { Owner } from "../../core/backend";
import { defined } from "../../core/defined";
import { argumentsOf, foundState } from "../../core/keyPair/state";
import type { CheckedKeyPairArgs, KeyPairState } from "../../core/model";
import type { FoundPair } from "../pairs/find";

/** One resource of a file for `pulumi import --file`. */
export interface ImportedResource {
  type: "keypair:index:KeyPair";
  name: string;
  id: string;
  version: string;
  inputs: CheckedKeyPairArgs;
  outputs: KeyPairState;
}

/**
 * The pair as the engine is to store it. With its outputs given, the engine does not ask the provider to read the pair: it
 * would ask with nothing but the name, so only where the stack's configuration leads to
 * (https://github.com/pulumi/pulumi/blob/v3.259.0/pkg/cmd/pulumi/operations/import.go, importSpec).
 */
export function importedResource(
  { record, backend, place, connection }: FoundPair,
  name: string,
  owner: Owner | undefined,
  version: string,
): ImportedResource {
  const own = Object.keys(connection).length === 0 ? undefined : connection;
  const state: KeyPairState = {
    ...foundState(record, { backend, place, owner }, own),
    ...defined({ resourceGroupId: record.resourceGroupId }),
  };
  const inputs = argumentsOf(state);
  return { type: "keypair:index:KeyPair", name, id: record.name, version, inputs, outputs: state };
}

/** The text of the file. */
export function importFile(resources: readonly ImportedResource[]): string {
  return `${JSON.stringify({ resources }, undefined, 2)}\n`;
}
