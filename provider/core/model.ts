/**
 * What a user writes and what a user gets back. The JSON Schema of the checks and `schema.json` are
 * generated from these types (`npm run generate`), so a rule that JSON Schema can say stands here, as
 * a tag of the docstring, and nowhere else.
 */

/** The clouds that the provider can talk to. */
export type BackendName = "alibaba" | "openstack" | "local";

export const BACKEND_NAMES: readonly BackendName[] = ["alibaba", "openstack", "local"];

/** Where a resource lives, when that is not what the stack's configuration says. Never holds a credential. */
export interface Connection {
  /** The cloud to talk to: `alibaba` (Alibaba Cloud ECS), `openstack` (Open Telekom Cloud and any OpenStack Nova) or `local` (a file on this machine). */
  backend?: BackendName;
  /**
   * The region, for example `cn-hangzhou` or `eu-de`.
   * @minLength 1
   */
  region?: string;
  /**
   * The endpoint of the compute API, when it is not the region's public one. Takes a URL or `host[:port]`.
   * @minLength 1
   */
  endpoint?: string;
  /**
   * The named profile of the cloud's own credentials file (Alibaba Cloud: `~/.aliyun/config.json`).
   * @minLength 1
   */
  profile?: string;
  /**
   * The name of a cloud in `clouds.yaml` (OpenStack).
   * @minLength 1
   */
  cloud?: string;
  /**
   * The file of the local backend's store, absolute or relative to the Pulumi project.
   * @minLength 1
   */
  path?: string;
}

/** Who makes the key of a created pair. */
export type KeySource = "cloud" | "local";

/** The algorithms of locally made keys. */
export type GeneratedKeyType = "rsa" | "ecdsa" | "ed25519";

/** How an auto-created key pair comes to be. */
export interface KeyGeneration {
  /**
   * Who makes the key. `cloud`: the cloud does and returns the private key once. `local`: the provider's process does,
   * and only the public half is sent.
   */
  source: KeySource;
  /** The algorithm of a locally made key; `rsa` when it is not given. */
  type?: GeneratedKeyType;
  /**
   * The size of a locally made key in bits: 2048 (default), 3072 or 4096 for `rsa`; 256 (default), 384 or 521 for `ecdsa`;
   * 256 for `ed25519`.
   * @TJS-type integer
   */
  bits?: number;
}

/** What the key of a created pair belongs to, name to value. */
export type Keepers = { [name: string]: string };

/** Tags of a key pair, key to value. */
export type Tags = { [key: string]: string };

/** Tags that belong to other tools. */
export interface IgnoreTags {
  /** Whole keys. */
  keys?: string[];
  /** What keys start with. */
  keyPrefixes?: string[];
}

/** What a change of the tags does. */
export type TagChanges = "replace" | "update";

/** What to do about a key pair that has the name already. */
export type OnExisting = "fail" | "adopt" | "recreate";

