import {
  GetKeyPairArgs,
  GetKeyPairsArgs,
  KeyPairArgs,
  KeyPairAttachmentArgs,
  KeyPairSetArgs,
  ProviderConfiguration,
} from "../generated/argumentChecks";
import { meantInstead } from "../suggestion";
import type { CheckFailure } from "./findings";

/** A problem, as Ajv words it (https://ajv.js.org/api.html#error-objects): the generated functions are made by it. */
interface SchemaError {
  /** The rule of JSON Schema that is broken. */
  keyword: string;
  /** A JSON pointer to the value. */
  instancePath: string;
  params: Record<string, unknown>;
  parentSchema?: Record<string, unknown>;
  message?: string;
}

/** A problem of an argument. */
export interface SchemaFailure extends CheckFailure {
  /** The value can be checked further: a list that only names something twice. */
  isOfRightType: boolean;
}

/** Says whether the value is valid, and if not, keeps why until its next call. */
interface SchemaCheck {
  (value: object): boolean;
  errors?: SchemaError[] | null;
}

/** The types of JSON Schema, in words for a sentence. */
const TYPES: Record<string, string> = {
  string: "a string",
  integer: "a whole number",
  number: "a number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
};

/** For an argument with a pattern: what people write. */
const EXAMPLES: Record<string, string> = { rotateAfter: "90d (days), 12w (weeks) or 36h (hours)" };

/** What the JSON Schema of the model's types says about the arguments: all problems, each at its argument. */
export function checkAgainstSchema(args: object): SchemaFailure[] {
  return failuresOf(KeyPairArgs, args);
}

/** The same for the arguments of a set of key pairs. */
export function checkSetAgainstSchema(args: object): SchemaFailure[] {
  return failuresOf(KeyPairSetArgs, args);
}

/** The same for the arguments of an attachment. */
export function checkAttachmentAgainstSchema(args: object): SchemaFailure[] {
  return failuresOf(KeyPairAttachmentArgs, args);
}

/** The same for what a look-up looks for. */
export function checkLookup(kind: "one" | "several", args: object): SchemaFailure[] {
  return failuresOf(kind === "one" ? GetKeyPairArgs : GetKeyPairsArgs, args);
}

/** The same for the stack's configuration. */
export function checkConfiguration(configuration: object): SchemaFailure[] {
  return failuresOf(ProviderConfiguration, configuration);
}

function failuresOf(isValid: SchemaCheck, value: object): SchemaFailure[] {
  if (isValid(value)) return [];
  const errors = isValid.errors ?? [];
  // If only a few values are allowed, a message about the type would add nothing.
  const choices = new Set(
    errors.filter(({ keyword }) => keyword === "enum").map(({ instancePath }) => instancePath),
  );
  const telling = errors.filter((error) => error.keyword !== "type" || !choices.has(error.instancePath));
  return telling.map((error) => {
    const [property = "", ...rest] = pathOf(error);
    const reason = `${rest.length ? `${rest.join(".")}: ` : ""}${reasonOf(error, value)}`;
    return { property, reason, isOfRightType: error.keyword === "uniqueItems" };
  });
}

/** The argument or value that was probably meant. */
function suggestion(given: unknown, known: readonly string[]): string {
  const meant = typeof given === "string" ? meantInstead(given, known) : undefined;
  return meant === undefined ? "" : `: did you mean ${meant}?`;
}

function pathOf(error: SchemaError): string[] {
  const path = error.instancePath
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
  if (error.keyword === "additionalProperties") path.push(String(error.params["additionalProperty"]));
  if (error.keyword === "required") path.push(String(error.params["missingProperty"]));
  return path;
}

function valueAt(path: string[], args: object): unknown {
  return path.reduce<unknown>((value, name) => (value as Record<string, unknown>)[name], args);
}

function lastOf(path: string[]): string {
  return path.at(-1) ?? "";
}

function twiceIn(list: unknown[]): string {
  const again = list.filter((item, index) => list.indexOf(item) < index);
  return [...new Set(again)].map((item) => JSON.stringify(item)).join(", ");
}

function reasonOf(error: SchemaError, args: object): string {
  switch (error.keyword) {
    case "additionalProperties":
      return `there is no such argument${suggestion(error.params["additionalProperty"], Object.keys(error.parentSchema?.["properties"] ?? {}))}`;
    case "required":
      return "is missing";
    case "enum": {
      const allowed = error.params["allowedValues"] as string[];
      const list = allowed.map((value) => JSON.stringify(value)).join(", ");
      return `must be one of ${list}${suggestion(valueAt(pathOf(error), args), allowed)}`;
    }
    case "type":
      return `must be ${TYPES[String(error.params["type"])] ?? String(error.params["type"])}`;
    case "minItems":
    case "minLength":
      return "must not be empty";
    case "pattern":
      return `must look like ${EXAMPLES[lastOf(pathOf(error))] ?? String(error.params["pattern"])}`;
    case "uniqueItems":
      return `must not name ${twiceIn(valueAt(pathOf(error), args) as unknown[])} twice`;
    default:
      return error.message ?? "is not valid";
  }
}
