import type * as grpcModule from "@grpc/grpc-js";
import { type ErrorCode, isKeyPairError, textOf } from "../../core/errors";
import { Any, grpc, messages, Status, type Struct } from "./protocol";

/**
 * The engine reads the status. After UNKNOWN and INTERNAL it treats the resource's state as unknown, after
 * any other status as unchanged. It takes UNAVAILABLE to mean that the plugin is gone.
 */
const STATUS: Record<ErrorCode, grpcModule.status> = {
  InvalidInput: grpc.status.INVALID_ARGUMENT,
  InvalidKey: grpc.status.INVALID_ARGUMENT,
  Configuration: grpc.status.FAILED_PRECONDITION,
  NotFound: grpc.status.NOT_FOUND,
  AlreadyExists: grpc.status.ALREADY_EXISTS,
  QuotaExceeded: grpc.status.RESOURCE_EXHAUSTED,
  InUse: grpc.status.FAILED_PRECONDITION,
  Unauthenticated: grpc.status.UNAUTHENTICATED,
  PermissionDenied: grpc.status.PERMISSION_DENIED,
  Throttled: grpc.status.ABORTED,
  Unavailable: grpc.status.ABORTED,
  OutcomeUnknown: grpc.status.UNKNOWN,
  Refused: grpc.status.FAILED_PRECONDITION,
  File: grpc.status.FAILED_PRECONDITION,
  DeadlineExceeded: grpc.status.DEADLINE_EXCEEDED,
  Cancelled: grpc.status.CANCELLED,
};

/** What the engine gets instead of a reply. */
export type Failure = Partial<grpcModule.StatusObject>;

/** Ensures that an error carries no stack, no cause and no private text to the engine. */
export function failureOf(error: unknown): Failure {
  if (error instanceof InitializationFailure) return error.asFailure();
  const code = isKeyPairError(error) ? STATUS[error.code] : grpc.status.UNKNOWN;
  return { code, details: textOf(error) };
}

/**
 * The resource exists, although something failed after the cloud had made it. The engine saves the id and the
 * outputs with the failure, and the next `up` continues from there.
 */
export class InitializationFailure extends Error {
  constructor(
    private readonly id: string,
    private readonly properties: Struct,
    private readonly reason: unknown,
  ) {
    super(textOf(reason));
  }

  asFailure(): Failure {
    const detail = new messages.ErrorResourceInitFailed();
    detail.setId(this.id);
    detail.setProperties(this.properties);
    detail.setReasonsList([textOf(this.reason)]);
    const packed = new Any();
    packed.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
    const status = new Status();
    status.setCode(grpc.status.UNKNOWN);
    status.setMessage(this.message);
    status.addDetails(packed);
    const metadata = new grpc.Metadata();
    // Where gRPC puts the details of a status, also in libraries that do not know them: https://grpc.io/docs/guides/error/
    metadata.add("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
    return { code: grpc.status.UNKNOWN, details: this.message, metadata };
  }
}
