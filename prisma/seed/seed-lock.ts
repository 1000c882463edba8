// One seed at a time in one database: two at once would insert the same players. Whoever comes second
// waits, and then finds done what the first has done.
import { createHash } from "node:crypto";
import type { Connection } from "mariadb";
import { SetupError } from "../../scripts/setup-error.ts";

const WAIT_SECONDS = 600;

/** Runs `work` while this session holds the seed's lock; waits up to ten minutes, telling `progress` that it does. */
export async function withSeedLock<T>(
  connection: Connection,
  progress: (line: string) => void,
  work: () => Promise<T>,
): Promise<T> {
  const name = await lockName(connection);
  if (!(await isLocked(connection, name, 0))) {
    progress("another seed is at work on this database; waiting for it");
    if (!(await isLocked(connection, name, WAIT_SECONDS))) {
      throw new SetupError("another seed has been at work on this database for ten minutes: let it finish or end it");
    }
  }
  try {
    return await work();
  } finally {
    await connection.query("SELECT RELEASE_LOCK(?)", [name]);
  }
}

/** Locks are the server's, not the database's, and their names are short: the database goes in as a hash. */
async function lockName(connection: Connection): Promise<string> {
  const [row] = await connection.query<{ name: string }[]>("SELECT DATABASE() AS name");
  return `satchel_seed_${createHash("sha256")
    .update(row?.name ?? "")
    .digest("hex")
    .slice(0, 16)}`;
}

async function isLocked(connection: Connection, name: string, waitSeconds: number): Promise<boolean> {
  const [row] = await connection.query<{ locked: number | null }[]>("SELECT GET_LOCK(?, ?) AS locked", [
    name,
    waitSeconds,
  ]);
  return row?.locked === 1;
}
