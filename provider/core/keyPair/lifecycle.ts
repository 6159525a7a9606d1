export { backendOfState, type LifecycleContext, MadeInRun } from "../resource/contract";
export { createKeyPair, type Outcome } from "./create";
export { deleteKeyPair } from "./delete";
export { readKeyPair } from "./read";
export { isMadeSince, keyOutputs, recordOutputs } from "./state";
export { updateKeyPair } from "./update";
