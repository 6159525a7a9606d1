import { defined } from "../../core/defined";
import type { ErrorCode, ErrorDetails } from "../../core/errors";
import { KeyPairError } from "../../core/errors";
import { clockDifference } from "../../transport/clock";
import type { HttpReply } from "../../transport/http";
import { parseRetryAfter } from "../../transport/retry";
import { NEW_IN_NAMES } from "./newInNames";

/** Where the settings of a cloud come from. */
export interface CloudSource {
  /** Its name in clouds.yaml; `envvars` when the `OS_*` variables make the cloud. */
  name: string;
  /** The file that has it; absent when the `OS_*` variables make the cloud. */
  file?: string;
}

/** What the cloud says of a failure, whatever form its services use. */
export interface Fault {
  /** The name of the fault where there is one (`itemNotFound`), else the HTTP status (`HTTP 502`). */
  cloudCode: string;
  message: string;
  requestId?: string;
  retryAfterMs?: number;
  /** The fault is JSON, so the service itself said it, not a proxy in front of it. */
  isFromService: boolean;
}

/** What was being done, for messages and for what a failure means. */
export interface Action {
  /** The words after "could not": `import the key pair`. */
  name: string;
  keyPairName?: string;
  /** It changes something, so it is not sent twice when it is not known whether it was carried out. */
  changes: boolean;
  /** The user that the credentials belong to, where it is known: key pairs belong to users. */
  user?: string;
  /** The id of the user whose key pairs these are, if an administrator works on another user's. */
  ofUser?: string;
}

const MAX_MESSAGE = 300;
/** The code that tells the core to make the key itself. */
const GENERATION_UNSUPPORTED = "GenerationUnsupported";
const CHECK_CREDENTIALS = "Check the credentials, and that the user is enabled.";

export function configurationError(message: string, next: string): KeyPairError {
  return new KeyPairError({ code: "Configuration", message, next });
}

/**
 * What messages call the cloud or, with `setting`, one of its settings as the user writes it: `OS_AUTH_URL`, or `auth_url of the
 * cloud "x"`.
 */
export function titleOf({ name, file }: CloudSource, setting?: string): string {
  if (file === undefined)
    return setting === undefined ? "the cloud of the OS_* variables" : `OS_${setting.toUpperCase()}`;
  return setting === undefined ? `the cloud "${name}"` : `${setting} of the cloud "${name}"`;
}

/** Where the user sets a setting of the cloud, for advice that goes on: `Set it in clouds.yaml`. */
export function placeOfSettings({ file }: CloudSource): string {
  return file === undefined ? "in the environment" : `in ${file}`;
}

/** The failure that a reply without success means. */
export function failureOf(reply: HttpReply, action: Action): KeyPairError {
  const fault = parseFault(reply);
  const code = codeOf(reply.status, fault);
  const { name, keyPairName } = action;
  // A signature by access key holds the time.
  const difference = code === "Unauthenticated" ? clockDifference(reply.headers) : undefined;
  return new KeyPairError({
    code,
    message: `could not ${name}: ${shorten(fault.message)}${difference ? ` (${difference})` : ""}`,
    cloudCode: fault.cloudCode,
    ...defined({ keyPairName, requestId: fault.requestId, retryAfterMs: fault.retryAfterMs }),
    ...(unsupported(fault, action) ?? nextStep(code, action)),
  });
}

/** What a Nova refuses because it is too old for the request, or too new to make keys, and the argument that it is about. */
function unsupported(
  { message }: Fault,
  { keyPairName = "", ofUser }: Action,
): Pick<ErrorDetails, "cloudCode" | "property" | "next"> | undefined {
  if (/public_key\W+is a required property/.test(message)) return { cloudCode: GENERATION_UNSUPPORTED };
  if (/generate fingerprint/i.test(message))
    return {
      property: "publicKeyBody",
      next: "This Nova cannot read a key of this type. Use RSA, ECDSA or ed25519; the older the Nova, the fewer types it knows.",
    };
  if (!/not supported by the API/i.test(message)) return undefined;
  if (NEW_IN_NAMES.test(keyPairName))
    return {
      property: "keyPairName",
      next: "This Nova is older than 26 (2022), and takes no `@` and no `.` in a name. Choose another keyPairName.",
    };
  if (ofUser !== undefined)
    return {
      property: "userId",
      next: "This Nova is older than 13 (2016), and gives no access to key pairs of other users. Leave userId out, and use that user's credentials.",
    };
  return undefined;
}

/** Whether Nova itself says that there is no such key pair. A page of HTML, or a 404 about something else, says nothing. */
export function isKeyPairNotFound(reply: HttpReply): boolean {
  if (reply.status !== 404) return false;
  const { cloudCode, message } = parseFault(reply);
  return cloudCode === "itemNotFound" && /key\s?pair/i.test(message);
}

