import type {
  Backend,
  CreatedKeyPairRecord,
  CreateKeyPairRequest,
  Freshness,
  ImportKeyPairRequest,
  KeyPairFilter,
  KeyPairRecord,
  Operation,
  Owner,
} from "../../core/backend";
import { defined } from "../../core/defined";
import { KeyPairError } from "../../core/errors";
import { Sweep } from "../../transport/sweep";
import { missingEncryption } from "../../transport/tls";
import type { NovaClient } from "./novaClient";
import { isOpenTelekomCloud, MAX_OTC_PUBLIC_KEY_BYTES } from "./rules";
import type { Session } from "./session";

/** How long one listing answers for all pairs, in ms: a refresh of a large stack takes that long. */
const SWEEP_MS = 30_000;

/** Key pairs of one user in one region of an OpenStack. */
export class OpenStackBackend implements Backend {
  readonly name = "openstack";
  readonly #sweep: Sweep<KeyPairRecord>;

  constructor(
    private readonly session: Session,
    private readonly nova: NovaClient,
    /** The user whose key pairs these are, if it is not the user of the credentials. */
    private readonly userId: string | undefined,
    private readonly release: () => Promise<void>,
  ) {
    this.#sweep = new Sweep(async (operation) => byName(await nova.list(operation)), { maxAgeMs: SWEEP_MS });
  }

  /** As configured, else as the catalogue says it, which is known after the first call. */
  get region(): string | undefined {
    return this.session.cloud.region ?? this.session.known?.endpoint.region;
  }

  /** The same before and after the first call. */
  get location(): string {
    const { region, auth } = this.session.cloud;
    const host = URL.parse(auth["auth_url"] ?? "")?.host;
    const user = auth["username"] ?? auth["user_id"];
    const credential = auth["application_credential_id"] ?? auth["application_credential_name"];
    const parts = [
      `openstack ${region ?? "default region"}${host ? ` at ${host}` : ""}`,
      user && `user ${user}`,
      credential && `application credential ${credential}`,
      this.userId && `for user ${this.userId}`,
    ];
    return parts.filter(Boolean).join(", ");
  }

  /** The same before and after the first call: where no endpoint is configured, the address of Keystone stands for the cloud. */
  get endpoint(): string {
    return this.session.configuredUrl;
  }

  get credentialsFrom(): string {
    return this.session.credentialsFrom;
  }

  get warning(): string | undefined {
    return this.session.urls.map(missingEncryption).find(Boolean);
  }

  async owner(operation: Operation): Promise<Owner | undefined> {
    if (this.userId !== undefined) return { id: this.userId };
    const { userId, userName } = await this.session.access(operation);
    if (userId === undefined) return undefined;
    return defined({ id: userId, name: userName });
  }

  async importKeyPair(
    { name, publicKey }: ImportKeyPairRequest,
    operation: Operation,
  ): Promise<KeyPairRecord> {
    const { endpoint } = await this.session.access(operation);
    const bytes = Buffer.byteLength(publicKey);
    if (bytes > MAX_OTC_PUBLIC_KEY_BYTES && isOpenTelekomCloud(new URL(endpoint.url).hostname)) {
      throw new KeyPairError({
        code: "InvalidKey",
        keyPairName: name,
        message: `the public key has ${bytes} bytes, and Open Telekom Cloud takes at most ${MAX_OTC_PUBLIC_KEY_BYTES}`,
        next: "Use a smaller key (RSA up to 4096 bits, ECDSA or ed25519), or a shorter comment.",
      });
    }
    return this.#sweep.write(name, () => this.nova.import(name, publicKey, operation));
  }

  createKeyPair({ name }: CreateKeyPairRequest, operation: Operation): Promise<CreatedKeyPairRecord> {
    return this.#sweep.write(name, () => this.nova.generate(name, operation));
  }

  async findKeyPair(
    name: string,
    freshness: Freshness,
    operation: Operation,
  ): Promise<KeyPairRecord | undefined> {
    if (freshness === "sweep") {
      const answer = await this.#sweep.find(name, operation);
      if (answer !== "stale") return answer.item;
    }
    return this.nova.get(name, operation);
  }

  async listKeyPairs(
    { tags, fingerprint, resourceGroupId }: KeyPairFilter,
    operation: Operation,
  ): Promise<KeyPairRecord[]> {
    // OpenStack's pairs have no tags and no resource group, so none matches.
    if (Object.keys(tags ?? {}).length > 0 || resourceGroupId !== undefined) return [];
    const all = await this.nova.list(operation);
    return fingerprint === undefined ? all : all.filter((record) => record.fingerprint === fingerprint);
  }

  deleteKeyPair(name: string, operation: Operation): Promise<void> {
    return this.#sweep.write(name, () => this.nova.delete(name, operation));
  }

  close(): Promise<void> {
    return this.release();
  }
}

function byName(records: KeyPairRecord[]): ReadonlyMap<string, KeyPairRecord> {
  return new Map(records.map((record) => [record.name, record]));
}
