import { resolve } from "node:path";
import { isKeyPairError, KeyPairError } from "../errors";
import type { KeyPairArgs } from "../model";

const REASONS: Record<string, string> = {
  ENOENT: "there is no such file or folder",
  EACCES: "permission denied",
  EPERM: "the operation is not permitted",
  EISDIR: "it is a folder",
  ENOTDIR: "a part of the path is no folder",
  ENOSPC: "the disk is full",
  EROFS: "the file system is read-only",
  ELOOP: "its symbolic links lead in a circle",
};

/**
 * An error with a user's file, reported at the argument that names the file. Our own errors are not changed.
 */
export function fileError(
  error: unknown,
  action: "read" | "write",
  path: string,
  property: keyof KeyPairArgs | "publicKeyFolder",
): KeyPairError {
  if (isKeyPairError(error)) return error;
  const errno = typeof error === "object" && error !== null && "code" in error ? String(error.code) : "";
  // A relative path is relative to the Pulumi project: say which file was meant.
  const meant = resolve(path) === path ? path : `${path} (${resolve(path)})`;
  // A file that is written need not be there.
  const lacksFolder = action === "write" && errno === "ENOENT";
  const reason = lacksFolder ? "its folder is not there" : (REASONS[errno] ?? (errno || "unknown reason"));
  return new KeyPairError({
    code: "File",
    property,
    message: `cannot ${action} ${meant}: ${reason}`,
    ...(lacksFolder && { next: "Make the folder (`mkdir -p`), or name another file." }),
    cause: error,
  });
}
