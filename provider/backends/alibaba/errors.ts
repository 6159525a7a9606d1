import { defined } from "../../core/defined";
import { type ErrorDetails, KeyPairError } from "../../core/errors";
import { clockDifference } from "../../transport/clock";
import type { HttpReply } from "../../transport/http";
import { parseRetryAfter } from "../../transport/retry";
import { isAboutTheClock, meaningOf } from "./errorCodes";
import { parseFields, Reply } from "./reply";

/** What a request was about, for the message of its failure. */
export interface Subject {
  /** The operation: `ImportKeyPair`. */
  action: string;
  regionId: string;
  host: string;
  keyPairName?: string;
}

/** The longest text of the cloud that becomes part of a message. */
const LONGEST = 300;

/** The reply of a call that was carried out. Throws the failure that any other reply means. */
export function readReply(reply: HttpReply, subject: Subject): Reply {
  if (reply.status < 200 || reply.status > 299) throw failureOf(reply, subject);
  const fields = parseFields(reply.text);
  if (fields === undefined) throw unreadable(reply, subject);
  return new Reply(fields, subject.action);
}

/**
 * The failure that a reply without success means. A 4xx was not carried out. After a 5xx it is not known whether the request
 * was carried out.
 */
export function failureOf(reply: HttpReply, subject: Subject): KeyPairError {
  const body = new Reply(parseFields(reply.text) ?? {}, subject.action);
  const cloudCode = body.text("Code");
  const requestId = body.text("RequestId") ?? (reply.headers["x-acs-request-id"] || undefined);
  const { keyPairName } = subject;
  return new KeyPairError({
    ...meaning(reply, cloudCode, body.text("Message"), subject),
    ...defined({ cloudCode, requestId, keyPairName }),
  });
}

/** A 2xx whose body is not a JSON object. */
function unreadable(reply: HttpReply, { action, host, keyPairName }: Subject): KeyPairError {
  return new KeyPairError({
    code: "OutcomeUnknown",
    message: `${action}: ${host} answered HTTP ${reply.status} with ${kindOf(reply)} ${isHtml(reply) ? "which ECS does not send, so a proxy or the login page of a network answered" : "that cannot be read"}`,
    ...defined({ keyPairName }),
  });
}

function meaning(
  reply: HttpReply,
  cloudCode: string | undefined,
  cloudMessage: string | undefined,
  subject: Subject,
): ErrorDetails {
  const { action, host } = subject;
  if (cloudCode?.includes("Throttling") || reply.status === 429) {
    const retryAfterMs = retryAfter(reply.headers);
    return { code: "Throttled", message: `${action} was throttled by ECS`, ...defined({ retryAfterMs }) };
  }
  if (reply.status >= 500 || reply.status === 408) {
    return {
      code: "OutcomeUnknown",
      message: `${action}: ${host} answered HTTP ${reply.status}; it may or may not have been carried out`,
    };
  }
  if (cloudCode === undefined) return notEcs(reply, subject);
  const known = meaningOf(cloudCode, reply.status, subject);
  const difference = known && isAboutTheClock(cloudCode) ? clockDifference(reply.headers) : undefined;
  if (known && difference) return { ...known, message: `${known.message}: ${difference}` };
  return (
    known ?? {
      code: "Refused",
      message: `${action} was refused by ECS${harmless(cloudMessage)}`,
      next: "https://api.alibabacloud.com/troubleshoot explains the code.",
    }
  );
}

/** A proxy, a load balancer or another service answered, not ECS. */
function notEcs(reply: HttpReply, { action, host }: Subject): ErrorDetails {
  return {
    code: "Configuration",
    message: `${action}: ${host} answered HTTP ${reply.status} with ${kindOf(reply)}, which is not a reply of ECS`,
    next: "Check the endpoint, and the proxy between this machine and Alibaba Cloud.",
  };
}

function isHtml({ headers }: HttpReply): boolean {
  return headers["content-type"]?.includes("html") ?? false;
}

function kindOf({ headers, text }: HttpReply): string {
  if (text === "") return "an empty body";
  const type = headers["content-type"]?.split(";")[0]?.trim();
  return type ? `a body of the type ${type}` : "a body";
}

/** The cloud's own words, for codes that no table has. They are left out when they repeat the request: a URL, or what was signed. */
function harmless(message: string | undefined): string {
  if (!message || /:\/\/|string to sign|AccessKey/i.test(message)) return "";
  const text = message.trim().replace(/\.$/, "");
  return `: ${text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text}`;
}

/** `x-acs-retry-after` counts milliseconds (as the SDK reads it). */
function retryAfter(headers: Record<string, string>): number | undefined {
  const milliseconds = Number.parseInt(headers["x-acs-retry-after"] ?? "", 10);
  return milliseconds >= 0 ? milliseconds : parseRetryAfter(headers["retry-after"]);
}
