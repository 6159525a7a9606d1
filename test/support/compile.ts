import { globSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import ts from "typescript";

const ROOT = resolve(__dirname, "../..");

/**
 * Translates the provider and these files to plain JavaScript, for tests that need a process of their own; a build would take
 * longer than the tests. Answers the folder, which has the layout of the project and finds its packages. The caller removes it.
 */
export function compile(...files: string[]): string {
  const cache = join(ROOT, "node_modules/.cache");
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, "keypair-test-"));
  for (const file of [...globSync("provider/**/*.ts", { cwd: ROOT }), ...files]) {
    const target = join(folder, file.replace(/\.ts$/, ".js"));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, javaScript(readFileSync(join(ROOT, file), "utf8")));
  }
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "commonjs" }));
  return folder;
}

function javaScript(source: string): string {
  const compilerOptions = {
    module: ts.ModuleKind.CommonJS,
    target: ts.ScriptTarget.ES2023,
    esModuleInterop: true,
  };
  return ts.transpileModule(source, { compilerOptions }).outputText;
}
