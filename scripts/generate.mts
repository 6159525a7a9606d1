// Makes what is generated from the model and the property table:
//   node scripts/generate.mts arguments   the JSON Schemas that arguments are checked with
//   node scripts/generate.mts package     schema.json, the Pulumi package schema (needs the build)
// Both with `all`; `--check` writes nothing, and fails where a file differs.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, relative } from "node:path";
import * as tjs from "typescript-json-schema";
import { type ModelSchema, packageSchema } from "./packageSchema.mts";

const root = join(import.meta.dirname, "..");
const generated = join(root, "provider/core/generated");
const CHECKED_TYPES = ["KeyPairArgs", "KeyPairSetArgs", "KeyPairAttachmentArgs", "ProviderConfiguration"];

/** What a file should hold; writing or comparing is one decision, made at the end. */
const files: [file: string, contents: string][] = [];
const [what, mode] = process.argv.slice(2);
if (what === "arguments" || what === "all") {
  for (const type of CHECKED_TYPES) {
    const file = `${type[0]?.toLowerCase()}${type.slice(1)}.schema.json`;
    add(join(generated, file), schemaOf(type, { noExtraProps: true, ref: false }));
  }
}
if (what === "package" || what === "all") {
  const require = createRequire(import.meta.url);
  const { KEY_PAIR_PROPERTIES: keyPair } = require("../dist/provider/core/keyPair/properties.js");
  const { KEY_PAIR_SET_PROPERTIES: keyPairSet } = require("../dist/provider/core/keyPairSet/properties.js");
  const { ATTACHMENT_PROPERTIES: attachment } = require("../dist/provider/core/attachment/properties.js");
  const { SECRET_SETTINGS } = require("../dist/provider/core/settings.js");
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  add(
    join(root, "schema.json"),
    packageSchema(
      manifest,
      (type) => schemaOf(type, { aliasRef: true }),
      { keyPair, keyPairSet, attachment },
      SECRET_SETTINGS,
    ),
  );
}
if (files.length === 0) throw new Error("usage: generate.mts arguments|package|all [--check]");
if (mode === "--check") check();
else for (const [file, contents] of files) writeFileSync(file, contents);

function check(): void {
  const stale = files.filter(
    ([file, contents]) => !existsSync(file) || readFileSync(file, "utf8") !== contents,
  );
  for (const [file] of stale)
    console.error(`${relative(root, file)} is not up to date: run \`npm run generate\`.`);
  if (stale.length > 0) process.exitCode = 1;
  else console.log(`${files.length} generated files are up to date.`);
}

function schemaOf(type: string, options: tjs.PartialArgs): ModelSchema {
  const program = tjs.programFromConfig(join(root, "tsconfig.json"), [join(root, "provider/core/model.ts")]);
  const schema = tjs.generateSchema(program, type, { required: true, strictNullChecks: true, ...options });
  if (!schema) throw new Error(`no JSON Schema could be made of ${type}`);
  return schema as ModelSchema;
}

function add(file: string, value: unknown): void {
  files.push([file, `${JSON.stringify(value, null, 2)}\n`]);
}
