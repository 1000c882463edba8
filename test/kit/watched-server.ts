// The server as src/main.ts starts it, for tests that watch it from outside: at SIGUSR2 it collects its
// garbage and says what it still holds, which is held for good; TEST_LIMITS (JSON) shortens its waits.

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { limits } from "../../src/runtime/limits.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;
let asked = 0;
process.on("SIGUSR2", () => {
  collectGarbage();
  // What the first round finalises is free only in the second.
  setImmediate(() => {
    collectGarbage();
    const { heapUsed, external } = process.memoryUsage();
    asked += 1;
    process.stdout.write(`held ${asked}: ${heapUsed + external} bytes\n`);
  });
});

Object.assign(limits, JSON.parse(process.env["TEST_LIMITS"] ?? "{}"));
// After the limits are what they shall be: some are read while modules load.
await import("../../src/main.ts");
