export { backendOfState, type LifecycleContext } from "./context";
export { createKeyPair, type Outcome } from "./create";
export { deleteKeyPair } from "./delete";
export { readKeyPair } from "./read";
export { keyOutputs, recordOutputs } from "./state";
export { updateKeyPair } from "./update";
