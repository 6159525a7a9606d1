import { type KeyPairError, textOf } from "../../core/errors";

/**
 * An error with only a message, because the engine's plugin host prints the stack of any error that it gets.
 */
export function plainError(error: unknown): Error {
  const plain = new Error(textOf(error));
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
