// npm run sdk -- python|nodejs|go --out DIR: makes the SDK of a language from schema.json, with Pulumi's own generators.
// Needs Go. For Java and .NET: docs/languages.md.

import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { CLIPBOARD, PULUMI } from "./engine/goProgram.mts";
import { goTool } from "./engine/goTool.mts";
import { ENGINE_VERSION } from "./engine/layout.mts";
import { run } from "./engine/run.mts";

const ROOT = join(import.meta.dirname, "..");
const SCHEMA = join(ROOT, "schema.json");
const LANGUAGES = ["python", "nodejs", "go"] as const;
type Language = (typeof LANGUAGES)[number];

interface PackageSchema {
  description: string;
  repository: string;
  language: {
    nodejs: { packageName: string };
    python: { packageName: string };
    go: { importBasePath: string };
  };
}

const USAGE = `usage: npm run sdk -- ${LANGUAGES.join("|")} --out DIR`;

try {
  const { values, positionals } = parseArgs({ options: { out: { type: "string" } }, allowPositionals: true });
  const language = LANGUAGES.find((name) => name === positionals[0]);
  if (language === undefined || values.out === undefined || positionals.length !== 1) throw new Error(USAGE);
  await makeSdk(language, resolve(values.out));
  console.log(resolve(values.out));
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}

async function makeSdk(language: Language, folder: string): Promise<void> {
  const schema: PackageSchema = JSON.parse(readFileSync(SCHEMA, "utf8"));
  mkdirSync(folder, { recursive: true });
  await run(await generator(), [language, SCHEMA, folder], { label: `the generator of ${language}` });
  writeFileSync(join(folder, "README.md"), readmeOf(language, schema));
  copyFileSync(join(ROOT, "LICENSE"), join(folder, "LICENSE"));
  if (language === "go") {
    writeFileSync(join(folder, "go.mod"), goMod(schema));
    // Writes go.sum, and the version of Go that Pulumi needs.
    await run("go", ["mod", "tidy"], { cwd: folder, env: { ...process.env, GOWORK: "off" } });
  }
}

/** The generator, in the engine's own version. */
function generator(): Promise<string> {
  return goTool({
    name: "sdk",
    source: join(import.meta.dirname, "sdk/main.go"),
    version: ENGINE_VERSION,
    requirements: [
      `require ${PULUMI}/pkg/v3 v${ENGINE_VERSION}`,
      `require ${PULUMI}/sdk/v3 v${ENGINE_VERSION}`,
      CLIPBOARD,
    ],
  });
}

/** The generator writes none. The module's root is the folder above the package. */
function goMod({ language }: PackageSchema): string {
  const module = language.go.importBasePath.replace(/\/[^/]+$/, "");
  return `module ${module}\n\ngo 1.21\n\nrequire ${PULUMI}/sdk/v3 v${ENGINE_VERSION}\n`;
}

function readmeOf(language: Language, { description, repository, language: names }: PackageSchema): string {
  const title = {
    python: names.python.packageName,
    nodejs: names.nodejs.packageName,
    go: names.go.importBasePath,
  }[language];
  return `# ${title}

${description}

Made from the schema of the provider plugin \`keypair\`. How to set up the plugin, programs in each language, arguments and limits:
${repository}
`;
}
