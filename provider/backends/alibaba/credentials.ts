import {
  CLIProfileCredentialsProvider,
  DefaultCredentialsProvider,
  ProfileCredentialsProvider,
} from "@alicloud/credentials";
import type { Credentials, ResolvedConnection } from "../../core/backend";
import { defined } from "../../core/defined";
import { KeyPairError } from "../../core/errors";
import { registerSecret } from "../../core/redact";
import { explainProfile, fileOfProfile, isOfCli, PROFILE_VARIABLES } from "./profile";

/** What signs a request. */
export interface AccessKey {
  id: string;
  secret: string;
  /** Of temporary credentials. */
  securityToken?: string;
  /** Where it comes from, as the SDKs of Alibaba Cloud name it in their requests. */
  provider: string;
}

export interface CredentialSource {
  /** Where the credentials come from, in words, for logs and errors: `the environment (ALICLOUD_ACCESS_KEY)`. */
  from: string;
  /** Asked before every request, so that temporary credentials are renewed in time. */
  key(): Promise<AccessKey>;
}

interface Provider {
  getCredentials(): Promise<{
    accessKeyId?: string;
    accessKeySecret?: string;
    securityToken?: string;
    providerName?: string;
  }>;
}

/**
 * The sets of variables that hold credentials, in the order of Terraform's and Pulumi's alicloud providers. The SDK itself
 * reads only the second set.
 */
const VARIABLES = [
  { id: "ALICLOUD_ACCESS_KEY", secret: "ALICLOUD_SECRET_KEY", token: "ALICLOUD_SECURITY_TOKEN" },
  {
    id: "ALIBABA_CLOUD_ACCESS_KEY_ID",
    secret: "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
    token: "ALIBABA_CLOUD_SECURITY_TOKEN",
  },
  {
    id: "ALIBABACLOUD_ACCESS_KEY_ID",
    secret: "ALIBABACLOUD_ACCESS_KEY_SECRET",
    token: "ALIBABACLOUD_SECURITY_TOKEN",
  },
] as const;

/**
 * Takes the first of these that is set: the stack's configuration, the profile that the connection names, keys in the
 * environment, a profile that the environment names, and the chain of the SDK (OIDC, `~/.aliyun/config.json`,
 * `~/.alibabacloud/credentials`, the RAM role of the instance, a credentials URI;
 * https://www.alibabacloud.com/help/en/sdk/developer-reference/v2-manage-node-js-access-credentials).
 * A source rejects with `Configuration`, and never with the words of the SDK: those can hold the whole credentials file.
 */
export function credentialSource(
  { profile }: Pick<ResolvedConnection, "profile">,
  configured: Credentials,
  environment: NodeJS.ProcessEnv = process.env,
): CredentialSource {
  return (
    configuredSource(configured) ??
    (profile ? profileSource(profile) : undefined) ??
    environmentSource(environment) ??
    environmentProfileSource(environment) ??
    chainSource()
  );
}

function configuredSource(configured: Credentials): CredentialSource | undefined {
  const { accessKeyId, accessKeySecret, securityToken } = configured;
  if (!accessKeyId && !accessKeySecret) return undefined;
  if (!accessKeyId) throw incomplete("keypair:accessKeySecret", "keypair:accessKeyId");
  if (!accessKeySecret) throw incomplete("keypair:accessKeyId", "keypair:accessKeySecret");
  const key = accessKey(accessKeyId, accessKeySecret, securityToken);
  return fixedSource("the stack's configuration (keypair:accessKeyId)", key);
}

function environmentSource(environment: NodeJS.ProcessEnv): CredentialSource | undefined {
  const names = VARIABLES.find(({ id }) => environment[id]);
  const id = names && environment[names.id];
  if (!id) return undefined;
  const secret = environment[names.secret];
  if (!secret) throw incomplete(names.id, names.secret);
  return fixedSource(`the environment (${names.id})`, accessKey(id, secret, environment[names.token]));
}

function environmentProfileSource(environment: NodeJS.ProcessEnv): CredentialSource | undefined {
  const variable = PROFILE_VARIABLES.find((name) => environment[name]);
  const profile = variable && environment[variable];
  return profile ? profileSource(profile, ` that ${variable} names`) : undefined;
}

function fixedSource(from: string, key: AccessKey): CredentialSource {
  remember(key);
  return { from, key: async () => key };
}

function accessKey(
  id: string,
  secret: string,
  token: string | undefined,
  provider = token ? "static_sts" : "static_ak",
): AccessKey {
  return defined({ id, secret, provider, securityToken: token || undefined });
}

/** @param named  How the profile was chosen, where that is not plain: ` that ALICLOUD_PROFILE names`. */
function profileSource(profile: string, named = ""): CredentialSource {
  // The vendor's tools read two files, and a profile can be in either. One that fails must not become the other file's profile of the
  // same name: that may be of another account.
  const builder = isOfCli(profile)
    ? CLIProfileCredentialsProvider.builder()
    : ProfileCredentialsProvider.builder();
  const provider: Provider = builder.withProfileName(profile).build();
  return oneAtATime(`the profile "${profile}"${named} (${fileOfProfile(profile)})`, async () => {
    const key = await askQuietly(provider);
    if (key) return key;
    throw new KeyPairError({
      code: "Configuration",
      message: `the profile "${profile}" gives no credentials for Alibaba Cloud: ${explainProfile(profile)}`,
      property: "connection",
      next: "Run `aliyun configure --profile <name>`, or set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET.",
    });
  });
}

function chainSource(): CredentialSource {
  const newChain = (): Provider => DefaultCredentialsProvider.builder().build();
  let chain = newChain();
  let hasGivenKey = false;
  return oneAtATime("the default chain of Alibaba Cloud's tools", async () => {
    const key = await askQuietly(chain);
    if (key) {
      hasGivenKey = true;
      return key;
    }
    // The SDK's chain stays at the source that it tried last. After a key that is right: another one may be of another account.
    if (!hasGivenKey) chain = newChain();
    const problem = explainProfile(undefined);
    throw new KeyPairError({
      code: "Configuration",
      message: `there are no credentials for Alibaba Cloud${problem ? `: ${problem}` : ""}`,
      next:
        "Set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET, run `aliyun configure`, or run " +
        "`pulumi config set --secret keypair:accessKeySecret` (and keypair:accessKeyId).",
    });
  });
}

/** Requests at the same time share one answer, so that temporary credentials are got once for all of them. */
function oneAtATime(from: string, ask: () => Promise<AccessKey>): CredentialSource {
  let asked: Promise<AccessKey> | undefined;
  return {
    from,
    key: () => {
      asked ??= ask().finally(() => {
        asked = undefined;
      });
      return asked;
    },
  };
}

async function askQuietly(provider: Provider): Promise<AccessKey | undefined> {
  try {
    const { accessKeyId, accessKeySecret, securityToken, providerName } = await provider.getCredentials();
    if (!accessKeyId || !accessKeySecret) return undefined;
    const key = accessKey(accessKeyId, accessKeySecret, securityToken, providerName);
    remember(key);
    return key;
  } catch {
    // The SDK's errors hold the text of the file that it could not read.
    return undefined;
  }
}

/** From now on the redaction knows the key. */
function remember({ id, secret, securityToken }: AccessKey): void {
  for (const text of [id, secret, securityToken]) registerSecret(text);
}

function incomplete(there: string, missing: string): KeyPairError {
  return new KeyPairError({
    code: "Configuration",
    message: `${there} is set, but ${missing} is not`,
    next: "Set both, or neither.",
  });
}
