import { defineConfig } from "vitest/config";

/** @param group  One after the other; those of one group side by side. */
const project = (name: string, group: number, timeoutSeconds: number, options: object = {}) => ({
  test: {
    name,
    sequence: { groupOrder: group },
    include: [`test/${name}/**/*.test.ts`],
    testTimeout: timeoutSeconds * 1000,
    hookTimeout: timeoutSeconds * 1000,
    // Where Python may not keep bytecode, each start of a vendor's SDK compiles it again.
    env: { PYTHONDONTWRITEBYTECODE: "" },
    ...options,
  },
});

/** Tests that put something in the place of a module, or look at what is loaded: they need a process of their own. */
const ALONE = [
  "core/keyPair/**",
  "core/keyPairSet/checkOnce",
  "core/nodeVersion",
  "core/privateKeyFile",
  "keys/loading",
  "sdk/**",
].map((path) => `test/unit/${path.endsWith("**") ? path : `${path}.test.ts`}`);

const ENGINE = "test/engine/support/setup.ts";

/** Vitest itself leaves one core out. */
const EVERY_CORE = { maxWorkers: "100%" };
/** For tests that mostly wait: for replies that are lost, for rates, for time-outs. */
const MANY = { maxWorkers: 8 };

// One project a layer, cheapest first: pure functions, then one suite that every backend passes, then the real engine.
export default defineConfig({
  test: {
    projects: [
      // The others share one: to load the modules anew for each file takes longer than the tests.
      project("unit", 1, 30, { ...EVERY_CORE, isolate: false, exclude: ALONE }),
      project("unit-alone", 2, 30, {
        ...EVERY_CORE,
        include: ALONE.map((path) => path.replace("**", "**/*.test.ts")),
      }),
      // The first run on a machine installs a Nova, and the vendors' SDKs.
      project("contract", 3, 120, { ...MANY, hookTimeout: 600_000 }),
      // Two stories at a time, in one process: it mostly waits for the engine.
      project("chaos", 3, 300, { ...MANY, globalSetup: ENGINE, maxConcurrency: 2 }),
      // Half of the time these wait too. The first run on a machine compiles Pulumi's language hosts.
      project("engine", 4, 300, { globalSetup: ENGINE, maxWorkers: 3, hookTimeout: 900_000 }),
    ],
  },
});
