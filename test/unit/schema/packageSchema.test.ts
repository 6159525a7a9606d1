import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ATTACHMENT_PROPERTIES } from "../../../provider/core/attachment/properties";
import { KEY_PAIR_PROPERTIES } from "../../../provider/core/keyPair/properties";
import { argumentNames, secretNames } from "../../../provider/core/resource/propertyTable";
import { SECRET_SETTINGS } from "../../../provider/core/settingNames";

interface Property {
  type?: string;
  $ref?: string;
  description?: string;
  default?: unknown;
  secret?: true;
  willReplaceOnChanges?: true;
  items?: Property;
  additionalProperties?: Property;
}
type Properties = Record<string, Property>;
interface ObjectType {
  description?: string;
  type: string;
  properties?: Properties;
  required?: string[];
  enum?: { name: string; value: string }[];
}
interface PackageSchema {
  version: string;
  config: { variables: Properties };
  provider: { inputProperties: Properties };
  types: Record<string, ObjectType>;
  resources: Record<
    string,
    {
      inputProperties: Properties;
      properties: Properties;
      requiredInputs?: string[];
      stateInputs: ObjectType;
      aliases: { type: string }[];
    }
  >;
  functions: Record<string, { inputs: ObjectType; outputs: ObjectType }>;
}

const ROOT = join(__dirname, "../../..");
const schema: PackageSchema = JSON.parse(readFileSync(join(ROOT, "schema.json"), "utf8"));
const keyPair = schema.resources["keypair:index:KeyPair"];
const attachment = schema.resources["keypair:index:KeyPairAttachment"];

/** The names of the properties for which it holds. */
function where(properties: Properties | undefined, holds: (property: Property) => unknown): string[] {
  return Object.keys(properties ?? {}).filter((name) => holds(properties?.[name] ?? {}));
}

/** Every property of the schema, with a path that says which it is. */
function everyProperty(): [path: string, property: Property][] {
  const groups: [string, Properties | undefined][] = [
    ["config", schema.config.variables],
    ["provider", schema.provider.inputProperties],
    ...Object.entries(schema.types).map(([name, { properties }]): [string, typeof properties] => [
      name,
      properties,
    ]),
    ...Object.entries(schema.resources).flatMap(
      ([name, { inputProperties, properties }]): [string, Properties][] => [
        [`${name} inputs`, inputProperties],
        [name, properties],
      ],
    ),
    ...Object.entries(schema.functions).flatMap(
      ([name, { inputs, outputs }]): [string, typeof inputs.properties][] => [
        [`${name} inputs`, inputs.properties],
        [name, outputs.properties],
      ],
    ),
  ];
  return groups.flatMap(([group, properties]) =>
    Object.entries(properties ?? {}).map(([name, property]): [string, Property] => [
      `${group} ${name}`,
      property,
    ]),
  );
}

