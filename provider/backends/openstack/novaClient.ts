import type { CreatedKeyPairRecord, KeyPairRecord, Operation } from "../../core/backend";
import { defined } from "../../core/defined";
import { isKeyPairError, KeyPairError } from "../../core/errors";
import type { HttpReply, HttpRequest } from "../../transport/http";
import { RateLimit } from "../../transport/rateLimit";
import { retry } from "../../transport/retry";
import { withCredentialsUsed } from "../credentialsUsed";
import { type Action, failureOf, isKeyPairNotFound, isRecord, unreadable } from "./errors";
import { toCreatedRecord, toRecord } from "./mapper";
import { NEW_IN_NAMES } from "./newInNames";
import type { Session } from "./session";
import { percentEncode } from "./uri";

const PATH = "/os-keypairs";
/** The microversions that brought `@` and `.` in names, and the key pairs of other users. */
const NAMES_SINCE = 92;
const USERS_SINCE = 10;
/** The microversion that brought `limit` and `marker`; before it a listing is always whole. */
const PAGED_SINCE = 35;
/** The most pages that are read, in case a server never ends. */
const MAX_PAGES = 1000;
/** What Nova says of a deletion; a page with 200 is not from Nova. */
const DELETED = new Set([202, 204]);

type Request = Pick<HttpRequest, "method" | "body" | "signal"> & {
  path: string;
  headers?: Record<string, string>;
};

interface Page {
  records: KeyPairRecord[];
  /** The marker of the next page, when there is one. */
  next?: string;
}

/**
 * The calls of `os-keypairs`, at the server's default microversion unless the cloud's configuration asks for another.
 *
 * Contract: https://docs.openstack.org/api-ref/compute/#keypairs-keypairs
 */
export class NovaClient {
  readonly #limit = new RateLimit();

  constructor(
    private readonly session: Session,
    /** The user whose key pairs these are, if it is not the user of the credentials. Administrators may name any user. */
    private readonly userId?: string,
    /** Pairs a page, where the microversion has pages; without one the server decides. */
    private readonly pageSize?: number,
  ) {}

  async import(name: string, publicKey: string, operation: Operation): Promise<KeyPairRecord> {
    const action = { name: "import the key pair", changes: true, keyPairName: name };
    return this.#call(this.#create({ name, public_key: publicKey }), action, operation, (reply) =>
      toRecord(member(reply, "keypair"), this.#ownerId),
    );
  }

  /** Rejects with `Refused` and `GenerationUnsupported` where the server makes no keys (Nova 2.92 and later). */
  async generate(name: string, operation: Operation): Promise<CreatedKeyPairRecord> {
    const action = { name: "create the key pair", changes: true, keyPairName: name };
    return this.#call(this.#create({ name }), action, operation, (reply) =>
      toCreatedRecord(member(reply, "keypair"), this.#ownerId),
    );
  }

  async get(name: string, operation: Operation): Promise<KeyPairRecord | undefined> {
    const action = { name: "read the key pair", changes: false, keyPairName: name };
    const { found } = await this.#call(
      { ...this.#one("GET", name), signal: operation.signal },
      action,
      operation,
      (reply) => {
        if (isKeyPairNotFound(reply)) return { found: undefined };
        const found = toRecord(member(reply, "keypair"), this.#ownerId);
        return found && { found };
      },
    );
    return found;
  }

  async list(operation: Operation): Promise<KeyPairRecord[]> {
    const records: KeyPairRecord[] = [];
    let marker: string | undefined;
    for (let pages = 0; pages < MAX_PAGES; pages++) {
      const page = await this.#page(marker, operation);
      records.push(...page.records);
      marker = page.next;
      if (marker === undefined) return records;
    }
    throw new KeyPairError({
      code: "Refused",
      message: `the list of key pairs did not end within ${MAX_PAGES} pages`,
      next: "Tell the cloud's operator: the server's paging is broken.",
    });
  }

  /** A pair that is not there is fine. */
  async delete(name: string, operation: Operation): Promise<void> {
    const action = { name: "delete the key pair", changes: true, keyPairName: name };
    await this.#call(this.#one("DELETE", name), action, operation, (reply) =>
      DELETED.has(reply.status) || isKeyPairNotFound(reply) ? "gone" : undefined,
    );
  }

