import * as pulumi from "@pulumi/pulumi";
import type { Problem } from "./inputs";
import { throwProblems } from "./options";

/** The outputs that are no arguments, each with the argument that a program may have meant. */
export type OutputNames = Readonly<Record<string, string | undefined>>;

/** Arguments that decide whether a key is imported: without a value a key pair would be created instead. */
export const IMPORT_SOURCES = ["publicKeyBody", "publicKeyFile"] as const;

/**
 * What the provider cannot see of the arguments: a value that is `undefined`, a function (neither is sent to the engine), and
 * an argument whose name is an output's. What depends on an output is known when the output is.
 */
export function argumentProblems(args: object, outputs: OutputNames): pulumi.Input<Problem[]>[] {
  return Object.entries(args).flatMap(([name, value]): pulumi.Input<Problem[]>[] => {
    if (Object.hasOwn(outputs, name)) return [[outputAsArgument(name, outputs[name])]];
    // A message about a secret value is not secret itself.
    if (isDeferred(value))
      return [pulumi.unsecret(pulumi.output(value).apply((known) => valueProblems(name, known)))];
    const problems = valueProblems(name, value);
    return problems.length > 0 ? [problems] : [];
  });
}

/**
 * Throws if a value is or holds a function, at the resource and each such property: the engine gets no functions, and so the plugin
 * could not refuse them.
 */
export function refuseFunctions(resource: string, values: object): void {
  const found = Object.entries(values).filter(([, value]) => holdsFunction(value));
  throwProblems(
    resource,
    found.map(([property]) => functionAsValue(property)),
  );
}

/** For what an output turns out to be: Pulumi sends neither `undefined` nor functions, but it sends `null`. */
export function nullIfNotSent(value: unknown): unknown {
  return value === undefined || typeof value === "function" ? null : value;
}

function outputAsArgument(property: string, meant: string | undefined): Problem {
  const hint = meant === undefined ? "" : ` Did you mean ${meant}?`;
  return { property, reason: `there is no such argument: it is an output.${hint}` };
}

function valueProblems(property: string, value: unknown): Problem[] {
  if (holdsFunction(value)) return [functionAsValue(property)];
  if ((value !== undefined && value !== null) || !IMPORT_SOURCES.some((name) => name === property)) return [];
  const reason =
    "is given, but has no value: does it come from an environment variable that is not set? " +
    "Leave it out to create a key pair.";
  return [{ property, reason }];
}

function functionAsValue(property: string): Problem {
  return { property, reason: "must not be a function. Call it, and give what it returns." };
}

function isDeferred(value: unknown): boolean {
  return pulumi.Output.isInstance(value) || value instanceof Promise;
}

function holdsFunction(value: unknown): boolean {
  if (typeof value === "function") return true;
  if (typeof value !== "object" || value === null || isDeferred(value)) return false;
  return !pulumi.Resource.isInstance(value) && Object.values(value).some(holdsFunction);
}
