import type { KnownKey } from "../keyPair/make";
import type { KeyPairState } from "../model";
import type { Outcome } from "../resource/contract";

/**
 * The one key of a created member. The first of its pairs gets a new key, and the others wait for it and are made with the same
 * key. If the first one fails, the next one makes the key.
 */
export class SharedKey {
  #key: KnownKey | undefined;
  #making: Promise<void> | undefined;

  constructor(key: KnownKey | undefined) {
    this.#key = key;
  }

  async use(
    create: (key: KnownKey | undefined) => Promise<Outcome<KeyPairState>>,
  ): Promise<Outcome<KeyPairState>> {
    while (this.#key === undefined && this.#making !== undefined) await this.#making;
    if (this.#key !== undefined) return create(this.#key);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#making = promise;
    try {
      const outcome = await create(undefined);
      const { publicKey, privateKey, __isDoubtful } = outcome.state;
      if (!__isDoubtful) this.#key = privateKey === undefined ? { publicKey } : { publicKey, privateKey };
      return outcome;
    } finally {
      this.#making = undefined;
      resolve();
    }
  }
}
