// Types of lock.mjs, which is plain JavaScript because it runs before TypeScript can.

/** The pid and start of a process, or undefined when it does not live. Defaults to this process. */
export function processMark(pid?: number): string | undefined;

/** Whether the process that wrote `mark` is still running. */
export function isMarkAlive(mark: string): boolean;

/** Runs `work` while holding the lock file at `path`. Throws a SetupError when `waitMs` were not enough. */
export function withLock<T>(
  path: string,
  options: { readonly waitMs: number; readonly onWait?: (pid: number) => void },
  work: () => Promise<T>,
): Promise<T>;
