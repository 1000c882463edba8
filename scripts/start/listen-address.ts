// Where the API will listen, checked before anything is started: a person whose port is taken should
// read that at once, with the name of what holds it, not after a minute of installing.
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { isIPv6 } from "node:net";
import { SetupError } from "../setup-error.ts";
import { isPortFree } from "../stack/ports.ts";

/** HOST and PORT of the API. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

const DEFAULT_HOST = "127.0.0.1";
const DEFAULT_PORT = 4000;
const ANY_OR_LOOPBACK = new Set(["127.0.0.1", "0.0.0.0", "::", "::1", "localhost"]);

/** HOST and PORT of the environment, or 127.0.0.1 and 4000. Throws a SetupError for a PORT that is none. */
export function listenAddressFrom(environment: NodeJS.ProcessEnv): ListenAddress {
  const host = environment["HOST"] || DEFAULT_HOST;
  const text = environment["PORT"] || String(DEFAULT_PORT);
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port < 1 || port > 65_535) {
    throw new SetupError(`PORT must be a number from 1 to 65535, got "${text}"`);
  }
  return { host, port };
}

/** Throws a SetupError that names who listens there, as far as this system tells, and what to do. */
export async function refuseBusyPort({ host, port }: ListenAddress): Promise<void> {
  const isFree = await isPortFree(host, port).catch((error: Error) => {
    throw new SetupError(`Satchel cannot listen on ${host}:${port}: ${error.message}`);
  });
  if (isFree) return;
  const holder = portHolder(port);
  throw new SetupError(
    `Port ${port} is already in use${holder === undefined ? "" : ` by ${holder}`}.\n` +
      `Stop that, or choose another port: PORT=${port === 65_535 ? port - 1 : port + 1} npm start`,
  );
}

/** The address as a browser or curl on this machine reaches it. */
export function originOf({ host, port }: ListenAddress): string {
  if (ANY_OR_LOOPBACK.has(host)) return `http://localhost:${port}`;
  return `http://${isIPv6(host) ? `[${host}]` : host}:${port}`;
}

/** "npm start (pid 123)", where /proc tells; undefined elsewhere and for processes of other users. */
function portHolder(port: number): string | undefined {
  const inodes = new Set(["/proc/net/tcp", "/proc/net/tcp6"].flatMap((table) => listeningInodes(table, port)));
  if (inodes.size === 0) return undefined;
  const pid = numericFolders("/proc").find((candidate) => hasSocket(candidate, inodes));
  if (pid === undefined) return undefined;
  const command = readText(`/proc/${pid}/cmdline`).split("\0").join(" ").trim();
  return `${command.length > 80 ? `${command.slice(0, 77)}...` : command} (pid ${pid})`;
}

/** Inodes of sockets in state LISTEN (0A) on `port`, from the kernel's table. */
function listeningInodes(table: string, port: number): string[] {
  const hexPort = port.toString(16).toUpperCase().padStart(4, "0");
  return readText(table)
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local, , state]) => state === "0A" && local?.endsWith(`:${hexPort}`) === true)
    .flatMap((fields) => fields[9] ?? []);
}

function hasSocket(pid: string, inodes: ReadonlySet<string>): boolean {
  return numericFolders(`/proc/${pid}/fd`).some((fd) => {
    try {
      const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1];
      return inode !== undefined && inodes.has(inode);
    } catch {
      // Closed in the meantime.
      return false;
    }
  });
}

function numericFolders(path: string): string[] {
  try {
    return readdirSync(path).filter((name) => /^\d+$/.test(name));
  } catch {
    // No /proc on this system, or a process of another user.
    return [];
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // As above: then the holder stays unnamed.
    return "";
  }
}
