/** How the engine marks a secret. */
const ENGINE_SECRET = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" };

export const DYNAMIC = "pulumi-nodejs:dynamic/keypair:KeyPair";
export const PLUGIN = "keypair:index:KeyPair";

/** When the state of these tests was written last: long enough ago that no read can be late. */
export const WRITTEN_AT = Date.parse("2026-03-04T12:00:00Z");

export interface Entry {
  name: string;
  type?: string;
  id?: string;
  inputs?: object;
  outputs?: object;
  /** The logical name of its provider. */
  provider?: string;
  pendingReplacement?: true;
}

export interface DeploymentParts {
  pending?: Entry[];
  resources?: Entry[];
  /** Logical name to settings. Without it the default provider of the stack's configuration. */
  providers?: Record<string, object>;
  /** Of another kind than "creating". */
  otherOperations?: { type: string; resource: Entry }[];
  writtenAt?: number;
}

/** What `pulumi stack export --show-secrets` prints. */
export function exported(parts: DeploymentParts): string {
  const { pending = [], resources = [], otherOperations = [], writtenAt = WRITTEN_AT } = parts;
  const providers = parts.providers ?? { default: { "keypair:backend": "local" } };
  const providerResources = Object.entries(providers).map(([name, inputs]) => ({
    urn: providerUrn(name),
    custom: true,
    id: `id-of-${name}`,
    type: providerType(name),
    inputs,
    outputs: inputs,
  }));
  return JSON.stringify({
    version: 3,
    deployment: {
      manifest: { time: new Date(writtenAt).toISOString(), magic: "x", version: "v3.259.0" },
      resources: [...providerResources, ...resources.map(resource)],
      pending_operations: [
        ...pending.map((entry) => ({ type: "creating", resource: entry })),
        ...otherOperations,
      ].map(({ type, resource: entry }) => ({ type, resource: resource(entry) })),
    },
  });
}

/** A secret, as the engine writes it: in clear where the export shows secrets. */
export function secret(value: unknown): object {
  return { ...ENGINE_SECRET, plaintext: JSON.stringify(value) };
}

export function encrypted(): object {
  return { ...ENGINE_SECRET, ciphertext: "v1:AAAA:BBBB" };
}

function resource({ name, type = DYNAMIC, provider = "default", inputs = {}, ...more }: Entry): object {
  return {
    urn: `urn:pulumi:dev::test::${type}::${name}`,
    custom: true,
    type,
    inputs,
    provider: `${providerUrn(provider)}::id-of-${provider}`,
    ...more,
  };
}

function providerUrn(name: string): string {
  return `urn:pulumi:dev::test::${providerType(name)}::${name}`;
}

function providerType(name: string): string {
  return name === "default" ? "pulumi:providers:pulumi-nodejs" : "pulumi:providers:keypair";
}
