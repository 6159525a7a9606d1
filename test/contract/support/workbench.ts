import { randomBytes } from "node:crypto";
import { expect } from "vitest";
import type {
  Backend,
  CreatedKeyPairRecord,
  ImportKeyPairRequest,
  KeyPairRecord,
} from "../../../provider/core/backend";
import { type ErrorCode, isKeyPairError, type KeyPairError } from "../../../provider/core/errors";
import { formatPublicKeyLine, generateKeyPair, type PublicKey } from "../../../provider/keys";
import { type KeyPairHarness, operation } from "./harness";

/** What the sections of the suite work with: two clients of one account, and names that are cleaned up after each test. */
export class Workbench {
  readonly #names = new Set<string>();
  readonly #clients: Backend[] = [];
  #backend: Backend | undefined;
  #other: Backend | undefined;

  constructor(readonly harness: KeyPairHarness) {}

  async open(): Promise<void> {
    this.#backend = await this.openClient();
    this.#other = await this.openClient();
  }

  /** The client that is tested. */
  get backend(): Backend {
    return defined(this.#backend);
  }

  /** Somebody else, who writes to the same account. */
  get other(): Backend {
    return defined(this.#other);
  }

  /** One more client; closed at the end of the suite. */
  async openClient(open: () => Promise<Backend> = () => this.harness.open()): Promise<Backend> {
    const client = await open();
    this.#clients.push(client);
    return client;
  }

  newName(label: string): string {
    const name = this.harness.newName?.(label) ?? `kp-${label}-${randomBytes(4).toString("hex")}`;
    return this.willUse(name);
  }

  /** Has the pair of this name deleted when the test is over. */
  willUse(name: string): string {
    this.#names.add(name);
    return name;
  }

  /** Imports a key that is made for it. */
  async import(label: string, more: Partial<ImportKeyPairRequest> = {}): Promise<KeyPairRecord> {
    const publicKey = more.publicKey ?? formatPublicKeyLine(await newKey());
    return this.backend.importKeyPair({ name: this.newName(label), ...more, publicKey }, operation());
  }

  async create(label: string): Promise<CreatedKeyPairRecord> {
    return this.backend.createKeyPair({ name: this.newName(label) }, operation());
  }

  find(name: string): Promise<KeyPairRecord | undefined> {
    return this.backend.findKeyPair(name, "exact", operation());
  }

  /** The names, out of these, that the cloud lists. */
  async listed(names: readonly string[]): Promise<string[]> {
    const all = await this.backend.listKeyPairs({}, operation());
    return all.map(({ name }) => name).filter((name) => names.includes(name));
  }

  async cleanUp(): Promise<void> {
    const instanceIds = [...(this.harness.capabilities.attachments?.instanceIds ?? [])];
    for (const name of this.#names) {
      const attached = await this.backend.attachments?.attachedInstances(name, operation());
      if (attached?.length) await this.backend.attachments?.detach(name, instanceIds, operation());
    }
    await Promise.all([...this.#names].map((name) => this.backend.deleteKeyPair(name, operation())));
    this.#names.clear();
  }

  async close(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.close()));
  }

  /** The failure, which has to be one of ours and of one of these codes. */
  async failure(call: Promise<unknown>, ...codes: ErrorCode[]): Promise<KeyPairError> {
    const error = await call.then(
      (value) => expect.fail(`expected a failure (${codes.join(", ")}), not ${JSON.stringify(value)}`),
      (reason: unknown) => reason,
    );
    if (!isKeyPairError(error)) throw error;
    expect(codes).toContain(error.code);
    return error;
  }

  /** A failure that the cloud itself gave, about this pair. */
  async refusal(name: string, call: Promise<unknown>, ...codes: ErrorCode[]): Promise<KeyPairError> {
    const error = await this.failure(call, ...codes);
    expect(error.details.keyPairName).toBe(name);
    expect(error.message).toContain(name);
    const [only, ...others] = codes;
    const cloudCode = only && others.length === 0 ? this.harness.cloudCodes?.[only] : undefined;
    if (cloudCode !== undefined) {
      expect(error.details.cloudCode).toBe(cloudCode);
      expect(error.message).toContain(cloudCode);
    }
    if (this.harness.hasRequestIds ?? true) {
      expect(error.details.requestId).toMatch(/\S/);
      expect(error.message).toContain(error.details.requestId);
    }
    return error;
  }
}

/** A key that every cloud takes and that costs little. */
export async function newKey(): Promise<PublicKey> {
  const { publicKey } = await generateKeyPair({ type: "ecdsa", bits: 256 });
  return publicKey;
}

export async function newLine(): Promise<string> {
  return formatPublicKeyLine(await newKey());
}

/** Fails the test where there is nothing. */
export function defined<T>(value: T | undefined): T {
  if (value === undefined) expect.fail("expected something, found nothing");
  return value;
}
