import type { BackendName, Connection, Tags } from "./model";

/*
 * The narrow waist: what the core asks of a cloud. A backend knows one cloud's wire and its own caches; it knows no
 * resource, no state and no file. The contract suite (test/contract) says in tests what is said here in words.
 */

/** One user-visible operation on one resource, from its start to its end. */
export interface Operation {
  /** Fires when the user interrupts. */
  readonly signal: AbortSignal;
  /** The time (ms since the epoch) after which nothing is tried again. */
  readonly deadline: number;
  /** Says on the resource what is being waited for. Never a secret. */
  progress(message: string): void;
}

/** A key pair as the cloud has it. Every reply of a cloud becomes one by one mapper of its backend. */
export interface KeyPairRecord {
  name: string;
  id?: string;
  /** As the cloud gives it. */
  fingerprint: string;
  /** As the cloud gives it; absent where the cloud does not tell. */
  publicKey?: string;
  /** ISO 8601, UTC, as exact as the cloud says it. */
  createdAt?: string;
  /** The user's tags; system tags are left out. Absent where the cloud has no tags. */
  tags?: Tags;
  resourceGroupId?: string;
  ownerId?: string;
}

export interface CreatedKeyPairRecord extends KeyPairRecord {
  /** As the cloud sent it. */
  privateKey: string;
}

export interface CreateKeyPairRequest {
  name: string;
  tags?: Tags;
  resourceGroupId?: string;
}

export interface ImportKeyPairRequest extends CreateKeyPairRequest {
  /** One OpenSSH line. */
  publicKey: string;
}

/** What a listing is narrowed to; a backend does on the server what it can and the rest itself. */
export interface KeyPairFilter {
  tags?: Tags;
  fingerprint?: string;
  resourceGroupId?: string;
}

export interface TagChange {
  /** Tags to add, or to give another value. */
  set: Tags;
  /** Keys to remove. */
  remove: string[];
}

/** An instance that could not be attached or detached, and why. */
export interface InstanceFailure {
  instanceId: string;
  cloudCode?: string;
  message: string;
}

/**
 * Binding of key pairs to instances, where the cloud does that. Attaching and detaching reject only when no instance was
 * changed, with `NotFound` when the pair is gone.
 */
export interface AttachmentClient {
  /** Attaches; answers which instances failed (the others are attached). An instance that is attached already is fine. */
  attach(name: string, instanceIds: string[], operation: Operation): Promise<InstanceFailure[]>;
  /** Detaches; answers which instances failed. An instance that is not attached, or gone, is fine. */
  detach(name: string, instanceIds: string[], operation: Operation): Promise<InstanceFailure[]>;
  /** The instances that the pair is attached to. */
  attachedInstances(name: string, operation: Operation): Promise<string[]>;
  /** The same for many pairs, by name, with as few calls as the cloud allows. */
  attachedInstancesOf(names: readonly string[], operation: Operation): Promise<ReadonlyMap<string, string[]>>;
  /** Those of the instances that run: they take or lose a key pair only when they are restarted. */
  runningInstances(instanceIds: string[], operation: Operation): Promise<string[]>;
  /**
   * Restarts an instance, and resolves when the restart has surely begun, or when the instance stays stopped: then it takes
   * the key pair at its next start. A restart is never sent twice without a look between. Rejects with `OutcomeUnknown` if it
   * cannot be told whether the instance restarts.
   */
  restart(instanceId: string, operation: Operation): Promise<void>;
  /** Resolves when the instance runs again, and when it stays stopped. */
  untilRunning(instanceId: string, operation: Operation): Promise<void>;
}

/** To whom credentials belong, and so the key pairs that they make. */
export interface Owner {
  /** Alibaba Cloud: the id of the account. OpenStack: the id of the user. */
  id: string;
  /** The name that people know it by, where the cloud tells it. */
  name?: string;
}

/** How old an answer about one key pair may be. */
export type Freshness = "sweep" | "exact";

/**
 * A cloud, opened for one account and region.
 *
 * Every method rejects with a `KeyPairError` and nothing else. Calls that change nothing are retried inside, until the
 * operation's deadline; so are throttled ones and those that surely were not carried out. A create, import or delete that
 * may or may not have been carried out rejects with `OutcomeUnknown`, and the core looks before it goes on.
 */
export interface Backend {
  readonly name: BackendName;
  /** The region as the cloud knows it, once opened. */
  readonly region?: string | undefined;
  /** Where this is, for messages: `alibaba cn-hangzhou`. */
  readonly location: string;
  /** What is called: the URL of the API, or the file of the local store. Another endpoint is another place. */
  readonly endpoint: string;
  /** Which credentials are used, for the log: `the profile "prod" (~/.aliyun/config.json)`. Never what they are. */
  readonly credentialsFrom: string;
  /** A warning about the way to the cloud (it is not encrypted), as one sentence without its full stop. */
  readonly warning?: string | undefined;

  /**
   * To whom the credentials belong. The cloud is asked at most once. `undefined` where it does not tell, or where only this
   * question fails: it is asked for safety, not because a change needs it.
   */
  owner(operation: Operation): Promise<Owner | undefined>;

