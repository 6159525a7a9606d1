import { isKeyPairError } from "../core/errors";

/**
 * The error itself or, where the cloud refused the credentials or what they may do, the error with which credentials were used
 * at the end of its advice. `from` says where they come from, never what they are.
 */
export function withCredentialsUsed(error: unknown, from: string): unknown {
  if (!isKeyPairError(error, "Unauthenticated", "PermissionDenied")) return error;
  const used = `The credentials that were used come from ${from}.`;
  const { next } = error.details;
  return error.with({ next: next === undefined ? used : `${next} ${used}` });
}
