import type { ErrorCode } from "../../core/errors";
import { KeyPairError } from "../../core/errors";
import type { HttpReply } from "../../transport/http";

/** What the cloud says of a failure, from any of the forms in which its services say it. */
export interface Fault {
  /** The name of the fault where there is one (`itemNotFound`), else the HTTP status (`HTTP 502`). */
  cloudCode: string;
  message: string;
  requestId?: string;
  retryAfterMs?: number;
  /** The fault came as JSON, so the service itself said it, and no proxy in front of it. */
  isFromService: boolean;
}

/** What was being done, for messages and for what a failure means. */
export interface Action {
  /** As it is said after "could not": `import the key pair`. */
  name: string;
  keyPairName?: string;
  /** It changes something, so it is not sent twice when nobody knows whether it was carried out. */
  changes: boolean;
  /** The user that the credentials belong to, where it is known: key pairs belong to users. */
  user?: string;
}

const MAX_MESSAGE = 300;
const CHECK_CREDENTIALS =
  "Check the credentials in clouds.yaml or in the OS_* variables, and that the user is enabled.";

export function configurationError(message: string, next: string): KeyPairError {
  return new KeyPairError({ code: "Configuration", message, next });
}

/** The failure that a reply tells. The reply's status is no success. */
export function failureOf(reply: HttpReply, action: Action): KeyPairError {
  const fault = parseFault(reply);
  const code = codeOf(reply.status, fault);
  const { name, keyPairName, user } = action;
  return new KeyPairError({
    code,
    message: `could not ${name}: ${fault.message}`,
    cloudCode: fault.cloudCode,
    ...(keyPairName === undefined ? {} : { keyPairName }),
    ...(fault.requestId === undefined ? {} : { requestId: fault.requestId }),
    ...(fault.retryAfterMs === undefined ? {} : { retryAfterMs: fault.retryAfterMs }),
    ...nextStep(code, user),
  });
}

/** Nova is certain that there is no such key pair: it says so itself, in words about a key pair. An HTML page is no answer. */
export function isKeyPairNotFound(reply: HttpReply): boolean {
  if (reply.status !== 404) return false;
  const { cloudCode, message } = parseFault(reply);
  return cloudCode === "itemNotFound" && /key\s?pair/i.test(message);
}

/** A success whose body cannot be understood. */
export function unreadable(reply: HttpReply, { name, keyPairName }: Action): KeyPairError {
  const { requestId } = parseFault(reply);
  return new KeyPairError({
    code: "OutcomeUnknown",
    message: `could not ${name} for certain: the reply (HTTP ${reply.status}) cannot be read`,
    ...(keyPairName === undefined ? {} : { keyPairName }),
    ...(requestId === undefined ? {} : { requestId }),
  });
}

/**
 * Reads `{"itemNotFound": {"code", "message"}}` (Nova), `{"error": {"code", "title", "message"}}` (Keystone and its middleware),
 * `{"error_code", "error_msg"}` (the gateway of Open Telekom Cloud), and HTML of whatever is in between.
 */
export function parseFault({ status, headers, text }: HttpReply): Fault {
  const told = fromJson(text);
  const requestId =
    headers["x-openstack-request-id"] ?? headers["x-compute-request-id"] ?? headers["x-request-id"];
  const retryAfterMs = retryAfter(headers["retry-after"]) ?? told?.retryAfterMs;
  return {
    cloudCode: told?.cloudCode ?? `HTTP ${status}`,
    message: shorten(told?.message || withoutTags(text) || "the reply says nothing"),
    ...(requestId === undefined ? {} : { requestId }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    isFromService: told !== undefined,
  };
}

function codeOf(status: number, { message, isFromService }: Fault): ErrorCode {
  const aboutQuota = /quota/i.test(message);
  if (status === 401) return "Unauthenticated";
  if (status === 403) return aboutQuota ? "QuotaExceeded" : "PermissionDenied";
  if (status === 409) return "AlreadyExists";
  // Old Novas tell both a full quota and too many requests with 413.
  if (status === 413) return aboutQuota ? "QuotaExceeded" : "Throttled";
  if (status === 429) return "Throttled";
  if (status >= 500) return "OutcomeUnknown";
  // A page in place of the service's own words, and a 404 that is not about a key pair: a proxy or a wrong path.
  if (!isFromService || status < 400 || status === 404) return "Configuration";
  return "Refused";
}

function nextStep(code: ErrorCode, user: string | undefined): { next?: string } {
  const whose = user === undefined ? "the user" : `user ${user}`;
  switch (code) {
    case "Unauthenticated":
      return { next: CHECK_CREDENTIALS };
    case "PermissionDenied":
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
    return {
      ...(known ? { cloudCode: known } : {}),
      message: fault["message"],
      ...(typeof wait === "number" && wait > 0 ? { retryAfterMs: wait * 1000 } : {}),
    };
  }
  const message = parsed["error_msg"] ?? parsed["message"];
  if (typeof message !== "string") return undefined;
  const code = parsed["error_code"] ?? parsed["code"];
  return { ...(code === undefined ? {} : { cloudCode: String(code) }), message };
}

/** Seconds or a date (RFC 9110, 10.2.3). */
function retryAfter(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const wait = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(wait) ? Math.max(0, wait) : undefined;
}

function withoutTags(html: string): string {
  return html
    .replace(/<(title|style|script)[^>]*>[\s\S]*?<\/\1>/gi, " ")
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ")
    .trim();
}

/** One sentence without its final full stop. */
function shorten(message: string): string {
  const line = message.replace(/\s+/g, " ").trim().replace(/\.$/, "");
  return line.length > MAX_MESSAGE ? `${line.slice(0, MAX_MESSAGE)}…` : line;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
