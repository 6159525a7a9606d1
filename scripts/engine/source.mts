// A way to get an engine that is not there yet.

import type { Progress } from "./progress.mts";

export interface Source {
  /** As it reads in messages: "official download". */
  name: string;
  /** Puts the files of an engine into `<root>/bin`; throws when it cannot. */
  install(root: string, context: SourceContext): Promise<void>;
}

export interface SourceContext {
  env: NodeJS.ProcessEnv;
  signal: AbortSignal;
  /** An empty folder for whatever is needed on the way; removed afterwards. */
  work: string;
  progress: Progress;
}
