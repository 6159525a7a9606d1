import type { KeyPairRecord } from "../../../provider/core/backend";
import { operation } from "../../contract/support/harness";
import { FaultProxy } from "../../emulator/faultProxy";
import { openAs } from "../../support/openstack/client";
import type { NewUser, OpenStack, User } from "../../support/openstack/openstack";
import { mismatchesOf } from "./mismatches";
import { type EngineProject, engineProject, type ProjectOptions } from "./project";

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

  /** See `mismatchesOf`. */
  async mismatches(): Promise<string[]> {
    return mismatchesOf(this.project, await this.pairs());
  }

  async close(): Promise<void> {
    await this.keystone.close();
    await this.nova.close();
    this.project.close();
  }
}
