import type { BackendRules, KeyFacts, Verdict } from "../../core/backend";
import { defined } from "../../core/defined";
import { isKeyPairError } from "../../core/errors";
import type { Connection, Tags } from "../../core/model";
import { resolveCloud } from "./cloud";

/**
 * Names of Nova (https://docs.openstack.org/api-ref/compute/#import-or-create-keypair). `@` and `.` need microversion 2.92, which the
 * client asks for where a name has them. Only the server knows whether it has that, so an older one refuses the name in the `up`.
 */
const NAME = /^[_\- a-zA-Z0-9@.]+$/;
const MAX_NAME_LENGTH = 255;
const NAME_HINT =
  "A name has 1 to 255 letters (a to z, A to Z), digits, spaces, `-` or `_`, with Nova 26 (2022) and later also `@` and `.`, and no space at its start or end";

/**
 * A longer public key fails on Open Telekom Cloud, and on no other OpenStack
 * (https://docs.otc.t-systems.com/elastic-cloud-server/api-ref/, Creating and Importing an SSH Key Pair).
 */
export const MAX_OTC_PUBLIC_KEY_BYTES = 1024;

const OTC_REGIONS = ["eu-de", "eu-nl", "eu-ch2"];

/** What Nova accepts, known without a call. */
export const rules: BackendRules = {
  backend: "openstack",
  maxNameLength: MAX_NAME_LENGTH,
  connectionKeys: ["region", "endpoint", "cloud"],
  checkName,
  hasTags: false,
  checkTags,
  checkResourceGroup: () =>
    "Open Telekom Cloud and OpenStack have no resource groups: remove `resourceGroupId`",
  checkUserId: () => undefined,
  checkAttachment: () =>
    "Open Telekom Cloud and OpenStack attach a key pair only while a server is made: name it there (`key_name`) instead",
  checkPublicKey,
  accountKey: "cloud",
  account: (cloud) => cloud,
  ambientConnection,
  regionOfAccount,
};

function checkName(name: string): string | undefined {
  const reason = nameFault(name);
  return reason && `${reason}. ${NAME_HINT}.`;
}

function nameFault(name: string): string | undefined {
  const length = [...name].length;
  if (length === 0) return "it is empty";
  if (length > MAX_NAME_LENGTH) return `it has ${length} characters`;
  const stranger = NAME.test(name) ? undefined : /[^_\- a-zA-Z0-9@.]/u.exec(name)?.[0];
  if (stranger !== undefined) return `it contains ${JSON.stringify(stranger)}`;
  if (name.trim() !== name) return "it starts or ends with a space";
  return undefined;
}

function checkTags(tags: Tags): Map<string, string> {
  const isEmpty = Object.keys(tags).length === 0;
  const reason = "Open Telekom Cloud and OpenStack key pairs have no tags: remove `tags`";
  return isEmpty ? new Map() : new Map([["", reason]]);
}

/** Nova 34 stores every type that OpenSSH has (measured). Two of them are of no use on the instance. */
function checkPublicKey(key: KeyFacts, line: string, connection: Connection = {}): Verdict {
  const tooLong = checkLength(Buffer.byteLength(line), connection);
  if (tooLong) return tooLong;
  if (key.isCertificate) {
    return {
      verdict: "warn",
      reason:
        "the cloud stores a certificate, but sshd takes none from authorized_keys, so nobody can log in with it. Import the plain public key instead",
    };
  }
  if (key.type.startsWith("sk-")) {
    return {
      verdict: "warn",
      reason: "an older Nova cannot read the key of a security token, and refuses it then",
    };
  }
  if (key.type === "dsa") {
    return {
      verdict: "warn",
      reason:
        "OpenSSH has refused DSA keys by default since 7.0, so logging in with it will likely fail. Use RSA, ECDSA or ed25519",
    };
  }
  return undefined;
}

/** The endpoint says for certain whether it is Open Telekom Cloud, the region's name only probably. The import checks again. */
function checkLength(bytes: number, { endpoint, region }: Connection): Verdict {
  if (bytes <= MAX_OTC_PUBLIC_KEY_BYTES) return undefined;
  const reason = `the public key has ${bytes} bytes, and Open Telekom Cloud takes at most ${MAX_OTC_PUBLIC_KEY_BYTES}. Use a smaller key, or a shorter comment`;
  const host = endpoint?.replace(/^https?:\/\//i, "").replace(/[:/].*$/, "");
  if (host && isOpenTelekomCloud(host)) return { verdict: "refuse", reason };
  return region && OTC_REGIONS.includes(region) ? { verdict: "warn", reason } : undefined;
}

/** Whether the host is one of Open Telekom Cloud's API. */
export function isOpenTelekomCloud(host: string): boolean {
  return /(?:^|\.)otc\.t-systems\.com$/i.test(host);
}

function ambientConnection({ OS_CLOUD, OS_COMPUTE_REGION_NAME, OS_REGION_NAME }: NodeJS.ProcessEnv) {
  // It belongs to the cloud that the variables make, and not to one of clouds.yaml.
  const ofCompute = OS_CLOUD ? undefined : OS_COMPUTE_REGION_NAME;
  return defined({ cloud: OS_CLOUD || undefined, region: ofCompute || OS_REGION_NAME || undefined });
}

function regionOfAccount({ cloud }: Connection, environment: NodeJS.ProcessEnv): string | undefined {
  try {
    return resolveCloud(defined({ cloud }), environment, process.cwd()).region;
  } catch (error) {
    if (!isKeyPairError(error)) throw error;
    return undefined;
  }
}
