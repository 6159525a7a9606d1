import { type ErrorDetails, KeyPairError } from "../../core/errors";
import type { HttpReply } from "../../transport/http";
import type { EcsAction } from "./api";
import { meaningOf } from "./errorCodes";
import { parseFields, Reply } from "./reply";

/** What a request was about, for the message of its failure. */
export interface Subject {
  action: EcsAction;
  regionId: string;
  host: string;
  keyPairName?: string;
}

/** The longest text of the cloud that becomes part of a message. */
const LONGEST = 300;

/**
 * What a reply that is no success means. A 4xx was surely not carried out; after a 5xx, and after a reply that cannot be read,
 * nobody knows.
 */
export function failureOf(reply: HttpReply, subject: Subject): KeyPairError {
  const fields = parseFields(reply.text);
  const body = new Reply(fields ?? {}, subject.action);
  const cloudCode = body.text("Code");
  const requestId = body.text("RequestId") ?? (reply.headers["x-acs-request-id"] || undefined);
  const details: ErrorDetails = {
    ...meaning(reply, cloudCode, body.text("Message"), subject),
    ...(cloudCode !== undefined && { cloudCode }),
    ...(requestId !== undefined && { requestId }),
    ...(subject.keyPairName === undefined ? {} : { keyPairName: subject.keyPairName }),
  };
  return new KeyPairError(details);
}

/** A 2xx whose body is no JSON object. */
export function unreadable(reply: HttpReply, subject: Subject): KeyPairError {
  return new KeyPairError({
    code: "OutcomeUnknown",
    message: `${subject.action}: ${subject.host} answered HTTP ${reply.status} with ${kindOf(reply)} that cannot be read`,
    ...(subject.keyPairName === undefined ? {} : { keyPairName: subject.keyPairName }),
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
    return {
      code: "Throttled",
      message: `${action} was throttled by ECS`,
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    };
  }
  if (reply.status >= 500 || reply.status === 408) {
    return {
      code: "OutcomeUnknown",
      message: `${action}: ${host} answered HTTP ${reply.status}; it may or may not have been carried out`,
    };
  }
  if (cloudCode === undefined) return notEcs(reply, subject);
  return (
    meaningOf(cloudCode, reply.status, subject) ?? {
      code: "Refused",
      message: `${action} was refused by ECS${harmless(cloudMessage)}`,
      next: "https://api.alibabacloud.com/troubleshoot explains the code.",
    }
  );
}

/** Something else than ECS answered: a proxy, a load balancer, another service. */
function notEcs(reply: HttpReply, { action, host }: Subject): ErrorDetails {
  return {
    code: "Configuration",
    message: `${action}: ${host} answered HTTP ${reply.status} with ${kindOf(reply)}, which is no reply of ECS`,
    next: "Check the endpoint, and the proxy between this machine and Alibaba Cloud.",
  };
}

function kindOf({ headers, text }: HttpReply): string {
  if (text === "") return "an empty body";
  const type = headers["content-type"]?.split(";")[0]?.trim();
  return type ? `a body of the type ${type}` : "a body";
}

/**
 * The cloud's own words, for codes that no table has. Not when they hold a URL or what was signed: both repeat the request.
 */
function harmless(message: string | undefined): string {
  if (!message || /:\/\/|string to sign|AccessKey/i.test(message)) return "";
  const text = message.trim().replace(/\.$/, "");
  return `: ${text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text}`;
}

/** `x-acs-retry-after` counts milliseconds (as the SDK reads it), the standard's `retry-after` seconds. */
function retryAfter(headers: Record<string, string>): number | undefined {
  const milliseconds = Number.parseInt(headers["x-acs-retry-after"] ?? "", 10);
  if (milliseconds >= 0) return milliseconds;
  const seconds = Number.parseInt(headers["retry-after"] ?? "", 10);
  return seconds >= 0 ? seconds * 1000 : undefined;
}
