import {
  CLIProfileCredentialsProvider,
  DefaultCredentialsProvider,
  ProfileCredentialsProvider,
} from "@alicloud/credentials";
import type { Credentials, ResolvedConnection } from "../../core/backend";
import { KeyPairError } from "../../core/errors";
import { registerSecret } from "../../core/redact";
import { explainProfile } from "./profile";

/** What signs a request. */
export interface AccessKey {
  id: string;
  secret: string;
  /** Of temporary credentials. */
  securityToken?: string;
  /** Where it comes from, as the SDKs of Alibaba Cloud name it in their requests. */
  provider: string;
}

/** Asked before every request: temporary credentials are renewed in time. */
export type CredentialSource = () => Promise<AccessKey>;

interface Provider {
  getCredentials(): Promise<{
    accessKeyId?: string;
    accessKeySecret?: string;
    securityToken?: string;
    providerName?: string;
  }>;
}

/**
 * The variables of one set of credentials. First those of Terraform's and Pulumi's alicloud providers, in their order; the SDK
 * itself reads only the second set.
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
const PROFILE_VARIABLES = ["ALICLOUD_PROFILE", "ALIBABA_CLOUD_PROFILE"] as const;

/**
 * Where the credentials come from, first found first taken: the stack's configuration, the environment, the profile, and then
 * the chain of the SDK (OIDC, `~/.aliyun/config.json`, `~/.alibabacloud/credentials`, the RAM role of the instance, a
 * credentials URI; https://www.alibabacloud.com/help/en/sdk/developer-reference/v2-manage-node-js-access-credentials).
 * A source rejects with `Configuration`, and never with the words of the SDK: those can hold the whole credentials file.
 */
export function credentialSource(
  connection: ResolvedConnection,
  configured: Credentials,
  environment: NodeJS.ProcessEnv = process.env,
): CredentialSource {
  const fixed = configuredKey(configured) ?? environmentKey(environment);
  if (fixed) return async () => remembered(fixed);
  const profile = connection.profile ?? PROFILE_VARIABLES.map((name) => environment[name]).find(Boolean);
  return profile === undefined ? chainSource() : profileSource(profile);
}

function configuredKey({ accessKeyId, accessKeySecret, securityToken }: Credentials): AccessKey | undefined {
  if (!accessKeyId && !accessKeySecret) return undefined;
  if (!accessKeyId) throw incomplete("keypair:accessKeySecret", "keypair:accessKeyId");
  if (!accessKeySecret) throw incomplete("keypair:accessKeyId", "keypair:accessKeySecret");
  return accessKey(accessKeyId, accessKeySecret, securityToken);
}

function environmentKey(environment: NodeJS.ProcessEnv): AccessKey | undefined {
  const names = VARIABLES.find(({ id }) => environment[id]);
  const id = names && environment[names.id];
  if (!id) return undefined;
  const secret = environment[names.secret];
  if (!secret) throw incomplete(names.id, names.secret);
  return accessKey(id, secret, environment[names.token]);
}

function accessKey(
  id: string,
  secret: string,
  token: string | undefined,
  provider = token ? "static_sts" : "static_ak",
): AccessKey {
  return { id, secret, provider, ...(token ? { securityToken: token } : {}) };
}

function profileSource(profile: string): CredentialSource {
  // A profile can be in either of the two files that the vendor's tools read.
  const providers: Provider[] = [
    CLIProfileCredentialsProvider.builder().withProfileName(profile).build(),
    ProfileCredentialsProvider.builder().withProfileName(profile).build(),
  ];
  return oneAtATime(async () => {
    for (const provider of providers) {
      const key = await askQuietly(provider);
      if (key) return key;
    }
    throw new KeyPairError({
      code: "Configuration",
      message: `the profile "${profile}" gives no credentials for Alibaba Cloud: ${explainProfile(profile)}`,
      property: "connection",
      next: "Run `aliyun configure --profile <name>`, or set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET.",
    });
  });
}

function chainSource(): CredentialSource {
  const chain: Provider = DefaultCredentialsProvider.builder().build();
  return oneAtATime(async () => {
    const key = await askQuietly(chain);
    if (key) return key;
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

/** Requests that come together share one answer: temporary credentials are got once, not once for each of them. */
function oneAtATime(source: CredentialSource): CredentialSource {
  let asked: Promise<AccessKey> | undefined;
  return () => {
    asked ??= source().finally(() => {
      asked = undefined;
    });
    return asked;
  };
}

async function askQuietly(provider: Provider): Promise<AccessKey | undefined> {
  try {
    const { accessKeyId, accessKeySecret, securityToken, providerName } = await provider.getCredentials();
    if (!accessKeyId || !accessKeySecret) return undefined;
    return remembered(accessKey(accessKeyId, accessKeySecret, securityToken, providerName));
  } catch {
    // The SDK's errors hold the text of the file that it could not read.
    return undefined;
  }
}

function remembered(key: AccessKey): AccessKey {
  for (const secret of [key.id, key.secret, key.securityToken]) registerSecret(secret);
  return key;
}

function incomplete(there: string, missing: string): KeyPairError {
  return new KeyPairError({
    code: "Configuration",
    message: `${there} is set, but ${missing} is not`,
    next: "Set both, or neither.",
  });
}
