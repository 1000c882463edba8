// How the suite runs: `npm test` (scripts/test.ts) opens the servers and starts vitest with this.
// Real servers and real processes, so few workers at a time, and a bound on everything that waits.
import { defineConfig } from "vitest/config";
import { ClosingLineReporter } from "./test/kit/closing-line-reporter.ts";

export default defineConfig({
  // As Node itself resolves it: by its "module" field vite would load a second copy of graphql beside
  // the one that the libraries use, and two copies refuse each other's types.
  resolve: { alias: [{ find: /^graphql$/, replacement: "graphql/index.js" }] },
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/kit/global-setup.ts"],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 15_000,
    hookTimeout: 30_000,
    teardownTimeout: 10_000,
    passWithNoTests: false,
    // One `it.only` left behind would turn the whole suite green.
    allowOnly: false,
    // A seed chosen by the runner, so that a failing order or input can be had again.
    sequence: { seed: Number(process.env["TEST_SEED"] ?? 1) },
    reporters: ["default", new ClosingLineReporter()],
  },
});
