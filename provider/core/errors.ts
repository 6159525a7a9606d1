import { redact } from "./redact";

/** Why something failed. A closed set: callers branch on it, so a new one is a change of the contract. */
export type ErrorCode =
  /** An argument or a configuration value cannot be used. Nothing was called. Next: change it as the message says. */
  | "InvalidInput"
  /** A text is no key that can be used. Next: give a public key in one of the formats of docs/public-keys.md. */
  | "InvalidKey"
  /**
   * The backend, region or credentials are not configured, or cannot be read. Nothing was changed. Next: set what the message names,
   * by `pulumi config set keypair:…`, or where the cloud's own tools read it.
   */
  | "Configuration"
  /**
   * The cloud is certain that there is no such thing. Next: run `pulumi up --refresh`. In one run, it takes that into the state,
   * makes a key pair again, and moves its old private key file aside. For a look-up, check the name, the region and the account.
   */
  | "NotFound"
  /**
   * Something of that name is there already. Next: choose another `keyPairName`, or decide with `onExisting`. After a killed run, see
   * docs/after-a-kill.md.
   */
  | "AlreadyExists"
  /** The account or the user has as many as the cloud allows. Next: delete key pairs that nobody needs, or use another region. */
  | "QuotaExceeded"
  /** The key pair is still attached to instances. Next: detach it from those that the message names, and run it again. */
  | "InUse"
  /** The credentials are not known to the cloud, or have expired. Next: renew them. `--debug` says where they come from. */
  | "Unauthenticated"
  /** The credentials are known, and may not do this. Next: have the permission given that the message names. */
  | "PermissionDenied"
  /**
   * The cloud asked to slow down, until the time of the operation was over. Nothing was changed. Next: run it again, or raise
   * `keypair:timeoutSeconds`.
   */
  | "Throttled"
  /**
   * The cloud cannot be reached, or says that it failed before it did anything. Nothing was changed. Next: check the network, the
   * proxy and the endpoint (docs/networks.md), and run it again.
   */
  | "Unavailable"
  /**
   * The request may or may not have been carried out: look, before it is sent again. Next: run `pulumi up` again. It looks first, and
   * makes nothing twice.
   */
  | "OutcomeUnknown"
  /** The cloud refused the request for a reason that sending it again will not change. Next: change what the message names. */
  | "Refused"
  /** A file on this machine cannot be read or written. Next: make the path right that the message names, and run it again. */
  | "File"
  /**
   * The time of the operation was over. Next: run it again, or raise `keypair:timeoutSeconds` (with the plugin, `customTimeouts`).
   */
  | "DeadlineExceeded"
  /** The user interrupted. Next: run `pulumi up` again. */
  | "Cancelled";

/** What is wrong on this machine, or was its user's wish: the message says all of it. */
const EXPLAINS_ITSELF: readonly ErrorCode[] = [
  "InvalidInput",
  "InvalidKey",
  "Configuration",
  "File",
  "Cancelled",
];

/** Has a section for each code. A test compares the address with package.json, and the sections with the codes. */
const ERRORS_PAGE = "https://github.com/pulumi-keypair/pulumi-keypair/blob/main/docs/errors.md";

export interface ErrorDetails {
  code: ErrorCode;
  /** What happened, as one sentence without the final full stop. */
  message: string;
  /** What the user does next, as whole sentences. */
  next?: string;
  /** The key pair it happened to. */
  keyPairName?: string;
  /** The argument it is about, when it is about one. */
  property?: string;
  /** The code that the cloud gave, as it spells it. */
  cloudCode?: string;
  /** What the cloud's support asks for. */
  requestId?: string;
  /** How long the cloud asks to wait before the next try. */
  retryAfterMs?: number;
  /** No connection was opened, so nothing was sent. */
  isUnreachable?: true;
  /** It was tried for as long as a connection is, so a call around it does not start anew. */
  isTriedLongEnough?: true;
  cause?: unknown;
}

/** Longest chain of causes that is kept. Deeper causes explain nothing, and a chain may be circular. */
const MOST_CAUSES = 5;

/**
 * The one error of the project. Its message says what happened, to which key pair, the cloud's code and request id, and what
 * to do next. However it is printed (message, stack, details, causes), no private key and no credential is in it.
 */
export class KeyPairError extends Error {
  override readonly name = "KeyPairError";
  readonly code: ErrorCode;
  readonly details: Readonly<ErrorDetails>;

  constructor(details: ErrorDetails) {
    const { cause, ...told } = details;
    const printable = printableCause(cause, MOST_CAUSES);
    super(redact(wording(details)), printable === undefined ? undefined : { cause: printable });
    this.code = details.code;
    // `details` travels further than the message (logs of callers, test output): it keeps no raw text and no raw cause.
    this.details = withoutSecrets(told);
  }

  /** The same error, plus what only the caller knows: the key pair, the property, the next step. */
  with(more: Partial<ErrorDetails>): KeyPairError {
    return new KeyPairError({ ...this.details, cause: this.cause, ...more });
  }

  /** The same error, with whole sentences after what it says to do next. */
  withNext(more: string): KeyPairError {
    const { next } = this.details;
    return this.with({ next: next ? `${next} ${more}` : more });
  }
}

export function isKeyPairError(error: unknown, ...codes: ErrorCode[]): error is KeyPairError {
  return error instanceof KeyPairError && (codes.length === 0 || codes.includes(error.code));
}

/** What a user reads of an error: no stack, no cause and no secret, and at its end where more is said of what a cloud answered. */
export function textOf(error: unknown): string {
  const text = redact(error instanceof Error ? error.message : String(error));
  if (!(error instanceof KeyPairError) || EXPLAINS_ITSELF.includes(error.code)) return text;
  return `${text} More: ${ERRORS_PAGE}#${error.code.toLowerCase()}`;
}

/**
 * The part of a cause that may be printed. `util.inspect`, and so every logger, prints the whole chain of
 * causes. It also prints every member of a library's error, including requests and their headers.
 */
function printableCause(cause: unknown, depth: number): unknown {
  if (cause instanceof KeyPairError) return cause;
  if (typeof cause === "string") return redact(cause);
  if (!(cause instanceof Error) || depth === 0) return undefined;
  const inner = printableCause(cause.cause, depth - 1);
  const printable = new Error(redact(cause.message), inner === undefined ? undefined : { cause: inner });
  printable.name = cause.name;
  printable.stack = redact(cause.stack ?? `${cause.name}: ${cause.message}`);
  // What kind of failure it was: `code`, and numbers such as `errno` or a status.
  const kinds = Object.entries(cause).filter(([name, value]) => name === "code" || typeof value === "number");
  const safe = kinds.map(([name, value]) => [
    name,
    typeof value === "number" ? value : redact(String(value)),
  ]);
  return Object.assign(printable, Object.fromEntries(safe));
}

function withoutSecrets(details: ErrorDetails): ErrorDetails {
  const safe = Object.entries(details).map(([name, value]) => [
    name,
    typeof value === "string" ? redact(value) : value,
  ]);
  return { ...details, ...Object.fromEntries(safe) };
}

function wording({ message, keyPairName, cloudCode, requestId, next }: ErrorDetails): string {
  const subject = keyPairName && !message.includes(`"${keyPairName}"`) ? `key pair "${keyPairName}": ` : "";
  const origin = [cloudCode && `code ${cloudCode}`, requestId && `request id ${requestId}`]
    .filter(Boolean)
    .join(", ");
  const end = origin === "" && /[.?!]$/.test(message) ? "" : ".";
  return `${subject}${message}${origin ? ` (${origin})` : ""}${end}${next ? ` ${next}` : ""}`;
}
