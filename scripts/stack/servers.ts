// Which servers a stack consists of, once the programs that they need are there. What is given by URL is
// not started, and its programs need not be installed.
import type { Progress } from "../progress.ts";
import type { StackPasswords, StackPurpose } from "./accounts.ts";
import type { StackFiles } from "./files.ts";
import { mariadbServer } from "./mariadb.ts";
import { mysqlServer } from "./mysql.ts";
import { ensurePrograms, type InstallConsent } from "./packages.ts";
import type { ProgramKind, Programs } from "./programs.ts";
import { type RedisRole, redisServer } from "./redis.ts";
import type { PrivateServer } from "./server.ts";

/** What of a stack is to be private. */
export interface WantedServers {
  readonly database: "mariadb" | "mysql" | undefined;
  readonly cacheRedis: boolean;
  readonly queueRedis: boolean;
}

interface Context {
  readonly wanted: WantedServers;
  readonly purpose: StackPurpose;
  readonly installConsent: InstallConsent;
  readonly files: StackFiles;
  readonly passwords: StackPasswords;
  readonly progress: Progress;
}

/** The wanted servers, none of them started. Installs programs as far as consent goes; throws a SetupError beyond. */
export async function describeServers(context: Context): Promise<PrivateServer[]> {
  const { wanted, files, installConsent, progress } = context;
  const needed = neededPrograms(wanted);
  const programs = await ensurePrograms({ needed, binDir: files.binDir, consent: installConsent, progress });
  return [
    ...(wanted.database === undefined ? [] : [describeDatabase(wanted.database, programs, context)]),
    ...(wanted.cacheRedis ? [describeRedis("cache", programs, context)] : []),
    ...(wanted.queueRedis ? [describeRedis("queue", programs, context)] : []),
  ];
}

/** MySQL's programs are not among them: test-mysql.ts has unpacked those. */
function neededPrograms({ database, cacheRedis, queueRedis }: WantedServers): ProgramKind[] {
  const needed: ProgramKind[] = [];
  if (database === "mariadb") needed.push("mariadb");
  if (cacheRedis || queueRedis) needed.push("redis");
  return needed;
}

function describeDatabase(
  name: "mariadb" | "mysql",
  programs: Programs,
  { files, passwords, purpose }: Context,
): PrivateServer {
  const options = { directory: files.directoryOf(name), logPath: files.logOf(name), passwords, purpose };
  return name === "mysql" ? mysqlServer(options) : mariadbServer(options, programs);
}

function describeRedis(role: RedisRole, programs: Programs, { files, passwords }: Context): PrivateServer {
  const name = `${role}-redis`;
  return redisServer({
    role,
    program: programs.redis ?? "redis-server",
    directory: files.directoryOf(name),
    logPath: files.logOf(name),
    password: role === "cache" ? passwords.cacheRedis : passwords.queueRedis,
  });
}
