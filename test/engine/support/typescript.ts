import ts from "typescript";

/** A TypeScript program as JavaScript, in a block of its own: the program around it declares the same names. */
export function asBlock(source: string): string {
  const compilerOptions = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 };
  return `{ ${ts.transpileModule(source, { compilerOptions }).outputText} }`;
}
