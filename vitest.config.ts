// How the suite runs: `npm test` (scripts/test.ts) opens the servers and starts vitest with this.
// Real servers and real processes, so few workers at a time, and a bound on everything that waits.
import { defineConfig, type TestProjectInlineConfiguration } from "vitest/config";
import { ClosingLineReporter } from "./test/kit/closing-line-reporter.ts";
import { LongestFirst } from "./test/kit/longest-first.ts";

/** Files that put copies in the place of modules, turn the clock, or weigh the process that they run in. */
const ALONE = ["test/{faults,worker}/**/*.test.ts", "test/edge/limits-of-{bodies,documents}-*.test.ts"];
/** Files that start whole servers or a browser, and say how soon those are ready. */
const HEAVY = ["test/{browser,cdn,process,start}/**/*.test.ts"];

/** What the command line says of it vitest hands to no project: then nothing else is said here. */
const isToldWorkers = process.argv.some((arg) => arg.startsWith("--maxWorkers"));
/** What mostly waits first, with one worker more than there are cores; then those, a worker for each. */
const first = isToldWorkers ? {} : { sequence: { groupOrder: 0 } };
const then = isToldWorkers ? {} : { maxWorkers: 2, sequence: { groupOrder: 1 } };
/** Packages are loaded once a worker: that is most of what a file takes to begin. Our own modules are each file's own. */
const sharing = { isolate: false, setupFiles: ["test/kit/own-modules.ts"] };

export default defineConfig({
  test: {
    globalSetup: ["test/kit/global-setup.ts"],
    projects: [
      project("alone", { include: ALONE, isolate: true, ...first }),
      project("light", { include: ["test/**/*.test.ts"], exclude: [...ALONE, ...HEAVY], ...sharing, ...first }),
      project("heavy", { include: HEAVY, ...sharing, ...then }),
    ],
    maxWorkers: 3,
    teardownTimeout: 10_000,
    passWithNoTests: false,
    // A seed chosen by the runner, so that a failing order or input can be had again.
    sequence: { seed: Number(process.env["TEST_SEED"] ?? 1), sequencer: LongestFirst },
    reporters: ["default", new ClosingLineReporter()],
  },
});

function project(name: string, test: TestProjectInlineConfiguration["test"]): TestProjectInlineConfiguration {
  return {
    // As Node itself resolves it: by its "module" field vite would load a second copy of graphql beside
    // the one that the libraries use, and two copies refuse each other's types.
    resolve: { alias: [{ find: /^graphql$/, replacement: "graphql/index.js" }] },
    test: {
      ...test,
      name,
      pool: "forks",
      // What is young is collected less often: measured, a sixth of a worker's CPU time were collections.
      execArgv: ["--max-semi-space-size=64"],
      // Only against hanging, longer than what a test waits for by itself: how soon something is, tests measure.
      testTimeout: 60_000,
      hookTimeout: 90_000,
      // One `it.only` left behind would turn the whole suite green.
      allowOnly: false,
    },
  };
}