  #page(marker: string | undefined, operation: Operation): Promise<Page> {
    const query = new URLSearchParams(this.#ofUser);
    if (this.#isPaged && this.pageSize !== undefined) query.set("limit", String(this.pageSize));
    if (marker !== undefined) query.set("marker", marker);
    const path = query.size > 0 ? `${PATH}?${query}` : PATH;
    const action = { name: "list the key pairs", changes: false };
    const request: Request = { method: "GET", path, headers: this.#version(), signal: operation.signal };
    return this.#call(request, action, operation, (reply) => {
      const entries = member(reply, "keypairs");
      if (!Array.isArray(entries)) return undefined;
      const records = entries.map((entry: unknown) =>
        toRecord(isRecord(entry) && entry["keypair"], this.#ownerId),
      );
      // When one entry cannot be read, the whole listing is of no use: the missing pair would look deleted.
      if (!isComplete(records)) return undefined;
      const next = hasNext(reply) ? records.at(-1)?.name : undefined;
      return { records, ...defined({ next }) };
    });
  }

  /**
   * Sends until the reply is understood, or is a failure for good. A request that changes something is sent again only when the
   * cloud surely did nothing, and it is not cut short when the user interrupts, because its outcome must be known.
   */
  #call<T>(
    request: Request,
    action: Action,
    operation: Operation,
    understand: (reply: HttpReply) => T | undefined,
  ): Promise<T> {
    const attempt = async () => {
      const reply = await this.session.send({ headers: {}, ...request }, operation).catch(about(action));
      const understood = understand(reply);
      if (understood !== undefined) return understood;
      if (isSuccess(reply)) throw unreadable(reply, action);
      throw withCredentialsUsed(failureOf(reply, this.#withUser(action)), this.session.credentialsFrom);
    };
    const place = this.#limit.takePlace();
    return retry(operation, () => this.#limit.run(attempt, operation, place), {
      idempotent: !action.changes,
    });
  }

  #create(keyPair: Record<string, string>): Request {
    const headers = { "content-type": "application/json", ...this.#version(keyPair["name"]) };
    const body = JSON.stringify({ keypair: { ...keyPair, ...this.#ofUser } });
    return { method: "POST", path: PATH, headers, body };
  }

  #one(method: "GET" | "DELETE", name: string): Request {
    const query = new URLSearchParams(this.#ofUser);
    const path = `${PATH}/${percentEncode(name)}${query.size > 0 ? `?${query}` : ""}`;
    return { method, path, headers: this.#version(name) };
  }

  get #ofUser(): Record<string, string> {
    return this.userId === undefined ? {} : { user_id: this.userId };
  }

  /** Asks for a newer microversion than the configured one only if the request needs it, because the contents of a reply depend on it. */
  #version(name = ""): Record<string, string> {
    const needed = NEW_IN_NAMES.test(name) ? NAMES_SINCE : this.userId === undefined ? 1 : USERS_SINCE;
    if (this.#minorVersion >= needed) return {};
    return { "openstack-api-version": `compute 2.${needed}`, "x-openstack-nova-api-version": `2.${needed}` };
  }

  #withUser(action: Action): Action {
    return { ...action, ...defined({ user: this.session.known?.userName, ofUser: this.userId }) };
  }

  /** The owner of a pair, for a reply that does not name the owner. */
  get #ownerId(): string | undefined {
    return this.userId ?? this.session.known?.userId;
  }

  get #isPaged(): boolean {
    return this.#minorVersion >= PAGED_SINCE;
  }

  /** Of the configured microversion 2.x. */
  get #minorVersion(): number {
    const [major, minor] = (this.session.cloud.microversion ?? "2.1").split(".").map(Number);
    return major === 2 ? (minor ?? 0) : 0;
  }
}

/** What the reply holds under the key; `undefined` unless it is a success in JSON. */
function member(reply: HttpReply, key: string): unknown {
  if (!isSuccess(reply)) return undefined;
  try {
    const body: unknown = JSON.parse(reply.text);
    return isRecord(body) ? body[key] : undefined;
  } catch {
    return undefined;
  }
}

function hasNext(reply: HttpReply): boolean {
  const links = member(reply, "keypairs_links");
  return Array.isArray(links) && links.some((link: unknown) => isRecord(link) && link["rel"] === "next");
}

function isSuccess({ status }: HttpReply): boolean {
  return status >= 200 && status < 300;
}

function isComplete(records: readonly (KeyPairRecord | undefined)[]): records is KeyPairRecord[] {
  return !records.includes(undefined);
}

/** Adds to a failure of the connection what was being done to which pair. */
function about({ name, keyPairName }: Action): (error: unknown) => never {
  return (error) => {
    if (!isKeyPairError(error, "OutcomeUnknown", "Unavailable")) throw error;
    const message = `could not ${name}: ${error.details.message}`;
    throw error.with({ message, ...defined({ keyPairName }) });
  };
}
