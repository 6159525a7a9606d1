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
/** The names of the SDKs that are made from the schema. That of TypeScript is not `pulumi-keypair`, which holds the plugin itself. */
const NAMES = {
  owner: "pulumi-keypair",
  nodejs: "@pulumi-keypair/keypair",
  python: "pulumi_keypair",
  csharp: "PulumiKeypair",
  java: "io.github.pulumikeypair",
};
/** What an existing resource is looked up by (`get`), beside its id: where it lives. */
const STATE_INPUTS = ["connection", "userId"];
/** Words that a plain upper-case letter at the start would spell in nobody's way. */
const SPELLINGS: Readonly<Record<string, string>> = {
  rsa: "RSA",
  ecdsa: "ECDSA",
  ed25519: "ED25519",
  openstack: "OpenStack",
};
const token = (name: string) => `${PACKAGE}:index:${name}`;

interface Manifest {
  version: string;
  description: string;
  license: string;
  keywords: string[];
  homepage: string;
  repository: { url: string };
}

export function packageSchema(
  manifest: Manifest,
  schemaOf: (type: string) => ModelSchema,
  tables: { keyPair: Table; keyPairSet: Table; attachment: Table },
  secretSettings: readonly string[],
  examplesOf: (name: string) => string,
): Json {
  /** A description with examples, and with what is to be said at the end. */
  const shown = (name: string, description: string, ...more: string[]) =>
    [description, examplesOf(name), ...more].join("\n\n");
  const args = schemaOf("KeyPairArgs");
  const outputs = schemaOf("KeyPairOutputs");
  const setArgs = schemaOf("KeyPairSetArgs");
  const setOutputs = schemaOf("KeyPairSetOutputs");
  const attachmentArgs = schemaOf("KeyPairAttachmentArgs");
  const attachmentState = schemaOf("KeyPairAttachmentState");
  const facts = schemaOf("KeyPairFacts");
  const configuration = schemaOf("ProviderConfiguration");
  const definitions: Record<string, ModelSchema> = {
    ...args.definitions,
    ...outputs.definitions,
    ...setOutputs.definitions,
    ...configuration.definitions,
    KeyPairFacts: facts,
  };
  // The SDK of TypeScript reads a variable of a named type as JSON, which a plain word is not; `pulumi do` has no flag for one.
  const typeOfVariable = (schema: ModelSchema) =>
    definitions[nameIn(schema.$ref)]?.enum ? { type: "string" } : typeOf(schema);
  const variables = configurationProperties(configuration, secretSettings, typeOfVariable);
  const repository = manifest.repository.url.replace(/^git\+|\.git$/g, "");
  return {
    name: PACKAGE,
    namespace: NAMES.owner,
    displayName: "SSH key pairs",
    version: manifest.version,
    description: manifest.description,
    publisher: NAMES.owner,
    homepage: manifest.homepage,
    repository,
    pluginDownloadURL: repository.replace("https://github.com", "github://api.github.com"),
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
        description: shown(
          "KeyPair",
          "An SSH key pair in a cloud, imported (with `publicKeyBody` or `publicKeyFile`) or created.",
          importSection("KeyPair", "A key pair that exists is imported by its name:", "deploy"),
        ),
        inputProperties: properties(args, tables.keyPair),
        properties: properties(
          { ...args, properties: { ...args.properties, ...outputs.properties } },
          tables.keyPair,
        ),
        required: outputs.required ?? [],
        stateInputs: stateInputs(args),
        listInputs: objectType(schemaOf("GetKeyPairsArgs")),
        aliases: [{ type: dynamicType("KeyPair") }],
      },
      [token("KeyPairSet")]: {
        description: shown(
          "KeyPairSet",
          "The key pairs of a team, in every region: each member has one key, and a key pair in each region. It is never replaced: a change of a member changes that member's pairs and no others.",
        ),
        inputProperties: properties(setArgs, tables.keyPairSet),
        properties: properties(
          { ...setArgs, properties: { ...setArgs.properties, ...setOutputs.properties } },
          tables.keyPairSet,
        ),
        required: setOutputs.required ?? [],
        aliases: [{ type: dynamicType("KeyPairSet") }],
      },
      [token("KeyPairAttachment")]: {
        description: shown(
          "KeyPairAttachment",
          "A key pair on instances (Alibaba Cloud). A running instance takes it when it is restarted.",
          importSection("KeyPairAttachment", "An attachment is imported by the name of the key pair:", "web"),
        ),
        inputProperties: properties(attachmentArgs, tables.attachment),
        requiredInputs: attachmentArgs.required ?? [],
        properties: properties(attachmentState, tables.attachment),
        required: attachmentState.required ?? [],
        stateInputs: stateInputs(attachmentArgs),
        listInputs: objectType(schemaOf("GetKeyPairsArgs")),
        aliases: [{ type: dynamicType("KeyPairAttachment") }],
      },
    },
    functions: {
      [token("getKeyPair")]: {
        description: shown("getKeyPair", "The key pair of exactly this name. Fails when there is none."),
        inputs: objectType(schemaOf("GetKeyPairArgs")),
        outputs: objectType(facts),
      },
      [token("getPublicKey")]: {
        description: shown(
          "getPublicKey",
          "The public line and the fingerprints of a private key that the program has. The result is no secret.",
        ),
        inputs: objectType(schemaOf("GetPublicKeyArgs")),
        outputs: objectType(schemaOf("PublicKeyFacts")),
      },
      [token("getKeyPairs")]: {
        description: shown("getKeyPairs", "All key pairs that match all that is given, sorted by name."),
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
      nodejs: { packageName: NAMES.nodejs, respectSchemaVersion: true },
      python: { packageName: NAMES.python, respectSchemaVersion: true, pyproject: { enabled: true } },
      go: {
        importBasePath: `${repository.replace("https://", "")}/sdk/go/${PACKAGE}`,
        respectSchemaVersion: true,
        generateResourceContainerTypes: true,
      },
      csharp: { rootNamespace: NAMES.csharp, respectSchemaVersion: true },
      java: { basePackage: NAMES.java, buildFiles: "gradle" },
    },
  };
}