/** The arguments of a `KeyPair`. With `publicKeyBody` or `publicKeyFile` a key is imported, without them one is created. */
export interface KeyPairArgs {
  /**
   * The name of the key pair in the cloud. Without it the name is made of the resource's name and a random suffix of
   * seven hexadecimal digits, so that a replacement can be made before the old pair is deleted. A change replaces the pair.
   */
  keyPairName?: string;
  /**
   * What an automatic name starts with, instead of the resource's name. Excludes `keyPairName`. A change replaces the pair.
   */
  keyPairNamePrefix?: string;
  /**
   * The public key to import, in any usual format: an OpenSSH or authorized_keys line, RFC 4716 (what PuTTYgen's
   * "Save public key" writes), PEM (SPKI or PKCS#1) or the bare Base64 blob. Without it (and without `publicKeyFile`) a key
   * pair is created. A change of the key replaces the pair; another comment, white space or format is no change.
   */
  publicKeyBody?: string;
  /**
   * A file that holds the public key to import, relative to the Pulumi project or absolute. Takes what `publicKeyBody` takes,
   * and .ppk and private key files too: their private half never leaves the provider's process. Excludes `publicKeyBody`.
   * A change of the key in the file replaces the pair; moving the file does not.
   * @minLength 1
   */
  publicKeyFile?: string;
  /** How a key pair without a public key is made: by the cloud (the default) or locally. A change replaces the pair. */
  keyGeneration?: KeyGeneration;
  /**
   * Values that the key of a created pair belongs to, such as `{ rotation: "2026-11" }`: a change of any of them replaces the
   * pair, and so makes a new key. To give the first values, or none any more, changes nothing.
   */
  keepers?: Keepers;
  /**
   * How old the key may become, in days, weeks or hours: `90d`, `12w` or `36h`. From then on a preview says on the resource that
   * the key is due. Nothing is rotated by itself: change `keepers` for that.
   * @pattern ^[1-9][0-9]{0,4}[dwh]$
   */
  rotateAfter?: string;
  /**
   * Where the private key of a created pair is written too, mode 0600. A name that ends in `.ppk` gets PuTTY's format, any
   * other the key as the cloud sent it. A file that holds another key is never overwritten, and the file is left in place
   * when the pair is deleted.
   * @minLength 1
   */
  privateKeyFile?: string;
  /**
   * Encrypts `privateKeyFile`: in OpenSSH's form with bcrypt, or as .ppk 3 with Argon2. The `privateKey` of the state stays as it
   * is, and the state keeps the passphrase, both encrypted with the stack's secrets provider. A secret.
   * @minLength 1
   */
  privateKeyPassphrase?: string;
  /**
   * `false`: the private key is not kept in the stack's state. Needs `privateKeyFile`.
   * @default true
   */
  savePrivateKey?: boolean;
  /** Tags of the key pair. A change replaces the pair, or with `tagChanges: "update"` is made in place. */
  tags?: Tags;
  /** Whether changed tags `replace` the key pair (the default, unless the stack's configuration says otherwise) or `update` it in place. */
  tagChanges?: TagChanges;
  /**
   * The resource group of the key pair (Alibaba Cloud only). Changed in place.
   * @minLength 1
   */
  resourceGroupId?: string;
  /**
   * The id of the user whose key pair it is, where that is not the user of the credentials (OpenStack only, for administrators). A
   * change replaces the pair.
   * @minLength 1
   */
  userId?: string;
  /**
   * What to do when a key pair of that name is there already: `fail`, `adopt` it when it has the same public key, or
   * `recreate` it (the one that is there is deleted first).
   * @default fail
   */
  onExisting?: OnExisting;
  /** Where the key pair lives, when that is not what the stack's configuration says. Another backend, region or account replaces the pair. */
  connection?: Connection;
}

/** What a `KeyPair` knows beside its resolved arguments. */
export interface KeyPairOutputs {
  /** The name of the key pair in the cloud. */
  keyPairName: string;
  /** The cloud's own id of the key pair, where it has one (Alibaba Cloud, for created pairs). */
  keyPairId?: string;
  /** The fingerprint as the cloud gives it. */
  fingerprint: string;
  /** The MD5 fingerprint in colon-separated hexadecimal, as `ssh-keygen -l -E md5` prints it (without `MD5:`). */
  fingerprintMd5: string;
  /** The SHA-256 fingerprint, as `ssh-keygen -l` prints it, for example `SHA256:uNiVztksCsDhcc0u9e8BrCNyAfSgcWa9gZkg6A`. */
  fingerprintSha256: string;
  /** The public key as one OpenSSH line. */
  publicKey: string;
  /** The algorithm, as the OpenSSH line names it, for example `ssh-rsa` or `ssh-ed25519`. */
  keyType: string;
  /**
   * The size of the key in bits.
   * @TJS-type integer
   */
  keyBits: number;
  /** The private key, only of a created pair and only while `savePrivateKey` is not `false`. A secret. */
  privateKey?: string;
  /** The same private key in OpenSSH's form, whatever form the cloud sent it in. A secret. */
  privateKeyOpenssh?: string;
  /** The same private key as PEM: PKCS#1 for RSA, SEC1 for ECDSA, PKCS#8 for ed25519. A secret. */
  privateKeyPem?: string;
  /** When the pair was made: as the cloud says it, else as the provider's clock did (ISO 8601, UTC). */
  createdAt?: string;
  /** To whom the key pair belongs: the user (OpenStack: not the project) or the account (Alibaba Cloud), where the cloud tells it. */
  ownerId?: string;
  /** The backend that holds the key pair. */
  backend: BackendName;
  /** The region that holds the key pair. */
  region?: string;
}

