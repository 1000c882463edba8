// Picks the private servers' ports: free, per clone, the same at every start while they stay free.
// All lie below 32768, where Linux begins to hand out client ports: above, a connection in TIME_WAIT
// can keep a server from listening.
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { SetupError } from "../setup-error.ts";

const PORT_MIN = 20_000;
const PORT_MAX = 31_999;
const TRIES_MAX = 200;

/** Ports by server name, as kept in a stack's `ports.json`. */
export type ServerPorts = Readonly<Record<string, number>>;

/** The ports chosen earlier; none before the first start. */
export function readPorts(path: string): ServerPorts {
  if (!existsSync(path)) return {};
  return JSON.parse(readFileSync(path, "utf8")) as ServerPorts;
}

/**
 * Gives each of `names` its port from last time, or another where that is taken meanwhile, and keeps them.
 * The named servers must not be running. Called under the stack's lock.
 */
export async function choosePorts(path: string, names: readonly string[]): Promise<ServerPorts> {
  const ports: Record<string, number> = { ...readPorts(path) };
  for (const name of names) {
    const others = new Set(Object.entries(ports).flatMap(([other, port]) => (other === name ? [] : [port])));
    ports[name] = await freePortFrom(ports[name] ?? firstPortFor(path), others);
  }
  writeFileSync(path, `${JSON.stringify(ports, undefined, 2)}\n`);
  return ports;
}

/** Whether a server could listen there now. Throws what the system says about a port that it forbids. */
export function isPortFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") resolve(false);
      else reject(error);
    });
    probe.listen({ host, port, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

/** Where `seedText` (a path) begins to look, so that two clones rarely meet. */
function firstPortFor(seedText: string): number {
  const hash = createHash("sha256").update(seedText).digest().readUInt32BE(0);
  return PORT_MIN + (hash % (PORT_MAX - PORT_MIN + 1));
}

/** The first free port from `start` on, none of `taken`; wraps at the end of the range. */
async function freePortFrom(start: number, taken: ReadonlySet<number>): Promise<number> {
  for (let step = 0; step < TRIES_MAX; step += 1) {
    const port = PORT_MIN + ((start - PORT_MIN + step) % (PORT_MAX - PORT_MIN + 1));
    if (!taken.has(port) && (await isPortFree("127.0.0.1", port))) return port;
  }
  throw new SetupError(`no free port among ${TRIES_MAX} from ${start} on; is something opening ports without end?`);
}
