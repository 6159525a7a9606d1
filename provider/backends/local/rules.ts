import type { BackendRules } from "../../core/backend";
import { ecsRules } from "../ecsRules";

/** The local store behaves like ECS, but takes every type of key: nothing here has to log in with it. */
export const rules: BackendRules = ecsRules({
  backend: "local",
  connectionKeys: ["backend", "region", "path"],
  ambientConnection: () => ({}),
  checkPublicKey: () => undefined,
});
