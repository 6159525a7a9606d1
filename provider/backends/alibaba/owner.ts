import type { Operation, Owner } from "../../core/backend";
import type { HttpPool } from "../../transport/http";
import { retry } from "../../transport/retry";
import type { CredentialSource } from "./credentials";
import { readReply } from "./errors";
import { signedRequest } from "./sign";

/** https://www.alibabacloud.com/help/en/ram/developer-reference/api-sts-2015-04-01-getcalleridentity */
const API_VERSION = "2015-04-01";
const ACTION = "GetCallerIdentity";
/** How long the question may take with all of its tries, in ms. It is short, because a change can do without the answer. */
const LONGEST_MS = 5_000;

export interface OwnerQuestion {
  /** Of ECS. */
  endpoint: URL;
  regionId: string;
  credentials: CredentialSource;
  http: HttpPool;
}

/** The answers by access key. All regions share them, for as long as the process has the connections. */
const answers = new WeakMap<HttpPool, Map<string, Promise<Owner | undefined>>>();

/**
 * The account that the credentials belong to, as the Security Token Service says it. The call needs no permission. `undefined`
 * whenever it fails. One process asks once for each access key.
 */
export async function askOwner(question: OwnerQuestion): Promise<Owner | undefined> {
  const { http, credentials } = question;
  const endpoint = stsEndpoint(question.endpoint, question.regionId);
  const known = answers.get(http) ?? new Map<string, Promise<Owner | undefined>>();
  answers.set(http, known);
  const id = await credentials.key().then(
    (key) => key.id,
    () => undefined,
  );
  if (id === undefined) return undefined;
  const asked = `${id}@${isOfAlibaba(endpoint) ? "aliyuncs.com" : endpoint.host}`;
  const answer = known.get(asked) ?? askSts(question, endpoint);
  known.set(asked, answer);
  return answer;
}

async function askSts(
  { regionId, credentials, http }: OwnerQuestion,
  endpoint: URL,
): Promise<Owner | undefined> {
  const operation: Operation = {
    signal: AbortSignal.timeout(LONGEST_MS),
    deadline: Date.now() + LONGEST_MS,
    progress: () => {},
  };
  const ask = async () => {
    const request = { endpoint, version: API_VERSION, action: ACTION, query: {} };
    const signed = signedRequest(request, await credentials.key());
    const reply = await http.send({ ...signed, signal: operation.signal });
    return readReply(reply, { action: ACTION, regionId, host: endpoint.host }).requiredText("AccountId");
  };
  try {
    return { id: await retry(operation, ask, { idempotent: true }) };
  } catch {
    return undefined;
  }
}

/**
 * The region's own STS, public or within the VPC, as the endpoint of ECS is. Behind an endpoint of somebody else the same
 * endpoint is asked, so that what the credentials signed goes nowhere else.
 */
export function stsEndpoint(ecs: URL, regionId: string): URL {
  if (!isOfAlibaba(ecs)) return ecs;
  const service = ecs.hostname.includes("vpc") ? "sts-vpc" : "sts";
  return new URL(`https://${service}.${regionId}.aliyuncs.com`);
}

function isOfAlibaba({ hostname }: URL): boolean {
  return hostname.endsWith(".aliyuncs.com");
}
