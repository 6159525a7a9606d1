import { isDeepStrictEqual } from "node:util";
import { keyGenerationProblem } from "../../keys";
import type { KeyGeneration } from "../model";
import type { ChangeKind } from "../resource/propertyTable";
import type { DiffSubject } from "./diff";
import { tagChange } from "./tags";

/*
 * What a difference means. A key pair that is replaced for a difference in form locks its users out, so each rule errs
 * towards "the same". No rule does I/O: the engine asks for one resource after the other.
 */

/** Algorithm and Base64 of an OpenSSH line decide; the comment does not. */
export function sameKeyLine(a: string, b: string): boolean {
  return keyOf(a) === keyOf(b);
}

/** An imported pair must hold the program's key, a created one the key that was made for it. */
export function judgeKey({ state, args }: DiffSubject): ChangeKind | undefined {
  const isOwn = state.fingerprintSha256 === state.__ownKey;
  if (args.publicKeyBody === undefined) {
    const wasImported = state.publicKeyBody !== undefined;
    return wasImported || !isOwn ? "replace" : undefined;
  }
  if (!sameKeyLine(args.publicKeyBody, state.publicKey)) return "replace";
  // Somebody changed the key in the cloud, and now the program says that very key: from here on it is this resource's.
  return isOwn ? undefined : "update";
}

export function judgeGeneration({ state, args }: DiffSubject): ChangeKind | undefined {
  if (args.publicKeyBody !== undefined) return undefined;
  return isDeepStrictEqual(resolveGeneration(state.keyGeneration), resolveGeneration(args.keyGeneration))
    ? undefined
    : "replace";
}

/** Tags that the program never set are not in the state: they are another tool's. */
export function judgeTags({ state, args, tagChanges }: DiffSubject): ChangeKind | undefined {
  return tagChange(state.tags ?? {}, args.tags ?? {}) ? tagChanges : undefined;
}

/** How a pair without a public key is made, with the defaults filled in. */
export function resolveGeneration(generation: KeyGeneration | undefined): KeyGeneration {
  if (generation?.source !== "local") return { source: "cloud" };
  const type = generation.type ?? "rsa";
  return { source: "local", type, bits: generation.bits ?? (type === "rsa" ? 2048 : 256) };
}

/** Why a pair cannot be made like that, or `undefined`. */
export function checkGeneration({ source, type, bits }: KeyGeneration): string | undefined {
  if (source === "cloud") {
    const chosen = [type !== undefined && "type", bits !== undefined && "bits"].filter(Boolean).join(" and ");
    return chosen
      ? `the cloud chooses ${chosen} itself; give ${chosen} with source: "local", or leave it out.`
      : undefined;
  }
  const reason = keyGenerationProblem({ type: type ?? "rsa", ...(bits === undefined ? {} : { bits }) });
  return reason && `${reason}.`;
}

function keyOf(line: string): string {
  return line.trim().split(/\s+/, 2).join(" ");
}
