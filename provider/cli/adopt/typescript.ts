import { escapedInTypeScript, quoted, visible } from "../quoted";
import type { Declaration, Program } from "./program";

const ARGUMENTS_WITH_OWN_NAMES: ReadonlySet<string> = new Set(["tags", "publicKeys"]);

export function typescriptProgram({ header, declarations, isForPlugin }: Program): string {
  const types = [...new Set(declarations.map(({ type }) => type))].sort();
  return [
    ...header.map((line) => `// ${visible(line)}`),
    `import { ${types.join(", ")} } from ${isForPlugin ? '"pulumi-keypair/plugin"' : '"pulumi-keypair"'};`,
    ...declarations.flatMap((declaration) => ["", ...resource(declaration)]),
    "",
  ].join("\n");
}

function resource({ type, name, args, comment }: Declaration): string[] {
  return [
    ...(comment === undefined ? [] : [`// ${visible(comment)}`]),
    `new ${type}(`,
    `  ${literal(name)},`,
    "  {",
    ...Object.entries(args).map(
      ([argument, value]) => `    ${argument}: ${expression(value, ARGUMENTS_WITH_OWN_NAMES.has(argument))},`,
    ),
    "  },",
    "  { protect: true },",
    ");",
  ];
}

/** @param hasOwnNames  The object's keys are the user's, not names of our own. */
function expression(value: string | string[] | object, hasOwnNames: boolean): string {
  if (typeof value === "string") return literal(value);
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  const members = Object.entries(value).map(
    ([key, member]) => `${hasOwnNames ? keyOf(key) : key}: ${literal(member)}`,
  );
  return `{\n${members.map((member) => `      ${member},\n`).join("")}    }`;
}

/** A plain `"__proto__"` would set the prototype. */
function keyOf(key: string): string {
  return key === "__proto__" ? `[${literal(key)}]` : literal(key);
}

function literal(text: string): string {
  return quoted(text, escapedInTypeScript);
}