describe("schema.json", () => {
  it("has the version of the package", () => {
    expect(schema.version).toBe(JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")).version);
  });

  it("has every argument and output of the property tables, and no other", () => {
    expect(Object.keys(keyPair?.inputProperties ?? {}).sort()).toEqual(
      argumentNames(KEY_PAIR_PROPERTIES).sort(),
    );
    expect(Object.keys(keyPair?.properties ?? {}).sort()).toEqual(Object.keys(KEY_PAIR_PROPERTIES).sort());
    expect(Object.keys(attachment?.inputProperties ?? {}).sort()).toEqual(
      argumentNames(ATTACHMENT_PROPERTIES).sort(),
    );
  });

  it("says what is a secret", () => {
    expect(where(keyPair?.properties, ({ secret }) => secret)).toEqual(secretNames(KEY_PAIR_PROPERTIES));
    expect(where(keyPair?.properties, ({ secret }) => secret)).toEqual([
      "privateKeyPassphrase",
      "privateKey",
      "privateKeyOpenssh",
      "privateKeyPem",
    ]);
    for (const properties of [schema.config.variables, schema.provider.inputProperties]) {
      expect(where(properties, ({ secret }) => secret)).toEqual(SECRET_SETTINGS);
    }
  });

  it("says which change always replaces; tags can be changed in place", () => {
    expect(where(keyPair?.inputProperties, ({ willReplaceOnChanges }) => willReplaceOnChanges)).toEqual([
      "keyPairName",
      "publicKeyBody",
      "keyGeneration",
      "keepers",
      "userId",
      "connection",
    ]);
    expect(where(attachment?.inputProperties, ({ willReplaceOnChanges }) => willReplaceOnChanges)).toEqual([
      "keyPairName",
      "connection",
    ]);
    expect(attachment?.requiredInputs).toEqual(["instanceIds", "keyPairName"]);
    expect(keyPair).not.toHaveProperty("requiredInputs");
  });

  it("says the defaults in words: as values, the SDKs would send them, and every state would hold them", () => {
    expect(everyProperty().filter(([, property]) => property.default !== undefined)).toEqual([]);
    const said = everyProperty().flatMap(([path, { description = "" }]) => {
      const value = /Default: `(.*)`\.$/.exec(description)?.[1];
      return value === undefined ? [] : [[path, value]];
    });
    expect(Object.fromEntries(said)).toEqual({
      "config timeoutSeconds": "600",
      "provider timeoutSeconds": "600",
      "keypair:index:KeyPair inputs savePrivateKey": "true",
      "keypair:index:KeyPair inputs onExisting": "fail",
      "keypair:index:KeyPair savePrivateKey": "true",
      "keypair:index:KeyPairSet inputs onExisting": "fail",
      "keypair:index:KeyPairSet inputs savePrivateKeys": "true",
      "keypair:index:KeyPairSet onExisting": "fail",
      "keypair:index:KeyPairSet savePrivateKeys": "true",
      "keypair:index:KeyPair onExisting": "fail",
    });
  });

  it("has no configuration variable of an enumeration: the SDK of TypeScript reads it as JSON, `pulumi do` has no flag for it", () => {
    for (const { backend, tagChanges } of [schema.config.variables, schema.provider.inputProperties])
      expect([backend?.type, tagChanges?.type]).toEqual(["string", "string"]);
  });

  it("says who makes it, where it is, and what each SDK is called", () => {
    expect(schema).toMatchObject({
      namespace: "pulumi-keypair",
      publisher: "pulumi-keypair",
      repository: "https://github.com/pulumi-keypair/pulumi-keypair",
      pluginDownloadURL: "github://api.github.com/pulumi-keypair/pulumi-keypair",
      language: {
        nodejs: { packageName: "@pulumi-keypair/keypair" },
        python: { packageName: "pulumi_keypair" },
        go: { importBasePath: "github.com/pulumi-keypair/pulumi-keypair/sdk/go/keypair" },
        csharp: { rootNamespace: "PulumiKeypair" },
        java: { basePackage: "io.github.pulumikeypair" },
      },
    });
  });

  it("takes over resources of the dynamic front, and reads where they are", () => {
    for (const [name, inputs] of [
      ["KeyPair", ["userId", "connection"]],
      ["KeyPairAttachment", ["connection"]],
    ] as const) {
      const resource = schema.resources[`keypair:index:${name}`];
      expect(resource?.aliases).toEqual([{ type: `pulumi-nodejs:dynamic/keypair:${name}` }]);
      expect(Object.keys(resource?.stateInputs.properties ?? {})).toEqual(inputs);
    }
  });

  it("names every choice of words", () => {
    const enums = Object.entries(schema.types).filter(([, type]) => type.enum);
    const values = enums.map(([name, type]) => [
      name.split(":")[2],
      type.enum?.map(({ value }) => value).sort(),
    ]);
    expect(Object.fromEntries(values)).toEqual({
      BackendName: ["alibaba", "local", "openstack"],
      GeneratedKeyType: ["ecdsa", "ed25519", "rsa"],
      KeySource: ["cloud", "local"],
      OnExisting: ["adopt", "fail", "recreate"],
      TagChanges: ["replace", "update"],
    });
  });

  it("describes everything that a user writes or reads", () => {
    const bare = everyProperty().filter(([, { description }]) => !description);
    expect(bare.map(([path]) => path)).toEqual([]);
  });

  it("has a type for everything, and every named type", () => {
    for (const [path, { type, $ref, items, additionalProperties }] of everyProperty()) {
      expect(type ?? $ref, path).toBeDefined();
      for (const ref of [$ref, items?.$ref, additionalProperties?.$ref].filter(
        (name) => name !== undefined,
      )) {
        expect(schema.types, path).toHaveProperty([ref.replace("#/types/", "")]);
      }
    }
    const sizes = everyProperty().filter(([path]) => /[bB]its$/.test(path));
    expect(sizes.length).toBeGreaterThan(2);
    for (const [path, { type }] of sizes) expect(type, path).toBe("integer");
  });
});
