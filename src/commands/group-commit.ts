// Group commit: commands that arrive while transactions are out collect, and leave together in one. A
// command that finds nothing out leaves at the end of its turn of the event loop; under load a handful of
// transactions carries thousands of commands, and one fsync pays for hundreds of them.
//
// Bounds: commands waiting, commands and lines per group, groups out, and a deadline for each command.
// Commands of one actor never overtake one another, and those that share a player are never out in two
// groups. A command whose rows somebody else holds is skipped and tried again, and at last waits for them
// in a group with its like, so that it holds up nobody. A group that fails is tried again on another
// connection, then split until the failing command stands alone.

import { overloaded, unavailable } from "../errors.ts";
import { startDeadline } from "../runtime/deadline.ts";
import { createBreaker } from "../runtime/breaker.ts";
import { limits } from "../runtime/limits.ts";
import type { Metrics } from "../runtime/metrics.ts";
import type { Command } from "./command.ts";
import { isContention, isOutageOfDatabase, isRetryable, refusalAfter } from "./failure.ts";
import type { CommandAnswer, Verdict } from "./group.ts";
import { isReady, nextGroup, type Waiting } from "./waiting.ts";

export interface GroupCommit {
  /**
   * Resolves once the command's outcome is durable, first answer or replay. Rejects with a coded
   * GraphQLError: a wrong key, 503 where it could not be done or told in time; anything else is a bug.
   */
  submit(command: Command): Promise<CommandAnswer>;
  /** Resolves when no command is waiting or out. */
  idle(): Promise<void>;
}

/** One transaction; verdicts in the order of the commands. Throws where it failed as a whole. */
export type RunGroup = (
  commands: readonly Command[],
  options: {
    /** Players whose rows are waited for; the others' are skipped where somebody holds them. */
    readonly waitFor: ReadonlySet<bigint>;
    /** Told right before COMMIT is sent: from then on an error says nothing about the outcome. */
    readonly onCommit: () => void;
  },
) => Promise<Verdict[]>;

/** A command on its way. */
interface Pending extends Waiting {
  readonly resolve: (answer: CommandAnswer) => void;
  readonly reject: (error: Error) => void;
  /** Let in to try whether MySQL is back: it does not wait until it is. */
  readonly isProbe: boolean;
  isSettled: boolean;
  isOut: boolean;
  /** COMMIT has been sent for it once, and its answer is not known. */
  isOutcomeOpen: boolean;
  failures: number;
  lastError: unknown;
}

/** What the latest group counts in the mean. */
const USUAL_SHARE = 0.2;

