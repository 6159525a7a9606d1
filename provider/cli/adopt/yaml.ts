import { escapedInPython, quoted, visible } from "../quoted";
import type { Declaration, Program } from "./program";

/*
 * Every text is in double quotes, so that none is a number, a boolean or a null, whatever the version of YAML. Pulumi's
 * language for YAML reads `${…}` in a text, and in the key of a map, as an expression, and `$$` as `$`
 * (https://www.pulumi.com/docs/iac/languages-sdks/yaml/yaml-language-reference/).
 */

export function yamlProgram({ header, declarations }: Program): string {
  return [
    ...header.map((line) => `# ${visible(line)}`),
    "resources:",
    ...declarations.flatMap(resource),
    "",
  ].join("\n");
}

/** Why a Pulumi program in YAML cannot say these tags; `undefined` if it can. */
export function yamlProblem(tags: Record<string, string>): string | undefined {
  const call = Object.keys(tags).find(isYamlCall);
  return call === undefined
    ? undefined
    : `its tag ${visible(JSON.stringify(call))} is the call of a function in a Pulumi program in YAML`;
}

/** Whether the key of a map calls a function in a Pulumi program in YAML. */
export function isYamlCall(key: string): boolean {
  return /^fn::/i.test(key);
}

function resource({ type, name, args, comment }: Declaration): string[] {
  return [
    ...(comment === undefined ? [] : [`  # ${visible(comment)}`]),
    // Not a text of a template: no expression is read here.
    `  ${quoted(name, escapedInPython)}:`,
    `    type: keypair:${type}`,
    "    properties:",
    ...Object.entries(args).flatMap(([argument, value]) => property(argument, value)),
    "    options:",
    "      protect: true",
  ];
}

function property(name: string, value: string | string[] | object): string[] {
  if (typeof value === "string") return [`      ${name}: ${literal(value)}`];
  if (Array.isArray(value)) return [`      ${name}: [${value.map(literal).join(", ")}]`];
  const isOwn = name === "connection";
  const members = Object.entries(value).map(
    ([key, member]) => `        ${isOwn ? key : literal(key)}: ${literal(member)}`,
  );
  return members.length === 0 ? [`      ${name}: {}`] : [`      ${name}:`, ...members];
}

function literal(text: string): string {
  return quoted(text.replaceAll("$", "$$$$"), escapedInPython);
}
