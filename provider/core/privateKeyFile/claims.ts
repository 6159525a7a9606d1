interface Claim {
  /** Absolute. */
  path: string;
  writes: boolean;
}

/**
 * Which resource of this process keeps its private key in which file. Without it, two resources that name one file would find out
 * only after the cloud has made both pairs. Other processes are other stacks or providers: what they wrote is found in the file.
 */
export class KeyFileClaims {
  /** By URN: a replaced resource is checked twice, and one that moves to another file gives up its first. */
  readonly #claims = new Map<string, Claim>();

  /**
   * Answers the URN of another resource that keeps its key there, if one of the two has still to write it: two that once took over
   * one key from one file are fine.
   */
  claim(urn: string, path: string, writes: boolean): string | undefined {
    for (const [other, claim] of this.#claims) {
      if (other !== urn && claim.path === path && (writes || claim.writes)) return other;
    }
    this.#claims.set(urn, { path, writes });
    return undefined;
  }
}

/**
 * Whose key is in which file, as the states say that this run has seen. When such a pair is replaced, or was lost, the file's key is
 * an old one of the same program: it is moved aside to make room for the new one. In any other case a key in the file is somebody's.
 */
export class KnownKeyFiles {
  readonly #fingerprints = new Map<string, Set<string>>();

  /**
   * @param path         Absolute.
   * @param fingerprint  SHA-256.
   */
  note(path: string, fingerprint: string): void {
    const known = this.#fingerprints.get(path) ?? new Set();
    this.#fingerprints.set(path, known.add(fingerprint));
  }

  has(path: string, fingerprint: string): boolean {
    return this.#fingerprints.get(path)?.has(fingerprint) ?? false;
  }
}
