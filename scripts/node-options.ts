// What Node is told when it runs the server: in `npm start`, in `npm run serve` (package.json says the same) and in
// the bench, which measures what is deployed.

/**
 * More room for what is young, in MB: requests in flight outlive V8's own 16 at a few hundred connections, and are
 * copied about. And all of it at once: V8 begins with one, goes back there in each quiet minute, and grows only by what
 * survives, which of answers that are kept is nearly nothing; the first seconds of a burst would collect all the time.
 * It is collected by the thread that stands still for it anyway: there is a process for each core, so helpers would
 * only take time from the others, and are waited for.
 */
export const youngSpaceOptions: readonly string[] = [
  "--max-semi-space-size=64",
  "--min-semi-space-size=64",
  "--no-parallel-scavenge",
];

/**
 * A bound on the heap, in MB. Besides what it bounds, V8 lets a heap that may become large grow to four times what
 * lives in it before it collects, and one of a gigabyte to less than twice.
 */
export const serverNodeOptions: readonly string[] = ["--max-old-space-size=1024", ...youngSpaceOptions];
