import type { BackendRules } from "../../core/backend";
import { ecsRules } from "../ecsRules";
import { refuseFolder } from "./disk";

/** The store, where the connection names none: relative to the Pulumi project. */
export const DEFAULT_PATH = ".keypair/local.sqlite";
/** The store's one region, where the connection names none. */
export const DEFAULT_REGION = "local";

/** The local store behaves like ECS, but takes every type of key: nothing here has to log in with it. */
export const rules: BackendRules = ecsRules({
  backend: "local",
  connectionKeys: ["backend", "region", "path"],
  accountKey: "path",
  account: (path = DEFAULT_PATH) => path,
  ambientConnection: () => ({ region: DEFAULT_REGION }),
  regionOfAccount: () => undefined,
  checkPublicKey: () => undefined,
  checkPlace({ path }) {
    if (path !== undefined) refuseFolder(path);
  },
});
