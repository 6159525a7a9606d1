import type { BackendRules } from "../../core/backend";
import { ecsRules } from "../ecsRules";

/** The store's one region, where the connection names none. */
export const DEFAULT_REGION = "local";

/** The local store behaves like ECS, but takes every type of key: nothing here has to log in with it. */
export const rules: BackendRules = ecsRules({
  backend: "local",
  connectionKeys: ["backend", "region", "path"],
  ambientConnection: () => ({ region: DEFAULT_REGION }),
  checkPublicKey: () => undefined,
});
