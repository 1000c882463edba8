// Runs once in vitest's own process before any test: refuses a run without servers, compiles the server
// for the tests that start it as a process, and ends the run when `npm test` is gone (kill -9), since nobody
// would remove what it leaves.
import { compileServer } from "./compiled-server.ts";

const PARENT_POLL_MS = 500;

/** Called by vitest. */
export function setup(): void {
  if (process.env["SATCHEL_TEST_ADMIN_DATABASE_URL"] === undefined) {
    throw new Error("The tests need their private servers: run `npm test`, or `npm test -- <file>` for one file.");
  }
  compileServer();
  const parent = process.ppid;
  setInterval(() => {
    // `npm test` made this process the leader of a group: the group is all that the run started.
    if (process.ppid !== parent) process.kill(-process.pid, "SIGTERM");
  }, PARENT_POLL_MS).unref();
}
