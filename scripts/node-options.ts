// What Node is told when it runs the server: in `npm start`, in `npm run serve` (package.json says the same) and in
// the bench, which measures what is deployed.

/**
 * A bound on the heap, in MB. Besides what it bounds, V8 lets a heap that may become large grow to four times what
 * lives in it before it collects, and one of a gigabyte to less than twice. And more room for what is young: requests
 * in flight outlive V8's own 16 MB at a few hundred connections, and are copied about.
 */
export const serverNodeOptions: readonly string[] = ["--max-old-space-size=1024", "--max-semi-space-size=32"];
