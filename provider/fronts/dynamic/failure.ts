import type { KeyPairError } from "../../core/errors";
import { redact } from "../../core/redact";

/**
 * An error with only a message, because the engine's plugin host prints the stack of any error that it gets.
 */
export function plainError(error: unknown): Error {
  const message = redact(error instanceof Error ? error.message : String(error));
  const plain = new Error(message);
  plain.name = "keypair";
  plain.stack = "";
  return plain;
}

/**
 * Tells the engine that the resource exists, although something failed after the cloud had made it. The
 * engine saves the id and the outputs with the failure, and the next `up` continues from there.
 */
export function initializationFailure(id: string, properties: object, failure: KeyPairError): Error {
  const { message } = plainError(failure);
  return Object.assign(plainError(failure), { id, properties, reasons: [message] });
}
