// Shows how far a long count has come, on stderr: a bar that redraws itself at a terminal, a line now
// and then in a log, nothing at all for what is done within a second.

/** `advance` may be called as often as it likes; `end` leaves the cursor on a fresh line. */
export interface ProgressBar {
  readonly advance: (doneCount: number) => void;
  readonly end: () => void;
}

const BAR_WIDTH = 30;
const QUIET_MS = 1_000;
const REDRAW_MS = 100;
const LINE_MS = 5_000;

/** A bar for `totalCount` things called `what`. Its time begins with the first `advance`. */
export function createProgressBar(
  what: string,
  totalCount: number,
  out: NodeJS.WriteStream = process.stderr,
): ProgressBar {
  let first: { readonly done: number; readonly ms: number } | undefined;
  let shownMs = Number.NEGATIVE_INFINITY;
  let isOpen = false;

  function advance(doneCount: number): void {
    const nowMs = performance.now();
    // The first report sets the mark: a run that carries on starts far from zero.
    first ??= { done: doneCount, ms: nowMs };
    const isLast = doneCount >= totalCount;
    if (nowMs - first.ms < QUIET_MS) return;
    if (!isLast && nowMs - shownMs < (out.isTTY ? REDRAW_MS : LINE_MS)) return;
    shownMs = nowMs;
    const perMs = (doneCount - first.done) / (nowMs - first.ms);
    const left = perMs > 0 && !isLast ? `, ${Math.ceil((totalCount - doneCount) / perMs / 1_000)} s left` : "";
    const text = `${doneCount.toLocaleString("en")} of ${totalCount.toLocaleString("en")} ${what}${left}`;
    isOpen = out.isTTY;
    out.write(out.isTTY ? `\r${bar(doneCount / totalCount)} ${text}\u001B[K` : `${text}\n`);
  }

  return {
    advance,
    end: () => {
      if (isOpen) out.write("\n");
      isOpen = false;
    },
  };
}

function bar(share: number): string {
  const full = Math.round(Math.min(share, 1) * BAR_WIDTH);
  return `[${"#".repeat(full)}${"-".repeat(BAR_WIDTH - full)}]`;
}
