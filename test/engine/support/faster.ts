import { join, resolve } from "node:path";

/** Where Node keeps the compiled code of Pulumi's SDK and of the package, so that not every command compiles it again. */
const NODE_COMPILE_CACHE = resolve(__dirname, "../../../.cache/engine/compiled");

/** Variables for each command of the engine, which starts several processes of Node. */
export const FASTER = {
  NODE_COMPILE_CACHE,
  /** Has V8 take that cache, and keeps the compiler away from JavaScript: the file says why. */
  NODE_OPTIONS: `--require ${JSON.stringify(join(__dirname, "preload.cjs"))}`,
  /** The types of a program are checked by a test of their own, not at the start of every command. */
  PULUMI_NODEJS_TRANSPILE_ONLY: "true",
};