function importSection(name: string, words: string, example: string): string {
  return `## Import\n\n${words}\n\n\`\`\`sh\npulumi import ${token(name)} ${example} name-in-the-cloud\n\`\`\``;
}

/** The type of the same resource in the dynamic front: a program may move to the plugin, and the resource stays. */
function dynamicType(name: string): string {
  return `pulumi-nodejs:dynamic/${PACKAGE}:${name}`;
}

function stateInputs(args: ModelSchema): Json {
  const entries = Object.entries(args.properties ?? {}).filter(([name]) => STATE_INPUTS.includes(name));
  return objectType({ properties: Object.fromEntries(entries) });
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

function configurationProperties(
  schema: ModelSchema,
  secrets: readonly string[],
  type: (property: ModelSchema) => Json,
): Json {
  return Object.fromEntries(
    Object.entries(schema.properties ?? {}).map(([name, property]) => [
      name,
      { ...type(property), ...described(property), ...(secrets.includes(name) ? { secret: true } : {}) },
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
    const name = nameIn(schema.$ref);
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

/** A default is said, and not given: the SDKs would send it, and every state would hold it. */
function described({ description = "", default: fallback }: ModelSchema): Json {
  const said = fallback === undefined ? "" : `Default: \`${fallback}\`.`;
  const text = [oneLine(description), said].filter(Boolean).join(" ");
  return text ? { description: text } : {};
}

function nameIn(reference = ""): string {
  return reference.replace("#/definitions/", "");
}

function oneLine(text = ""): string {
  return text.replace(/\s*\n\s*/g, " ").trim();
}

function capitalized(value: string): string {
  return SPELLINGS[value] ?? `${value[0]?.toUpperCase()}${value.slice(1)}`;
}
