interface Claim {
  /** Absolute. */
  path: string;
  writes: boolean;
}

/**
 * Which resource of this process keeps its private key in which file. Without it, two resources with the same
 * file would notice only after the cloud has made both pairs. Other processes run other stacks or providers;
 * their keys are found in the file itself.
 */
export class KeyFileClaims {
  /**
   * By URN: a replaced resource is checked twice, and a resource that changes its file releases the first
   * one.
   */
  readonly #claims = new Map<string, Claim>();

  /**
   * Returns the URN of another resource that keeps its key there, if one of the two still has to write it.
   * Two resources that earlier took over the same key from the same file are allowed.
   */
  claim(urn: string, path: string, writes: boolean): string | undefined {
    for (const [other, claim] of this.#claims) {
      if (other !== urn && claim.path === path && (writes || claim.writes)) return other;
    }
    this.#claims.set(urn, { path, writes });
    return undefined;
  }
}

interface KnownKey {
  /** Absolute. */
  path: string;
  /** SHA-256. */
  fingerprint: string;
}

/**
 * Whose key is in which file, according to the states that this run has seen. If such a pair is replaced, or
 * was lost, the file holds an old key of the same program. That key is moved aside to make room for the new
 * one. In any other case a key in the file belongs to somebody else, or to a resource that keeps it.
 */
export class KnownKeyFiles {
  readonly #known: KnownKey[] = [];
  /** With the URN of the resource that keeps its pair. */
  #kept: (KnownKey & { urn: string })[] = [];

  /** @param keptFor  The URN of the resource, if the program has it and its arguments do not replace it. */
  note(path: string, fingerprint: string, keptFor?: string): void {
    this.#known.push({ path, fingerprint });
    if (keptFor !== undefined) this.#kept.push({ path, fingerprint, urn: keptFor });
  }

  /** The resource is made again after all, so its file holds its old key. */
  release(urn: string | undefined): void {
    this.#kept = this.#kept.filter((kept) => kept.urn !== urn);
  }

  /** Whether the file holds an old key of the program. */
  has(path: string, fingerprint: string): boolean {
    const isMeant = (key: KnownKey) => key.path === path && key.fingerprint === fingerprint;
    return this.#known.some(isMeant) && !this.#kept.some(isMeant);
  }
}
