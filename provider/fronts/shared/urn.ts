import { KeyPairError } from "../../core/errors";

export interface Urn {
  /** The resource's own type, without those of its parents. */
  type: string;
  /** The logical name. It may hold `::` itself. */
  name: string;
}

/**
 * Reads `urn:pulumi:<stack>::<project>::<parent type>$…$<type>::<name>`
 * (https://www.pulumi.com/docs/iac/concepts/resources/names/#urns).
 */
export function parseUrn(urn: string): Urn {
  const [, , , types, name] = /^urn:pulumi:(.*?)::(.*?)::(.*?)::(.*)$/s.exec(urn)?.map(String) ?? [];
  if (types === undefined || name === undefined) {
    throw new KeyPairError({ code: "InvalidInput", message: `"${urn}" is not the URN of a resource` });
  }
  return { type: types.slice(types.lastIndexOf("$") + 1), name };
}
