// The Pulumi package schema (https://www.pulumi.com/docs/iac/packages-and-automation/pulumi-packages/schema/) from the JSON
// Schema of the model's types and the property table.

export interface ModelSchema {
  description?: string;
  type?: string;
  $ref?: string;
  enum?: string[];
  default?: unknown;
  properties?: Record<string, ModelSchema>;
  required?: string[];
  additionalProperties?: boolean | ModelSchema;
  definitions?: Record<string, ModelSchema>;
}

interface Row {
  change: "replace" | "update" | "computed";
  changeBy?: string;
  secret?: boolean;
}

type Json = Record<string, unknown>;

const PACKAGE = "keypair";
const token = (name: string) => `${PACKAGE}:index:${name}`;

export function packageSchema(
  manifest: { version: string; description: string; license: string; keywords: string[] },
  schemaOf: (type: string) => ModelSchema,
  rows: Record<string, Row>,
): Json {
  const args = schemaOf("KeyPairArgs");
  const outputs = schemaOf("KeyPairOutputs");
  const configuration = schemaOf("ProviderConfiguration");
  const definitions = { ...args.definitions, ...outputs.definitions, ...configuration.definitions };
  const variables = configurationProperties(configuration);
  return {
    name: PACKAGE,
    displayName: "SSH key pairs",
    version: manifest.version,
    description: manifest.description,
    license: manifest.license,
    keywords: ["category/cloud", "kind/native", ...manifest.keywords],
    meta: { moduleFormat: "(.*)" },
    config: { variables },
    provider: {
      description: `The provider of SSH key pairs. ${oneLine(configuration.description)}`,
      inputProperties: variables,
    },
    types: namedTypes(definitions),
    resources: {
      [token("KeyPair")]: {
        description:
          "An SSH key pair in a cloud, imported (with `publicKeyBody` or `publicKeyFile`) or created.",
        inputProperties: properties(args, rows),
        properties: properties({ ...args, properties: { ...args.properties, ...outputs.properties } }, rows),
        required: outputs.required ?? [],
      },
    },
    language: {
      nodejs: { respectSchemaVersion: true },
      python: { respectSchemaVersion: true, pyproject: { enabled: true } },
      go: { respectSchemaVersion: true },
      csharp: { respectSchemaVersion: true },
    },
  };
}

function properties(schema: ModelSchema, rows: Record<string, Row>): Json {
  const entries = Object.entries(schema.properties ?? {}).map(([name, property]) => {
    const row = rows[name];
    if (!row) throw new Error(`${name} has no row in the property table`);
    return [
      name,
      {
        ...typeOf(property),
        ...described(property),
        ...(row.secret ? { secret: true } : {}),
        // A change that an argument of the same resource can make an update is no fixed property of the schema.
        ...(row.change === "replace" && !row.changeBy ? { willReplaceOnChanges: true } : {}),
      },
    ];
  });
  return Object.fromEntries(entries);
}

function configurationProperties(schema: ModelSchema): Json {
  const secret = /secret|token/i;
  return Object.fromEntries(
    Object.entries(schema.properties ?? {}).map(([name, property]) => [
      name,
      { ...typeOf(property), ...described(property), ...(secret.test(name) ? { secret: true } : {}) },
    ]),
  );
}

/** Interfaces become object types, string unions become enums; a map of strings has no name in a package schema. */
function namedTypes(definitions: Record<string, ModelSchema>): Json {
  const named = Object.entries(definitions).filter(
    ([, definition]) => definition.properties || definition.enum,
  );
  return Object.fromEntries(
    named.map(([name, definition]) => [
      token(name),
      definition.enum
        ? {
            type: "string",
            ...described(definition),
            enum: definition.enum.map((value) => ({ name: capitalized(value), value })),
          }
        : {
            type: "object",
            ...described(definition),
            properties: Object.fromEntries(
              Object.entries(definition.properties ?? {}).map(([key, member]) => [
                key,
                { ...typeOf(member), ...described(member) },
              ]),
            ),
            ...(definition.required ? { required: definition.required } : {}),
          },
    ]),
  );
}

function typeOf(schema: ModelSchema): Json {
  if (schema.$ref) {
    const name = schema.$ref.replace("#/definitions/", "");
    return name === "Tags"
      ? { type: "object", additionalProperties: { type: "string" } }
      : { $ref: `#/types/${token(name)}` };
  }
  if (typeof schema.additionalProperties === "object") {
    return { type: "object", additionalProperties: typeOf(schema.additionalProperties) };
  }
  if (!schema.type) throw new Error(`a property without a type: ${JSON.stringify(schema)}`);
  return { type: schema.type };
}

function described({ description, default: fallback }: ModelSchema): Json {
  return {
    ...(description ? { description: oneLine(description) } : {}),
    ...(fallback !== undefined ? { default: fallback } : {}),
  };
}

function oneLine(text = ""): string {
  return text.replace(/\s*\n\s*/g, " ").trim();
}

function capitalized(value: string): string {
  return `${value[0]?.toUpperCase()}${value.slice(1)}`;
}
