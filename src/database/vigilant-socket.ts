// A socket to MySQL that notices when the server falls silent: bytes went out and nothing came back
// for too long. It then ends itself with an error, which the driver hands to whatever statement was
// waiting, and the pool replaces the connection. The driver's own ways are worse: its socket timeout
// also fires on idle connections, and destroying a busy one opens another to send a KILL, whose
// failure nobody catches. And it sends what one turn writes as one: statements that travel together are a
// system call for us and a wake-up for the server, not one each.

import { Socket } from "node:net";
import { startDeadline } from "../runtime/deadline.ts";

export class VigilantSocket extends Socket {
  readonly #silenceMs: number;
  #stopWaiting: (() => void) | undefined;
  #isGathering = false;

  constructor(silenceMs: number) {
    super();
    this.#silenceMs = silenceMs;
    this.setNoDelay(true);
    this.setKeepAlive(true);
    this.on("data", () => this.#heard());
    this.on("close", () => this.#heard());
    // Only now: connecting sets `write` back to the original on every socket.
    this.once("connect", () => {
      this.write = this.#gatheredWrite;
    });
  }

  override _write(chunk: unknown, encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    this.#awaitAnswer();
    // oxlint-disable-next-line no-underscore-dangle -- Node's name for what a stream implements
    super._write(chunk, encoding, callback);
  }

  override _writev(
    chunks: { chunk: unknown; encoding: BufferEncoding }[],
    callback: (error?: Error | null) => void,
  ): void {
    this.#awaitAnswer();
    // oxlint-disable-next-line no-underscore-dangle -- the same
    super._writev?.(chunks, callback);
  }

  readonly #gatheredWrite: Socket["write"] = (...given: unknown[]) => {
    if (!this.#isGathering) {
      this.#isGathering = true;
      this.cork();
      process.nextTick(() => {
        this.#isGathering = false;
        this.uncork();
      });
    }
    return super.write(...(given as Parameters<Socket["write"]>));
  };

  /** Starts waiting for an answer, unless one is already awaited. */
  #awaitAnswer(): void {
    const heardBefore = this.bytesRead;
    this.#stopWaiting ??= startDeadline(this.#silenceMs, () => {
      this.#stopWaiting = undefined;
      // Under TLS the answer goes past this socket to the one that wraps it, and only the count shows it.
      if (this.bytesRead === heardBefore) this.destroy(new Error("the server fell silent"));
    });
  }

  #heard(): void {
    this.#stopWaiting?.();
    this.#stopWaiting = undefined;
  }
}
