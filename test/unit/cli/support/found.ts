import type { FoundPair } from "../../../../provider/cli/pairs/find";
import type { KeyPairRecord } from "../../../../provider/core/backend";
import type { Connection } from "../../../../provider/core/model";
import { fingerprintMd5, readPublicKey } from "../../../../provider/keys";
import { FakeBackend } from "../../core/support/fakeBackend";
import { ed25519Key } from "../../core/support/keys";

class Elsewhere extends FakeBackend {
  constructor(override readonly region: string | undefined) {
    super();
  }
}

interface Wanted extends Partial<KeyPairRecord> {
  region?: string | undefined;
  connection?: Connection;
  /** Whose key it holds; `null`: a text that cannot be read. */
  keyOf?: string | null;
}

/** A pair as the search finds it. Without a `connection` it is where the configuration says. */
export function found(
  name: string,
  { region, connection = {}, keyOf = name, ...record }: Wanted = {},
): FoundPair {
  const key = keyOf === null ? undefined : readPublicKey(ed25519Key(keyOf).publicKey);
  return {
    record: { name, fingerprint: key ? fingerprintMd5(key) : "00:11", ...record },
    backend: new Elsewhere(region),
    place: { connection: { backend: "local" }, credentials: {}, account: undefined },
    connection,
    key,
    ...(key ? {} : { keyProblem: "it is two lines" }),
  };
}
