// The Pulumi package schema (https://www.pulumi.com/docs/iac/packages-and-automation/pulumi-packages/schema/) from the JSON
// Schema of the model's types, the property table and the list of secret settings.

export interface ModelSchema {
  description?: string;
  type?: string;
  $ref?: string;
  enum?: string[];
  default?: unknown;
  properties?: Record<string, ModelSchema>;
  required?: string[];
  items?: ModelSchema;
  additionalProperties?: boolean | ModelSchema;
  definitions?: Record<string, ModelSchema>;
}

type Table = Record<
  string,
  { change: "replace" | "update" | "computed"; changeBy?: unknown; secret?: boolean }
>;

type Json = Record<string, unknown>;

const PACKAGE = "keypair";
const token = (name: string) => `${PACKAGE}:index:${name}`;

export function packageSchema(
  manifest: { version: string; description: string; license: string; keywords: string[] },
  schemaOf: (type: string) => ModelSchema,
  tables: { keyPair: Table; attachment: Table },
  secretSettings: readonly string[],
): Json {
  const args = schemaOf("KeyPairArgs");
  const outputs = schemaOf("KeyPairOutputs");
  const attachmentArgs = schemaOf("KeyPairAttachmentArgs");
  const attachmentState = schemaOf("KeyPairAttachmentState");
  const facts = schemaOf("KeyPairFacts");
  const configuration = schemaOf("ProviderConfiguration");
  const definitions = {
    ...args.definitions,
    ...outputs.definitions,
    ...configuration.definitions,
    KeyPairFacts: facts,
  };
  const variables = configurationProperties(configuration, secretSettings);
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
        inputProperties: properties(args, tables.keyPair),
        properties: properties(
          { ...args, properties: { ...args.properties, ...outputs.properties } },
          tables.keyPair,
        ),
        required: outputs.required ?? [],
      },
      [token("KeyPairAttachment")]: {
        description:
          "A key pair on instances (Alibaba Cloud). A running instance takes it when it is restarted.",
        inputProperties: properties(attachmentArgs, tables.attachment),
        requiredInputs: attachmentArgs.required ?? [],
        properties: properties(attachmentState, tables.attachment),
        required: attachmentState.required ?? [],
      },
    },
    functions: {
      [token("getKeyPair")]: {
        description: "The key pair of exactly this name. Fails when there is none.",
        inputs: objectType(schemaOf("GetKeyPairArgs")),
        outputs: objectType(facts),
      },
      [token("getPublicKey")]: {
        description:
          "The public line and the fingerprints of a private key that the program has. The result is no secret.",
        inputs: objectType(schemaOf("GetPublicKeyArgs")),
        outputs: objectType(schemaOf("PublicKeyFacts")),
      },
      [token("getKeyPairs")]: {
        description: "All key pairs that match all that is given, sorted by name.",
        inputs: objectType(schemaOf("GetKeyPairsArgs")),
        outputs: objectType({
          properties: {
            keyPairs: {
              type: "array",
              description: "The key pairs, sorted by name.",
              items: { $ref: "#/definitions/KeyPairFacts" },
            },
            keyPairNames: {
              type: "array",
              description: "The names of `keyPairs`.",
              items: { type: "string" },
            },
          },
          required: ["keyPairs", "keyPairNames"],
        }),
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

/** What starts with two underscores is the provider's own note, and no property of the package. */
function properties(schema: ModelSchema, table: Table): Json {
  const shown = Object.entries(schema.properties ?? {}).filter(([name]) => !name.startsWith("__"));
  const entries = shown.map(([name, property]) => {
    const row = table[name];
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

function configurationProperties(schema: ModelSchema, secrets: readonly string[]): Json {
  return Object.fromEntries(
    Object.entries(schema.properties ?? {}).map(([name, property]) => [
      name,
      { ...typeOf(property), ...described(property), ...(secrets.includes(name) ? { secret: true } : {}) },
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
        : { ...described(definition), ...objectType(definition) },
    ]),
  );
}

function objectType(schema: ModelSchema): Json {
  const members = Object.entries(schema.properties ?? {});
  return {
    type: "object",
    properties: Object.fromEntries(
      members.map(([key, member]) => [key, { ...typeOf(member), ...described(member) }]),
    ),
    ...(schema.required ? { required: schema.required } : {}),
  };
}

function typeOf(schema: ModelSchema): Json {
  if (schema.$ref) {
    const name = schema.$ref.replace("#/definitions/", "");
    return name === "Tags" || name === "Keepers"
      ? { type: "object", additionalProperties: { type: "string" } }
      : { $ref: `#/types/${token(name)}` };
  }
  if (schema.type === "array" && schema.items) return { type: "array", items: typeOf(schema.items) };
  if (typeof schema.additionalProperties === "object") {
    return { type: "object", additionalProperties: typeOf(schema.additionalProperties) };
  }
  if (!schema.type) throw new Error(`a property without a type: ${JSON.stringify(schema)}`);
  if (schema.enum) throw new Error(`an enumeration without a name: ${JSON.stringify(schema)}`);
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
