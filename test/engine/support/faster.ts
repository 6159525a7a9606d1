import { join, resolve } from "node:path";

/** Of Pulumi's SDK and the package: Node need not compile for every command what no command changes. */
const NODE_COMPILE_CACHE = resolve(__dirname, "../../../.cache/engine/compiled");

/** Variables for each command of the engine, which starts two processes of Node. */
export const FASTER = {
  NODE_COMPILE_CACHE,
  /** Without this, half of that cache is refused, a different half in each of the two processes. */
  NODE_OPTIONS: `--require ${JSON.stringify(join(__dirname, "v8Flags.cjs"))}`,
  /** The types of a program are checked by a test of their own, not at the start of every command. */
  PULUMI_NODEJS_TRANSPILE_ONLY: "true",
};