/** The id of the user who has no such key pair, if Nova names the user. */
export function userOfNotFound({ text }: HttpReply): string | undefined {
  return / not found for user (\S+)$/.exec(fromJson(text)?.message ?? "")?.[1];
}

/** A success whose body cannot be understood. */
export function unreadable(reply: HttpReply, { name, keyPairName }: Action): KeyPairError {
  const { requestId } = parseFault(reply);
  return new KeyPairError({
    code: "OutcomeUnknown",
    message: `could not ${name} for certain: the reply (HTTP ${reply.status}) cannot be read`,
    ...defined({ keyPairName, requestId }),
  });
}

/**
 * Reads `{"itemNotFound": {"code", "message"}}` (Nova), `{"error": {"code", "title", "message"}}` (Keystone and its middleware),
 * `{"error_code", "error_msg"}` (the gateway of Open Telekom Cloud), and HTML of anything in between.
 */
export function parseFault({ status, headers, text }: HttpReply): Fault {
  const told = fromJson(text);
  const requestId =
    headers["x-openstack-request-id"] ?? headers["x-compute-request-id"] ?? headers["x-request-id"];
  const retryAfterMs = parseRetryAfter(headers["retry-after"]) ?? told?.retryAfterMs;
  return {
    cloudCode: told?.cloudCode ?? `HTTP ${status}`,
    message: onOneLine(told?.message || withoutTags(text) || "the reply says nothing"),
    ...defined({ requestId, retryAfterMs }),
    isFromService: told !== undefined,
  };
}

function codeOf(status: number, { message, isFromService }: Fault): ErrorCode {
  const aboutQuota = /quota/i.test(message);
  if (status === 401) return "Unauthenticated";
  if (status === 403) return aboutQuota ? "QuotaExceeded" : "PermissionDenied";
  if (status === 409) return "AlreadyExists";
  // Old Novas answer 413 both for a full quota and for too many requests.
  if (status === 413) return aboutQuota ? "QuotaExceeded" : "Throttled";
  if (status === 429) return "Throttled";
  if (status >= 500) return "OutcomeUnknown";
  // The service did not answer itself, or answered 404 about something else: a proxy, or a wrong path.
  if (!isFromService || status < 400 || status === 404) return "Configuration";
  return "Refused";
}

function nextStep(code: ErrorCode, { user, ofUser }: Action): { next?: string } {
  const owner = ofUser ?? user;
  const whose = owner === undefined ? "the user" : `user ${owner}`;
  switch (code) {
    case "Unauthenticated":
      return { next: CHECK_CREDENTIALS };
    case "PermissionDenied":
      if (ofUser !== undefined)
        return {
          next: `The key pairs of another user (userId: ${ofUser}) need the role \`admin\`, as most clouds have it. Use credentials that have it, or those of that user.`,
        };
      return { next: `Give ${whose} a role in the project that may do this, for example \`member\`.` };
    case "QuotaExceeded":
      return {
        next: `Delete key pairs of ${whose} that are not needed, or ask for a higher quota of key pairs.`,
      };
    case "AlreadyExists":
      return {
        next: `Key pairs belong to a user: ${whose} has one of this name in this region. Choose another name, or set onExisting.`,
      };
    case "Configuration":
      return {
        next: "Check the endpoint of the compute service (`keypair:endpoint`, or clouds.yaml) and proxies.",
      };
    default:
      return {};
  }
}

function fromJson(body: string): { cloudCode?: string; message: string; retryAfterMs?: number } | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return undefined;
  }
  if (!isRecord(parsed)) return undefined;
  const [name, fault] = Object.entries(parsed)[0] ?? [];
  if (isRecord(fault) && typeof fault["message"] === "string") {
    const wait = fault["retryAfter"];
    const known = name === "error" ? String(fault["title"] ?? "") : name;
    return defined({
      cloudCode: known || undefined,
      message: fault["message"],
      retryAfterMs: typeof wait === "number" && wait > 0 ? wait * 1000 : undefined,
    });
  }
  const message = parsed["error_msg"] ?? parsed["message"];
  if (typeof message !== "string") return undefined;
  const code = parsed["error_code"] ?? parsed["code"];
  return defined({ cloudCode: code === undefined ? undefined : String(code), message });
}

function withoutTags(html: string): string {
  return html
    .replace(/<(title|style|script)[^>]*>[\s\S]*?<\/\1>/gi, " ")
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ")
    .trim();
}

/** Without its full stop. */
function onOneLine(message: string): string {
  return message.replace(/\s+/g, " ").trim().replace(/\.$/, "");
}

/** For a reader. What a failure means is told from the whole: Nova repeats a long name before it says what is wrong. */
function shorten(message: string): string {
  return message.length > MAX_MESSAGE ? `${message.slice(0, MAX_MESSAGE)}…` : message;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
