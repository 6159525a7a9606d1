import { defineConfig } from "vitest/config";

const project = (name: string, timeoutSeconds: number, options: object = {}) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    testTimeout: timeoutSeconds * 1000,
    hookTimeout: timeoutSeconds * 1000,
    ...options,
  },
});

// One project a layer, cheapest first: pure functions, then one suite that every backend passes, then the real engine.
export default defineConfig({
  test: {
    projects: [
      project("unit", 10),
      project("contract", 120),
      project("engine", 300, { globalSetup: "test/engine/support/setup.ts", maxWorkers: 2 }),
    ],
  },
});
