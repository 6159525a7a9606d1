import { formatPublicKeyLine, generateKeyPair } from "../../keys";
import type { KeyPairStore, NewKeyPair, StoredKeyPair } from "./store";

/** What ECS makes (https://www.alibabacloud.com/help/en/ecs/developer-reference/api-ecs-2014-05-26-createkeypair). */
const KEY = { type: "rsa", bits: 2048 } as const;

export interface CreatedKeyPair {
  keyPair: StoredKeyPair;
  /** PEM. The only copy: the store does not keep it. */
  privateKey: string;
}

/**
 * Makes a key off the main thread and adds its public half to the store, as CreateKeyPair does.
 * @param attempt How each of the two calls of the store is made, for callers that try again while it is busy.
 */
export async function createKeyPair(
  store: KeyPairStore,
  region: string,
  request: Omit<NewKeyPair, "publicKey">,
  attempt: <T>(call: () => T) => Promise<T> = async (call) => call(),
): Promise<CreatedKeyPair> {
  await attempt(() => store.checkNew(region, request));
  const { publicKey, privateKey } = await generateKeyPair(KEY);
  const pair = { ...request, publicKey: formatPublicKeyLine(publicKey) };
  return { keyPair: await attempt(() => store.create(region, pair)), privateKey };
}
