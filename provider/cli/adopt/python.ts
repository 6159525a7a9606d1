import { escapedInPython, quoted, visible } from "../quoted";
import type { Declaration, Program } from "./program";

/** The arguments, and members of `connection`, whose values are members of an enumeration of the SDK. */
const ENUMERATIONS: Readonly<Record<string, string>> = { onExisting: "OnExisting", backend: "BackendName" };

export function pythonProgram({ header, declarations }: Program): string {
  return [
    ...header.map((line) => `# ${visible(line)}`),
    "import pulumi",
    "import pulumi_keypair as keypair",
    ...declarations.flatMap((declaration) => ["", ...resource(declaration)]),
    "",
  ].join("\n");
}

function resource({ type, name, args, comment }: Declaration): string[] {
  return [
    ...(comment === undefined ? [] : [`# ${visible(comment)}`]),
    `keypair.${type}(`,
    `    ${literal(name)},`,
    ...Object.entries(args).map(
      ([argument, value]) => `    ${snakeCase(argument)}=${expression(argument, value)},`,
    ),
    "    opts=pulumi.ResourceOptions(protect=True),",
    ")",
  ];
}

function expression(argument: string, value: string | string[] | object): string {
  if (typeof value === "string") return textOf(argument, value);
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (argument === "connection") {
    const members = Object.entries(value).map(
      ([name, member]) => `${snakeCase(name)}=${textOf(name, member)}`,
    );
    return `keypair.ConnectionArgs(${members.join(", ")})`;
  }
  const members = Object.entries(value).map(([key, member]) => `${literal(key)}: ${literal(member)}`);
  return `{\n${members.map((member) => `        ${member},\n`).join("")}    }`;
}

function textOf(name: string, value: string): string {
  const enumeration = ENUMERATIONS[name];
  return enumeration === undefined ? literal(value) : `keypair.${enumeration}.${value.toUpperCase()}`;
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function literal(text: string): string {
  return quoted(text, escapedInPython);
}
