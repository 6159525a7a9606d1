import Ajv, { type ErrorObject } from "ajv";
import argumentsSchema from "../generated/keyPairArgs.schema.json";
import attachmentSchema from "../generated/keyPairAttachmentArgs.schema.json";
import setSchema from "../generated/keyPairSetArgs.schema.json";
import configurationSchema from "../generated/providerConfiguration.schema.json";
import type { CheckFailure } from "./findings";

/** The schemas are ours, and a unit test checks them: to check them here takes longer than all else at the start. */
const ajv = new Ajv({ allErrors: true, strict: false, verbose: true, meta: false, validateSchema: false });

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
export function checkAgainstSchema(args: object): CheckFailure[] {
  return failuresOf(argumentsSchema, args);
}

/** The same for the arguments of a set of key pairs. */
export function checkSetAgainstSchema(args: object): CheckFailure[] {
  return failuresOf(setSchema, args);
}

/** The same for the arguments of an attachment. */
export function checkAttachmentAgainstSchema(args: object): CheckFailure[] {
  return failuresOf(attachmentSchema, args);
}

/** The same for the stack's configuration. */
export function checkConfiguration(configuration: object): CheckFailure[] {
  return failuresOf(configurationSchema, configuration);
}

function failuresOf(schema: object, value: object): CheckFailure[] {
  // The first use compiles the schema, and Ajv keeps the result: the engine checks many resources, one after the other.
  const validate = ajv.compile(schema);
  if (validate(value)) return [];
  const errors = validate.errors ?? [];
  // If only a few values are allowed, a message about the type would add nothing.
  const choices = new Set(
    errors.filter(({ keyword }) => keyword === "enum").map(({ instancePath }) => instancePath),
  );
  const telling = errors.filter((error) => error.keyword !== "type" || !choices.has(error.instancePath));
  return telling.map((error) => {
    const [property = "", ...rest] = pathOf(error);
    return { property, reason: `${rest.length ? `${rest.join(".")}: ` : ""}${reasonOf(error)}` };
  });
}

/** If a name differs from a known one only in upper and lower case, the known one was meant. */
function suggestion({ parentSchema, params }: ErrorObject): string {
  const given = String(params["additionalProperty"]).toLowerCase();
  const known = Object.keys(parentSchema?.["properties"] ?? {});
  const meant = known.find((name) => name.toLowerCase() === given);
  return meant === undefined ? "" : `: did you mean ${meant}?`;
}

function pathOf(error: ErrorObject): string[] {
  const path = error.instancePath
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
  if (error.keyword === "additionalProperties") path.push(String(error.params["additionalProperty"]));
  if (error.keyword === "required") path.push(String(error.params["missingProperty"]));
  return path;
}

function lastOf(path: string[]): string {
  return path.at(-1) ?? "";
}

function reasonOf(error: ErrorObject): string {
  switch (error.keyword) {
    case "additionalProperties":
      return `there is no such argument${suggestion(error)}`;
    case "required":
      return "is missing";
    case "enum":
      return `must be one of ${(error.params["allowedValues"] as unknown[]).map((value) => JSON.stringify(value)).join(", ")}`;
    case "type":
      return `must be ${TYPES[String(error.params["type"])] ?? String(error.params["type"])}`;
    case "minItems":
    case "minLength":
      return "must not be empty";
    case "pattern":
      return `must look like ${EXAMPLES[lastOf(pathOf(error))] ?? String(error.params["pattern"])}`;
    case "uniqueItems":
      return "must not name the same one twice";
    default:
      return error.message ?? "is not valid";
  }
}
