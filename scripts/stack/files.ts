// Where a stack keeps what: one folder `stack/` in the data directory, the same for every command that
// shares it, so that its path names the stack on the servers' command lines.
import { mkdirSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { randomSecret, secretAt } from "../secrets.ts";
import type { StackPasswords } from "./accounts.ts";

/** Absolute paths of one stack. */
export interface StackFiles {
  readonly lock: string;
  readonly leases: string;
  readonly ports: string;
  readonly passwords: string;
  readonly binDir: string;
  readonly logs: string;
  /** The directory of one server, by its name. */
  directoryOf(server: string): string;
  logOf(server: string): string;
}

/** The paths of the stack in `dataDir`; makes the folders. Links are resolved: one stack has one name. */
export function stackFiles(dataDir: string): StackFiles {
  mkdirSync(join(dataDir, "stack", "logs"), { recursive: true });
  const folder = realpathSync(join(dataDir, "stack"));
  const logs = join(folder, "logs");
  return {
    lock: join(folder, "stack.lock"),
    leases: join(folder, "leases"),
    ports: join(folder, "ports.json"),
    passwords: join(folder, "passwords"),
    binDir: join(folder, "bin"),
    logs,
    directoryOf: (server) => join(folder, server),
    logOf: (server) => join(logs, `${server}.log`),
  };
}

/** The servers' passwords, made once per stack. */
export function stackPasswords(files: StackFiles): StackPasswords {
  const password = (name: string): string => secretAt(join(files.passwords, name), () => randomSecret(24));
  return {
    root: password("root"),
    migrator: password("migrator"),
    app: password("app"),
    cacheRedis: password("cache-redis"),
    queueRedis: password("queue-redis"),
  };
}
