// Makes what is generated from the model and the property table:
//   node scripts/generate.mts arguments   the JSON Schemas that arguments are checked with
//   node scripts/generate.mts package     schema.json, the Pulumi package schema (needs the build)
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import * as tjs from "typescript-json-schema";
import { type ModelSchema, packageSchema } from "./packageSchema.mts";

const root = join(import.meta.dirname, "..");
const generated = join(root, "provider/core/generated");
const CHECKED_TYPES = ["KeyPairArgs", "KeyPairAttachmentArgs", "ProviderConfiguration"];

switch (process.argv[2]) {
  case "arguments":
    mkdirSync(generated, { recursive: true });
    for (const type of CHECKED_TYPES) {
      const file = `${type[0]?.toLowerCase()}${type.slice(1)}.schema.json`;
      write(join(generated, file), schemaOf(type, { noExtraProps: true, ref: false }));
    }
    break;
  case "package": {
    const require = createRequire(import.meta.url);
    const { KEY_PAIR_PROPERTIES: keyPair } = require("../dist/provider/core/properties.js");
    const { ATTACHMENT_PROPERTIES: attachment } = require("../dist/provider/core/attachment/properties.js");
    const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    write(
      join(root, "schema.json"),
      packageSchema(manifest, (type) => schemaOf(type, { aliasRef: true }), { keyPair, attachment }),
    );
    break;
  }
  default:
    throw new Error("usage: generate.mts arguments|package");
}

function schemaOf(type: string, options: tjs.PartialArgs): ModelSchema {
  const program = tjs.programFromConfig(join(root, "tsconfig.json"), [join(root, "provider/core/model.ts")]);
  const schema = tjs.generateSchema(program, type, { required: true, strictNullChecks: true, ...options });
  if (!schema) throw new Error(`no JSON Schema could be made of ${type}`);
  return schema as ModelSchema;
}

function write(file: string, value: unknown): void {
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
}
