import { randomUUID } from "node:crypto";
import type { Operation } from "../../core/backend";
import type { HttpReply } from "../../transport/http";
import { retry } from "../../transport/retry";
import type { ComputeRequest } from "./catalogue";
import { type Action, failureOf, userOfNotFound } from "./errors";

const ACTION: Action = { name: "find out whose the access key is", changes: false };

/**
 * The id of the user whose access key signs the requests. No token names the user, but Nova does, when it is asked for a key pair that
 * the user does not have. `undefined` if the reply names none, or if the user may not look at single key pairs.
 */
export function findUser(
  send: (request: ComputeRequest) => Promise<HttpReply>,
  operation: Operation,
): Promise<string | undefined> {
  const ask = async () => {
    const path = `/os-keypairs/nobodys-${randomUUID()}`;
    const reply = await send({ method: "GET", path, headers: {}, signal: operation.signal });
    if (reply.status === 404 || reply.status === 403) return userOfNotFound(reply);
    throw failureOf(reply, ACTION);
  };
  return retry(operation, ask, { idempotent: true });
}
