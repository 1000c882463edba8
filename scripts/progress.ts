// Tells the person at the keyboard about what takes long, and only about that.

/** Takes one line of progress. */
export type Progress = (line: string) => void;

const QUIET_MS = 700;

/** Awaits `work`, and says `line` if it is not done within 0.7 s. */
export async function sayIfSlow<T>(progress: Progress, line: string, work: Promise<T>): Promise<T> {
  const timer = setTimeout(() => progress(line), QUIET_MS);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
  }
}
