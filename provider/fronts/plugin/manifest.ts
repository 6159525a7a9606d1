import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { KeyPairError } from "../../core/errors";

/** The only version of the package schema that there is. */
const SCHEMA_VERSION = 0;

/** The version of this package. */
export function packageVersion(): string {
  return JSON.parse(readFileSync(join(packageFolder(), "package.json"), "utf8")).version;
}

/** `schema.json`: the engine generates the SDKs of other languages from it. */
export function packageSchema(version: number): string {
  if (version === SCHEMA_VERSION) return readFileSync(join(packageFolder(), "schema.json"), "utf8");
  throw new KeyPairError({
    code: "InvalidInput",
    message: `there is no package schema of version ${version}`,
  });
}

/** `exports` of package.json names what may be asked for by others, so its folder is ours wherever npm has put it. */
function packageFolder(): string {
  return dirname(createRequire(__filename).resolve("pulumi-keypair/package.json"));
}
