import type { KeyPairRecord } from "../../../provider/core/backend";
import { formatPublicKeyLine, publicKeyOfPrivateKey } from "../../../provider/keys";
import { operation } from "../../contract/support/harness";
import { FaultProxy } from "../../emulator/faultProxy";
import { openAs } from "../../support/openstack/client";
import type { NewUser, OpenStack, User } from "../../support/openstack/openstack";
import { type EngineProject, engineProject, type ProjectOptions, type StoredResource } from "./project";

export interface OpenStackProjectOptions extends Partial<ProjectOptions> {
  user?: NewUser;
  /** Variables beside those of the user. */
  variables?: Record<string, string>;
  /** Keystone issues tokens that expire at once. */
  shortLivedTokens?: boolean;
}

/** A project of its own with a user of its own, on the real Nova; all calls go through proxies that count them and can fail. */
export async function openStackProject(
  cloud: OpenStack,
  options: OpenStackProjectOptions = {},
): Promise<OpenStackProject> {
  const user = await cloud.newUser(options.user);
  const keystone = await FaultProxy.start(options.shortLivedTokens ? cloud.shortLivedAuthUrl : cloud.authUrl);
  const nova = await FaultProxy.start(cloud.computeUrl);
  const project = await engineProject({
    program: "",
    ...options,
    config: { "keypair:backend": "openstack", ...options.config },
    env: user.variables({
      OS_AUTH_URL: keystone.url,
      OS_COMPUTE_ENDPOINT_OVERRIDE: nova.url,
      ...options.variables,
    }),
  });
  return new OpenStackProject(cloud, user, project, keystone, nova);
}

export class OpenStackProject {
  constructor(
    readonly cloud: OpenStack,
    readonly user: User,
    readonly project: EngineProject,
    readonly keystone: FaultProxy,
    readonly nova: FaultProxy,
  ) {}

  /** The user's pairs as the cloud has them, asked for past the proxy. */
  async pairs(): Promise<KeyPairRecord[]> {
    const client = await openAs(this.user.variables());
    const pairs = await client.listKeyPairs({}, operation());
    await client.close();
    return pairs;
  }

  /** Methods and paths of the calls since the last time that this was asked. */
  calls(): string[] {
    const seen = [...this.keystone.seen.splice(0), ...this.nova.seen.splice(0)];
    return seen.map(({ method, path }) => `${method} ${path}`);
  }

  /**
   * What of the cloud and of the state does not fit together, each in a sentence: a pair that only one of the two has, one
   * that holds another key than the state says, and a created one whose private key the state does not have.
   */
  async mismatches(): Promise<string[]> {
    const { output } = await this.project.pulumi(["stack", "export", "--show-secrets"]);
    const resources: StoredResource[] = JSON.parse(output).deployment.resources ?? [];
    const stored = new Map(
      resources
        .filter(({ type }) => type.endsWith(":KeyPair"))
        .map(({ inputs = {}, outputs = {} }) => [String(outputs["keyPairName"]), { ...inputs, ...outputs }]),
    );
    const pairs = await this.pairs();
    const inCloud = new Set(pairs.map(({ name }) => name));
    const onlyStored = [...stored.keys()].filter((name) => !inCloud.has(name));
    return [
      ...onlyStored.map((name) => `${name} is only in the state`),
      ...pairs.flatMap(({ name, publicKey }) => {
        const outputs = stored.get(name);
        if (!outputs) return [`${name} is only in the cloud`];
        const imports = outputs["publicKeyBody"] !== undefined || outputs["publicKeyFile"] !== undefined;
        const privateHalf = imports ? blob(publicKey) : blob(publicHalf(outputs["privateKey"]));
        return [
          ...(blob(publicKey) === blob(outputs["publicKey"]) ? [] : [`${name} has another key in the state`]),
          ...(blob(publicKey) === privateHalf
            ? []
            : [`${name} has no private key in the state that fits it`]),
        ];
      }),
    ];
  }

  async close(): Promise<void> {
    await this.keystone.close();
    await this.nova.close();
    this.project.close();
  }
}

/** Of a secret of `pulumi stack export --show-secrets`. */
function publicHalf(secret: unknown): string {
  const isSecret = typeof secret === "object" && secret !== null && "plaintext" in secret;
  return isSecret ? formatPublicKeyLine(publicKeyOfPrivateKey(JSON.parse(String(secret.plaintext)))) : "";
}

function blob(line: unknown): string | undefined {
  return String(line).split(" ")[1];
}
