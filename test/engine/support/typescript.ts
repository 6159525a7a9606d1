import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import ts from "typescript";
import { inject } from "vitest";

const ROOT = resolve(__dirname, "../../..");

/** The TypeScript programs of a page, as they stand there. */
export function programsIn(markdown: string): string[] {
  return blocksIn(markdown, "(?:ts|typescript)");
}

/** What stands in the page's blocks of this language. */
export function blocksIn(markdown: string, language: string): string[] {
  return [...markdown.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, "g"))].map(
    ([, block = ""]) => block,
  );
}

/** The first block of code after these words of a page. */
export function blockAfter(page: string, words: string): string {
  const text = readFileSync(join(ROOT, "docs", page), "utf8");
  const start = text.indexOf(words);
  const code = /^```\w+\n([\s\S]*?\n)```$/m.exec(text.slice(start))?.[1];
  if (start < 0 || code === undefined) throw new Error(`${page} has no block of code after "${words}"`);
  return code;
}

/** What the compiler says of the programs, by their files' names; they may import each other. Nothing: they have no type error. */
export function typeErrorsIn(programs: Record<string, string>): string {
  const folder = mkdtempSync(join(ROOT, ".cache/types-"));
  try {
    for (const [name, program] of Object.entries(programs)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), program);
    }
    const compilerOptions = {
      ...{ target: "es2022", module: "commonjs", moduleResolution: "node10", strict: true, noEmit: true },
      ...{ esModuleInterop: true, skipLibCheck: true },
      ...{ types: ["node"], typeRoots: [join(ROOT, "node_modules/@types")] },
      paths: {
        "pulumi-keypair": [join(inject("packageFolder"), "dist/sdk/index.d.ts")],
        "pulumi-keypair/plugin": [join(inject("packageFolder"), "dist/sdk/plugin/index.d.ts")],
      },
    };
    writeFileSync(
      join(folder, "tsconfig.json"),
      JSON.stringify({ compilerOptions, files: Object.keys(programs) }),
    );
    const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
    execFileSync(process.execPath, [tsc, "-p", folder], { encoding: "utf8" });
    return "";
  } catch (error) {
    const isCompiler = error instanceof Error && "stdout" in error;
    if (!isCompiler) throw error;
    return String(error.stdout);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A TypeScript program as a JavaScript module. */
export function asJavaScript(source: string): string {
  const compilerOptions = {
    module: ts.ModuleKind.CommonJS,
    target: ts.ScriptTarget.ES2022,
    esModuleInterop: true,
  };
  return ts.transpileModule(source, { compilerOptions }).outputText;
}

/** A TypeScript program as JavaScript, in a block of its own: the program around it declares the same names. */
export function asBlock(source: string): string {
  return `{ ${asJavaScript(source)} }`;
}