/**
 * What is stored of a key pair. Properties with two leading underscores are ours: the engine stores them and shows them to
 * nobody.
 */
export interface KeyPairState extends Omit<KeyPairArgs, "keyPairName">, KeyPairOutputs {
  /** The SHA-256 fingerprint of the key that this resource made or imported; another one in the cloud is somebody else's. */
  __ownKey: string;
  /** The name was made by the provider. */
  __automaticName?: boolean;
  /** And by the stack's `pulumi:autonaming`, so it may be somebody else's too. */
  __configuredName?: boolean;
  /** A reply was lost, and it is not known whether the cloud made the pair. `createdAt` is when the call began. */
  __isDoubtful?: boolean;
  /** When that call ended. Absent if the name or the key was made for it: then a pair is this call's whenever it was made. */
  __callEndedAt?: string;
  /** The account by its name in the configuration or the connection: a profile, a cloud, or the local store's file. */
  __account?: string;
}

/** The arguments as they are stored once they have been checked. */
export interface CheckedKeyPairArgs extends KeyPairArgs {
  keyPairName: string;
  /** The name was made by the provider, so a replacement gets a new one. */
  __automaticName?: boolean;
  /** And by the stack's `pulumi:autonaming`: nothing says that it is unique, so a pair of this name may be somebody else's. */
  __configuredName?: boolean;
  /**
   * Only in what a refresh records: the SHA-256 fingerprint of the key that somebody put in the place of a created one. A program
   * that ignores all changes keeps it, and so the pair.
   */
  __keyInCloud?: string;
  /**
   * What `privateKeyFile` holds now, of a pair that was written to it before: a SHA-256 fingerprint, `""` for nothing, or `other`.
   * Absent where this machine does not have the folder.
   */
  __keyInFile?: string;
}

/**
 * The arguments of a `KeyPairSet`. Its members are the key files of `publicKeyFolder`, the keys of `publicKeys`, and the names in
 * `created`. Each member has one key, and a key pair in each region.
 */
export interface KeyPairSetArgs {
  /**
   * A folder with a key file for each member, relative to the Pulumi project or absolute. A member's name is the file's name without
   * its ending. Takes what `publicKeyFile` of a `KeyPair` takes. Hidden files are skipped; any other file must hold a key.
   * @minLength 1
   */
  publicKeyFolder?: string;
  /** Public keys to import, member to key, in any usual format. */
  publicKeys?: { [member: string]: string };
  /**
   * Members whose key is made. In several regions it is made once, by the provider's process, and imported everywhere: one private
   * key opens all of them.
   * @uniqueItems true
   */
  created?: string[];
  /**
   * The regions that each member has a key pair in; the configured one when none are given.
   * @minItems 1
   * @uniqueItems true
   */
  regions?: string[];
  /**
   * What the names in the cloud start with, before the member's name: the set's name and `-` when it is not given. A change makes
   * new key pairs first, with the same keys, then removes the old ones.
   */
  keyPairNamePrefix?: string;
  /**
   * Where the private keys of created members are written too: `<member>.pem`, mode 0600. A folder that is not there is made. A file
   * that holds another key is never overwritten, and files are left in place when their key pairs are deleted.
   * @minLength 1
   */
  privateKeyFolder?: string;
  /**
   * How the keys of created members are made. In one region the cloud makes them by default, in several the provider's process does.
   * A change makes new keys.
   */
  keyGeneration?: KeyGeneration;
  /** Values that the keys of created members belong to: a change of any of them makes new keys. To give the first values, or none any more, changes nothing. */
  keepers?: Keepers;
  /** Tags of each key pair. */
  tags?: Tags;
  /** Whether changed tags make each key pair anew (`replace`, the default unless the stack's configuration says otherwise), or are changed in place (`update`). */
  tagChanges?: TagChanges;
  /**
   * The resource group of the key pairs (Alibaba Cloud only). Changed in place.
   * @minLength 1
   */
  resourceGroupId?: string;
  /**
   * What to do about a key pair that has a member's name already: `fail`, `adopt` it when it has the same public key, or `recreate`
   * it (the one that is there is deleted first).
   * @default fail
   */
  onExisting?: OnExisting;
  /**
   * `false`: the private keys of created members are not kept in the stack's state. Needs `privateKeyFolder`.
   * @default true
   */
  savePrivateKeys?: boolean;
  /** Where the key pairs live, when that is not what the stack's configuration says. Its `endpoint` serves all regions of the set. */
  connection?: Connection;
}

