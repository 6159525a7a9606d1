/** The keys of the configuration (namespace `keypair`) that say where key pairs live. */
export const CONNECTION_KEYS = ["backend", "region", "endpoint", "profile", "cloud", "path"] as const;

/** The other keys of the configuration. */
export const OTHER_KEYS = [
  "accessKeyId",
  "accessKeySecret",
  "securityToken",
  "tagChanges",
  "defaultTags",
  "ignoreTags",
  "timeoutSeconds",
] as const;

/** The keys whose values are secrets. */
export const SECRET_SETTINGS: readonly string[] = ["accessKeySecret", "securityToken"];
