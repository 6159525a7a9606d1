import { KeyPairError } from "../../core/errors";

import schema = require("../../../schema.json");

/** The only version of the package schema that there is. */
const SCHEMA_VERSION = 0;

/** The version of this package. */
export const PACKAGE_VERSION: string = schema.version;

/** `schema.json`, byte for byte: the engine generates the SDKs of other languages from it. */
export function packageSchema(version: number): string {
  if (version === SCHEMA_VERSION) return `${JSON.stringify(schema, null, 2)}\n`;
  throw new KeyPairError({
    code: "InvalidInput",
    message: `there is no package schema of version ${version}`,
  });
}
