import { resolve } from "node:path";

interface Claim {
  file: string;
  writes: boolean;
}

/**
 * Which resource of this process keeps its private key in which file. Two that do would find out only after the cloud has made
 * both pairs, one at a time. Other processes are other stacks, and find what the file holds.
 */
export class FileClaims {
  /** By URN: a replaced resource is checked twice, and one that moves to another file gives up its first. */
  readonly #claims = new Map<string, Claim>();

  /**
   * Answers the other resource that keeps its key there, if one of the two has still to write it: two that once took over one
   * key from one file are fine.
   */
  claim(urn: string, path: string, writes: boolean): string | undefined {
    const file = resolve(path);
    for (const [other, claim] of this.#claims) {
      if (other !== urn && claim.file === file && (writes || claim.writes)) return other;
    }
    this.#claims.set(urn, { file, writes });
    return undefined;
  }
}
