import { defineConfig } from "vitest/config";

let projects = 0;

const project = (name: string, timeoutSeconds: number, options: object = {}) => ({
  test: {
    name,
    // One after the other: they differ in how many workers they take.
    sequence: { groupOrder: projects++ },
    include: [`test/${name}/**/*.test.ts`],
    testTimeout: timeoutSeconds * 1000,
    hookTimeout: timeoutSeconds * 1000,
    ...options,
  },
});

/** Tests that put something in the place of a module, or look at what is loaded: they need a process of their own. */
const ALONE = [
  "core/keyPair/**",
  "core/keyPairSet/checkOnce",
  "core/privateKeyFile",
  "keys/loading",
  "sdk/**",
].map((path) => `test/unit/${path.endsWith("**") ? path : `${path}.test.ts`}`);

const ENGINE = "test/engine/support/setup.ts";

/** Vitest itself leaves one core out. */
const EVERY_CORE = { maxWorkers: "100%" };

// One project a layer, cheapest first: pure functions, then one suite that every backend passes, then the real engine.
export default defineConfig({
  test: {
    projects: [
      // The others share one: to load the modules anew for each file takes longer than the tests.
      project("unit", 30, { ...EVERY_CORE, isolate: false, exclude: ALONE }),
      project("unit-alone", 30, {
        ...EVERY_CORE,
        include: ALONE.map((path) => path.replace("**", "**/*.test.ts")),
      }),
      // They mostly wait: for replies that are lost, for rates, for time-outs. The first run on a machine installs a Nova, and the
      // vendors' SDKs.
      project("contract", 120, { maxWorkers: 6, hookTimeout: 600_000 }),
      // Half of the time they wait too.
      project("engine", 300, { globalSetup: ENGINE, maxWorkers: 3 }),
      // Two stories at a time, in one process: it mostly waits for the engine.
      project("chaos", 300, { globalSetup: ENGINE, maxConcurrency: 2 }),
    ],
  },
});
