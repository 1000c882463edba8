// Shows how far a long count has come, on stderr: a bar that redraws itself at a terminal, a line now
// and then in a log.

/** `advance` may be called as often as it likes; `end` leaves the cursor on a fresh line. */
export interface ProgressBar {
  readonly advance: (doneCount: number) => void;
  readonly end: () => void;
}

const BAR_WIDTH = 30;
const REDRAW_MS = 100;
const LINE_MS = 5_000;

/** A bar for `totalCount` things called `what`. Draws nothing before the first `advance`. */
export function createProgressBar(what: string, totalCount: number, out: NodeJS.WriteStream = process.stderr): ProgressBar {
  const startedMs = performance.now();
  let firstDone: number | undefined;
  let shownMs = Number.NEGATIVE_INFINITY;
  let isOpen = false;

  function advance(doneCount: number): void {
    firstDone ??= doneCount;
    const nowMs = performance.now();
    const isLast = doneCount >= totalCount;
    if (!isLast && nowMs - shownMs < (out.isTTY ? REDRAW_MS : LINE_MS)) return;
    shownMs = nowMs;
    // The first report sets the mark: a run that carries on starts far from zero.
    const perMs = (doneCount - firstDone) / (nowMs - startedMs);
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
