// npm run examples: translates the YAML programs of docs/examples into the languages that Pulumi has a generator for here.
// Needs Go. With folders as arguments, translates those. `npm run generate` takes the translations into schema.json.

import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { goTool } from "./engine/goTool.mts";
import { run } from "./engine/run.mts";
import { PULUMI_YAML_REQUIREMENTS, PULUMI_YAML_VERSION } from "./engine/yamlHost.mts";

const ROOT = join(import.meta.dirname, "..");
const SCHEMA = join(ROOT, "schema.json");
const EXAMPLES = join(ROOT, "docs/examples");

const given = process.argv.slice(2).map((folder) => resolve(folder));
const folders = given.length > 0 ? given : readdirSync(EXAMPLES).map((name) => join(EXAMPLES, name));
for (const folder of folders) await translate(folder);

async function translate(folder: string): Promise<void> {
  const go = join(folder, "main.go");
  // What Pulumi's generator of Go writes for a function does not compile: that is written by hand.
  const callsFunction = readFileSync(join(folder, "Pulumi.yaml"), "utf8").includes("fn::invoke");
  const byHand = callsFunction && existsSync(go) ? readFileSync(go, "utf8") : undefined;
  const translator = await goTool({
    name: "examples",
    source: join(import.meta.dirname, "examples/main.go"),
    version: PULUMI_YAML_VERSION,
    requirements: PULUMI_YAML_REQUIREMENTS,
  });
  await run(translator, [SCHEMA, folder], { label: "the translator of examples" });
  if (byHand !== undefined) writeFileSync(go, byHand);
  const program = join(folder, "index.ts");
  writeFileSync(program, asWrittenHere(readFileSync(program, "utf8")));
}

/** The generator writes for the SDK that it would make. The npm package has the classes itself, and strings for enumerations. */
function asWrittenHere(program: string): string {
  const { types } = JSON.parse(readFileSync(SCHEMA, "utf8"));
  return program
    .replace("@pulumi-keypair/keypair", "pulumi-keypair/plugin")
    .replace(/\bkeypair\.(\w+)\.(\w+)/g, (constant, type: string, name: string) => {
      const member = types[`keypair:index:${type}`]?.enum?.find((one: { name: string }) => one.name === name);
      return member ? JSON.stringify(member.value) : constant;
    });
}
