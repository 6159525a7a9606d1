import { formatPublicKeyLine, generateKeyPair, type KeyRequest } from "../../keys";
import type { KeyPairStore, NewKeyPair, StoredKeyPair } from "./store";

/** The key that the store makes by default, as ECS does. */
const KEY: KeyRequest = { type: "rsa", bits: 2048 };

export interface CreatedKeyPair {
  keyPair: StoredKeyPair;
  /** PEM. The only copy: the store does not keep it. */
  privateKey: string;
}

export interface CreateOptions {
  /** The key to make. */
  key?: KeyRequest;
  /** Makes each call of the store. A caller can use it to try again while the store is busy. */
  attempt?: <T>(call: () => T) => Promise<T>;
}

/** Makes a key off the main thread and adds its public half to the store, as CreateKeyPair does. */
export async function createKeyPair(
  store: KeyPairStore,
  region: string,
  request: Omit<NewKeyPair, "publicKey">,
  { key = KEY, attempt = async (call) => call() }: CreateOptions = {},
): Promise<CreatedKeyPair> {
  await attempt(() => store.checkNew(region, request));
  const { publicKey, privateKey } = await generateKeyPair(key);
  const pair = { ...request, publicKey: formatPublicKeyLine(publicKey) };
  return { keyPair: await attempt(() => store.create(region, pair)), privateKey };
}