export function createGroupCommit({
  run,
  metrics,
}: {
  readonly run: RunGroup;
  readonly metrics: Metrics;
}): GroupCommit {
  let queue: Pending[] = [];
  const playersOut = new Set<bigint>();
  const out = { groups: 0, patient: 0 };
  const breaker = createBreaker();
  /** How long a group that waits for no rows takes, a moving mean. */
  let usualMs = 0;
  let scheduled = false;
  let wakeUp: NodeJS.Timeout | undefined;
  const idleListeners: (() => void)[] = [];

  const submit = (command: Command): Promise<CommandAnswer> => {
    if (queue.length >= limits.commandsWaitingMax) return Promise.reject(overloaded());
    // One at a time finds out whether MySQL is back.
    const isTrying = queue.length + out.groups > 0;
    if (breaker.isOpen() && (isTrying || breaker.isResting())) return Promise.reject(unavailable());
    return new Promise((resolve, reject) => {
      queue.push(newPending(command, resolve, reject));
      metrics.commandsWaiting.set(queue.length);
      schedule();
    });
  };

  const newPending = (
    command: Command,
    onAnswer: (answer: CommandAnswer) => void,
    onError: (error: Error) => void,
  ): Pending => {
    const settle = <T>(tell: (value: T) => void) => {
      return (value: T) => {
        if (pending.isSettled) return;
        pending.isSettled = true;
        cancelDeadline();
        tell(value);
      };
    };
    const pending: Pending = {
      command,
      readySinceMs: performance.now(),
      resolve: settle(onAnswer),
      reject: settle(onError),
      isProbe: breaker.isOpen(),
      isSettled: false,
      isOut: false,
      isOutcomeOpen: false,
      deferrals: 0,
      heldUpBy: [],
      failures: 0,
      lastError: undefined,
      companyMax: limits.groupCommandsMax,
    };
    const cancelDeadline = startDeadline(limits.commandMs, () => {
      // Out, it may yet be committed.
      pending.reject(refusalAfter(pending.lastError, pending.isOutcomeOpen || pending.isOut));
      schedule();
    });
    return pending;
  };

  /** At the end of the turn: every command whose bytes have already arrived has its say. */
  const schedule = () => {
    if (scheduled) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      dispatch();
    });
  };

  const dispatch = () => {
    queue = queue.filter(({ isSettled }) => !isSettled);
    while (out.groups < limits.groupsInFlightMax) {
      const { group, waitFor } = nextGroup(queue, { playersOut, mayWait: out.patient < limits.groupsPatientMax });
      const pace = { groupsOut: out.groups - out.patient, overtakeMs: overtakeMs() };
      if (group.length === 0 || !(waitFor.size > 0 || isReady(group, pace))) break;
      const taken = new Set<Waiting>(group);
      queue = queue.filter((pending) => !taken.has(pending));
      void send(group, waitFor);
    }
    metrics.commandsWaiting.set(queue.length);
    // For those that wait for a time, and not for a group to return.
    clearTimeout(wakeUp);
    if (queue.length > 0) wakeUp = setTimeout(dispatch, overtakeMs());
    if (queue.length === 0 && out.groups === 0) for (const tell of idleListeners.splice(0)) tell();
  };

  /** A group that takes longer than they do these days is not waited for; on a slow machine all take longer. */
  const overtakeMs = () => Math.min(Math.max(usualMs, limits.groupOvertakeMsMin), limits.groupOvertakeMsMax);

  const send = async (group: readonly Pending[], waitFor: ReadonlySet<bigint>): Promise<void> => {
    const players = new Set(group.flatMap(({ command }) => command.playerIds));
    for (const playerId of players) playersOut.add(playerId);
    const openBefore = group.map(({ isOutcomeOpen }) => isOutcomeOpen);
    for (const pending of group) pending.isOut = true;
    out.groups += 1;
    out.patient += waitFor.size > 0 ? 1 : 0;
    metrics.groupCommands.observe(group.length);
    const startedAtMs = performance.now();
    const onCommit = () => {
      for (const pending of group) pending.isOutcomeOpen = true;
    };
    try {
      const verdicts = await run(
        group.map(({ command }) => command),
        { waitFor, onCommit },
      );
      breaker.close();
      take(group, verdicts, openBefore);
    } catch (error) {
      fail(group, error);
    } finally {
      const tookMs = performance.now() - startedAtMs;
      metrics.groupSeconds.observe(tookMs / 1000);
      if (waitFor.size === 0) usualMs += (tookMs - usualMs) * USUAL_SHARE;
      for (const playerId of players) playersOut.delete(playerId);
      out.groups -= 1;
      out.patient -= waitFor.size > 0 ? 1 : 0;
      schedule();
    }
  };

  const take = (group: readonly Pending[], verdicts: readonly Verdict[], openBefore: readonly boolean[]) => {
    const deferred: Pending[] = [];
    for (const [place, pending] of group.entries()) {
      const verdict = verdicts[place]!;
      pending.isOut = false;
      // This group decided nothing about what an earlier one may have done.
      pending.isOutcomeOpen = openBefore[place]! && verdict.kind === "deferred";
      if (verdict.kind === "failed") pending.reject(verdict.error);
      else if (verdict.kind === "answered") {
        // What our own lost COMMIT did is no earlier request's.
        const { answer } = verdict;
        pending.resolve(openBefore[place]! ? { ...answer, replayed: false } : answer);
      } else {
        pending.deferrals += 1;
        pending.heldUpBy = verdict.heldUpBy;
        deferred.push(pending);
      }
    }
    again(deferred);
  };

  const fail = (group: readonly Pending[], error: unknown) => {
    const isOutage = isOutageOfDatabase(error);
    metrics.groupFailures.inc({ cause: isOutage ? "outage" : isContention(error) ? "contention" : "other" });
    if (isOutage) breaker.countOutage();
    const isHopeless = !isRetryable(error) && group.length === 1;
    for (const pending of group) {
      pending.isOut = false;
      pending.lastError = error;
      pending.failures += 1;
      if (isHopeless) pending.reject(error as Error);
      else if (isOutage && pending.isProbe && !pending.isOutcomeOpen) pending.reject(refusalAfter(error, false));
      else if (!isOutage && (pending.failures > limits.groupFailuresMax || !isRetryable(error))) {
        pending.companyMax = Math.max(1, group.length >> 1);
      }
    }
    if (!isHopeless) again(group);
  };

  /** In the order in which they were taken, in front of those that came later. */
  const again = (group: readonly Pending[]) => {
    const readySinceMs = performance.now() + limits.commandRetryMs;
    for (const pending of group) pending.readySinceMs = readySinceMs;
    queue = [...group, ...queue];
  };

  return {
    submit,
    idle: () =>
      new Promise((resolve) => {
        idleListeners.push(resolve);
        schedule();
      }),
  };
}
