import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";

const ROOT = join(__dirname, "../../..");
const EXAMPLES = join(ROOT, "docs/examples");

interface Program {
  resources?: Record<string, { type: string; properties: object }>;
  variables?: Record<string, { "fn::invoke": { function: string; arguments: object } }>;
}

/** The names of the arguments that a YAML program gives, and the plain values. Keys of `tags` are values. */
function said(args: object, into = { names: [] as string[], values: [] as string[] }) {
  for (const [name, value] of Object.entries(args)) {
    into.names.push(name);
    if (name === "tags") into.values.push(...Object.entries(value).flat().map(String));
    else if (typeof value === "string" && !value.includes("${")) into.values.push(value);
    else if (Array.isArray(value)) into.values.push(...value.filter((one) => !String(one).includes("${")));
    else if (typeof value === "object") said(value, into);
  }
  return into;
}

const capitalized = (name: string) => `${name[0]?.toUpperCase()}${name.slice(1)}`;

// No generator and no compiler of these languages is at hand, so these two are written by hand: they must say what the YAML says.
describe.each(readdirSync(EXAMPLES))("the example %s", (example) => {
  const read = (file: string) => readFileSync(join(EXAMPLES, example, file), "utf8");
  const { resources = {}, variables = {} }: Program = parse(read("Pulumi.yaml"));
  const made = Object.values(resources).map(({ type, properties }) => ({ token: type, args: properties }));
  const asked = Object.values(variables).map((variable) => ({
    token: variable["fn::invoke"].function,
    args: variable["fn::invoke"].arguments,
  }));

  it("has the same resources, functions, arguments and values in C# and Java", () => {
    const [csharp, java] = [read("Program.cs"), read("App.java")];
    for (const { token, args } of [...made, ...asked]) {
      const name = token.replace("keypair:", "");
      const { names, values } = said(args);
      expect(csharp).toMatch(new RegExp(`Keypair\\.${capitalized(name)}(\\.Invoke)?\\(`));
      expect(java).toMatch(new RegExp(`(new |KeypairFunctions\\.)${name}\\(`));
      for (const argument of names) {
        expect(csharp).toMatch(new RegExp(`\\b${capitalized(argument)} =`));
        expect(java).toContain(`.${argument}(`);
      }
      // A value of an enumeration is a constant's name there.
      for (const value of values)
        for (const text of [csharp, java]) expect(text.toLowerCase()).toContain(value);
    }
  });
});

it("every resource and function shows examples in six languages", () => {
  const { resources, functions } = JSON.parse(readFileSync(join(ROOT, "schema.json"), "utf8"));
  for (const [token, { description }] of Object.entries<{ description: string }>({
    ...resources,
    ...functions,
  }))
    for (const language of ["typescript", "python", "csharp", "go", "java", "yaml"])
      expect(description, token).toContain(`\`\`\`${language}\n`);
});