/** A key pair of a set: what a `KeyPair` tells, without the private key. */
export interface KeyPairSetMember
  extends Omit<KeyPairOutputs, "privateKey" | "privateKeyOpenssh" | "privateKeyPem"> {
  /** Of the tags that the program gives, those that the key pair has. */
  tags?: Tags;
  /** The resource group of the key pair, if the program gives one (Alibaba Cloud). */
  resourceGroupId?: string;
}

/** What is known of a key pair of a set before it is made. */
export interface KeyPairSetPlannedMember extends Pick<KeyPairSetMember, "keyPairName" | "tags"> {
  /** Of an imported key. */
  fingerprintSha256?: string;
}

/** What a `KeyPairSet` knows beside its arguments. */
export interface KeyPairSetOutputs {
  /** What the names in the cloud start with: the one given, or the set's name and `-`. */
  keyPairNamePrefix: string;
  /** The names of the key pairs in the cloud, sorted. A member has the same name in every region. */
  keyPairNames: string[];
  /** The key pairs, by member and region. */
  keyPairs: { [member: string]: { [region: string]: KeyPairSetMember } };
  /** The private keys of created members, while `savePrivateKeys` is not `false`. A secret. */
  privateKeys: { [member: string]: string };
}

/** The arguments of a set as they are stored once they have been checked. */
export interface CheckedKeyPairSetArgs extends KeyPairSetArgs {
  keyPairNamePrefix: string;
  /** The prefix was made of the set's name, so it stays when the set is renamed in the program. */
  __automaticPrefix?: boolean;
  /** The keys of `publicKeyFolder`, member to OpenSSH line. */
  __folderKeys?: { [member: string]: string };
  /** The key pairs that there will be, so that a preview shows which of them come, change and go. */
  keyPairs?: { [member: string]: { [region: string]: KeyPairSetPlannedMember } };
  /** What the files of `privateKeyFolder` hold now, by member: see `__keyInFile` of a `KeyPair`. */
  __keysInFiles?: { [member: string]: string };
}

/**
 * The key of a created member, which outlives its key pairs. What `privateKeys` has of the member is the private half of this key, and
 * of no other; if it has none, `privateKeyFile` says which file it was written to.
 */
export interface KeyPairSetKey
  extends Pick<KeyPairArgs, "keyGeneration" | "keepers" | "privateKeyFile" | "savePrivateKey"> {
  publicKey: string;
  fingerprintSha256: string;
}

/**
 * What is stored of a key pair of a set beside its facts. `publicKeyBody` is there only if it is not the key that the cloud has.
 */
export interface KeyPairSetNote extends Omit<KeyPairState, keyof KeyPairSetMember> {
  isImported?: boolean;
  /** The private key could not be written to the file that is to hold it alone, so the state holds it still. */
  isKeyUnwritten?: boolean;
}

/** A key pair that another one has taken the place of, and that could not be removed yet. */
export interface KeyPairSetLeftOver {
  member: string;
  region: string;
  /** Without its private key. */
  keyPair: KeyPairState & Pick<KeyPairSetNote, "isKeyUnwritten">;
}

/** What is stored of a set. */
export interface KeyPairSetState
  extends Omit<CheckedKeyPairSetArgs, "keyPairNamePrefix" | "keyPairs" | "__keysInFiles">,
    KeyPairSetOutputs {
  /** By member and region. */
  __notes: { [member: string]: { [region: string]: KeyPairSetNote } };
  /** Of created members. */
  __keys?: { [member: string]: KeyPairSetKey };
  __leftOver?: KeyPairSetLeftOver[];
  /** By fingerprint (SHA-256): private keys of key pairs whose key is not, or no more, that of their member. A secret. */
  __olderPrivateKeys?: { [fingerprint: string]: string };
}