  /** Rejects with `AlreadyExists` when the name is taken. */
  importKeyPair(request: ImportKeyPairRequest, operation: Operation): Promise<KeyPairRecord>;
  /**
   * Rejects with `AlreadyExists` when the name is taken, and with `Refused` and `details.cloudCode` `GenerationUnsupported`
   * where the cloud makes no keys: the core then makes one locally and says so.
   */
  createKeyPair(request: CreateKeyPairRequest, operation: Operation): Promise<CreatedKeyPairRecord>;
  /**
   * The pair of exactly this name; `undefined` only when the cloud is certain that there is none.
   * `sweep` may be answered from a listing that was made during this process since the last write to that name;
   * `exact` asks the cloud now.
   * @param resourceGroupId  Where the pair was last seen. A RAM user who is limited to a group sees nothing without it. A pair that
   *   has left the group is found too, where the credentials may see it.
   */
  findKeyPair(
    name: string,
    freshness: Freshness,
    operation: Operation,
    resourceGroupId?: string,
  ): Promise<KeyPairRecord | undefined>;
  /** All pairs that the credentials can see. */
  listKeyPairs(filter: KeyPairFilter, operation: Operation): Promise<KeyPairRecord[]>;
  /**
   * Succeeds if the pair does not exist. While the pair is attached, rejects with `InUse`, which names the
   * instances if the cloud does.
   */
  deleteKeyPair(name: string, operation: Operation): Promise<void>;

  /** Absent where the cloud has no tags. Idempotent. */
  changeTags?(name: string, change: TagChange, operation: Operation): Promise<void>;
  /** Absent where the cloud has no resource groups. Idempotent. */
  moveToResourceGroup?(name: string, resourceGroupId: string, operation: Operation): Promise<void>;
  /** The regions of the account, sorted. Absent where the cloud has no such list. */
  listRegions?(operation: Operation): Promise<string[]>;
  /** Absent where the cloud does not bind key pairs to instances. */
  readonly attachments?: AttachmentClient;

  /** Lets go of connections and files. */
  close(): Promise<void>;
}

/** A public key as the rules of a backend see it (keys/ has more). */
export interface KeyFacts {
  /** The algorithm as the OpenSSH line names it: `ssh-rsa`, `ssh-ed25519-cert-v01@openssh.com`… */
  algorithm: string;
  type: "rsa" | "dsa" | "ecdsa" | "ed25519" | "sk-ecdsa" | "sk-ed25519";
  bits: number;
  isCertificate: boolean;
}

export type Verdict = { verdict: "refuse" | "warn"; reason: string } | undefined;

/** What a cloud accepts, known without a call. Each rule links the vendor's page that it comes from. */
export interface BackendRules {
  readonly backend: BackendName;
  /** How many pairs an account has in a region at most, where that is the same for everybody. */
  readonly maxKeyPairs?: number;
  /** Longest name, in characters; automatic names are cut to fit. */
  readonly maxNameLength: number;
  /** Why the name cannot be used, or `undefined`. `hint` in the text says what can. */
  checkName(name: string): string | undefined;
  /** Whether key pairs have tags here. */
  readonly hasTags: boolean;
  /** Problems of the tags by tag key (`""`: of all of them together). Where a cloud has no tags, that is the problem. */
  checkTags(tags: Tags): Map<string, string>;
  /**
   * Throws `Configuration` where nothing can be made in this place, as far as that is known without a call. Absent where only opening
   * tells.
   */
  checkPlace?(connection: ResolvedConnection, environment: NodeJS.ProcessEnv): void;
  /** Why `resourceGroupId` cannot be used, or `undefined`. */
  checkResourceGroup(resourceGroupId: string): string | undefined;
  /** Why `userId` cannot be used, or `undefined`. */
  checkUserId(userId: string): string | undefined;
  /** Why key pairs cannot be attached to instances here, or `undefined`. */
  checkAttachment(): string | undefined;
  /** `line` is what would be sent, `connection` where to, as far as it is known. */
  checkPublicKey(key: KeyFacts, line: string, connection?: Connection): Verdict;
  /** Members of `connection` that this backend reads; others are reported as having no effect here. */
  readonly connectionKeys: readonly (keyof Connection)[];
  /** The member of `connection` that names the account. */
  readonly accountKey: "profile" | "cloud" | "path";
  /** The account that this name, or none, stands for; `undefined` where that cannot be told without a call. A store: its file. */
  account(name: string | undefined): string | undefined;
  /** What the cloud's own tools would take from the environment, without opening a file: the region above all. */
  ambientConnection(environment: NodeJS.ProcessEnv): Connection;
  /** The region that the named profile or cloud says, from the cloud's own files. Never throws: opening reports what is wrong. */
  regionOfAccount(connection: Connection, environment: NodeJS.ProcessEnv): string | undefined;
}

/** Secrets of a connection, read when a call is made and kept in no state. */
export interface Credentials {
  accessKeyId?: string;
  accessKeySecret?: string;
  securityToken?: string;
}

/** A connection whose backend is known. */
export interface ResolvedConnection extends Connection {
  backend: BackendName;
  /** Whose key pairs, where they are not those of the user of the credentials (OpenStack). */
  userId?: string;
}

/** All backends, as the core sees them. Only provider/backends/index.ts knows which there are. */
export interface BackendCatalog {
  /** Cheap: no call, no file, no cloud library. */
  rules(backend: BackendName): BackendRules;
  /** Loads what it needs when first used; the same connection gives the same backend. */
  open(connection: ResolvedConnection, credentials: Credentials): Promise<Backend>;
  closeAll(): Promise<void>;
}
