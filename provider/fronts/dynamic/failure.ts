import type { KeyPairError } from "../../core/errors";
import { redact } from "../../core/redact";

/** An error with a message and nothing else: the engine's plugin host prints the stack of what it is given. */
export function plainError(error: unknown): Error {
  const message = redact(error instanceof Error ? error.message : String(error));
  const plain = new Error(message);
  plain.name = "keypair";
  plain.stack = "";
  return plain;
}

/**
 * What tells the engine that the resource is there although something failed after the cloud had made it: the id and the
 * outputs are saved with the failure, and the next `up` goes on from there.
 */
export function initializationFailure(id: string, properties: object, failure: KeyPairError): Error {
  const { message } = plainError(failure);
  return Object.assign(plainError(failure), { id, properties, reasons: [message] });
}