/** The arguments of a `KeyPairAttachment` (Alibaba Cloud). */
export interface KeyPairAttachmentArgs {
  /** The name of the key pair to attach. A change replaces the attachment: the new pair is attached first. */
  keyPairName: string;
  /**
   * The instances, at least one. An instance has one key pair at the most: attaching another takes the place of the one before.
   * A changed list is a change in place.
   * @minItems 1
   * @uniqueItems true
   */
  instanceIds: string[];
  /**
   * Whether running instances are restarted once the key pair is attached, one after the other: they take the key only then. Without
   * it (the default) the resource says which instances take the key at their next restart.
   */
  restartInstances?: boolean;
  /** Where the key pair lives, when that is not what the stack's configuration says. Another place replaces the attachment. */
  connection?: Connection;
}

/** What is stored of an attachment. */
export interface KeyPairAttachmentState extends KeyPairAttachmentArgs {
  /** The instances that this resource attached the key pair to while they ran, and did not restart. */
  pendingRestarts?: string[];
  /** The backend that holds the key pair. */
  backend: BackendName;
  /** The region that holds the key pair. */
  region?: string;
  /** The account that the key pair belongs to, where the cloud tells it. */
  ownerId?: string;
  /** The account by its name in the configuration or the connection. */
  __account?: string;
}

/** What `getKeyPair` looks for. */
export interface GetKeyPairArgs {
  /**
   * The exact name of the key pair.
   * @minLength 1
   */
  keyPairName: string;
  /** Where to look, when that is not what the stack's configuration says. */
  connection?: Connection;
}

/** What `getKeyPairs` looks for: all key pairs that match all that is given. */
export interface GetKeyPairsArgs {
  /** A regular expression (JavaScript, Unicode) that the name matches somewhere. */
  nameRegex?: string;
  /** Tags that the key pair has, with these values. */
  tags?: Tags;
  /** The fingerprint as the cloud gives it. */
  fingerprint?: string;
  /** The resource group of the key pair (Alibaba Cloud). */
  resourceGroupId?: string;
  /** Where to look, when that is not what the stack's configuration says. */
  connection?: Connection;
}

/** What `getPublicKey` reads. */
export interface GetPublicKeyArgs {
  /** A private key in any usual form: PEM (PKCS#1, SEC1, PKCS#8), OpenSSH or .ppk. The last two may be encrypted. */
  privateKey: string;
}

/** What follows from a public key. */
export type PublicKeyFacts = Pick<
  KeyPairOutputs,
  "publicKey" | "keyType" | "keyBits" | "fingerprintMd5" | "fingerprintSha256"
>;

/** What the cloud tells of a key pair. It never tells a private key. */
export interface KeyPairFacts
  extends Omit<KeyPairOutputs, "privateKey" | "privateKeyOpenssh" | "privateKeyPem"> {
  /** The user's tags; system tags are left out. */
  tags?: Tags;
  /** The resource group of the key pair (Alibaba Cloud). */
  resourceGroupId?: string;
  /** Why the public key cannot be read, where the cloud holds a text that is not one single key. What follows from it is empty then. */
  publicKeyProblem?: string;
}

/**
 * The stack's configuration, namespace `keypair`: `pulumi config set keypair:backend alibaba`. Credentials that are not set
 * here come from the places that each cloud's own tools use, and are read when a call is made.
 */
export interface ProviderConfiguration extends Connection {
  /** The access key id, where credentials are not taken from the environment or a profile. */
  accessKeyId?: string;
  /** The access key secret. Set it with `--secret`. */
  accessKeySecret?: string;
  /** The security token of temporary credentials. Set it with `--secret`. */
  securityToken?: string;
  /** What changed tags do where a key pair does not say it itself. */
  tagChanges?: TagChanges;
  /** Tags of each key pair, where the cloud has tags. The key pair's own ones come first. */
  defaultTags?: Tags;
  /** Tags that are not compared, not changed and not removed, even where the program gives them. */
  ignoreTags?: IgnoreTags;
  /**
   * How long one operation may wait and try again, in seconds.
   * @default 600
   * @minimum 1
   * @TJS-type integer
   */
  timeoutSeconds?: number;
}
