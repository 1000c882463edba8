// A socket to MySQL that notices when the server falls silent: bytes went out and nothing came back
// for too long. It then ends itself with an error, which the driver hands to whatever statement was
// waiting, and the pool replaces the connection. The driver's own ways are worse: its socket timeout
// also fires on idle connections, and destroying a busy one opens another to send a KILL, whose
// failure nobody catches.

import { Socket } from "node:net";

type WriteCallback = (error?: Error | null) => void;

export class VigilantSocket extends Socket {
  readonly #silenceMs: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(silenceMs: number) {
    super();
    this.#silenceMs = silenceMs;
    this.setNoDelay(true);
    this.setKeepAlive(true);
    this.on("data", () => this.#heard());
    this.on("close", () => this.#heard());
  }

  /** Starts waiting for an answer, unless one is already awaited. */
  override write(chunk: Uint8Array | string, callback?: WriteCallback): boolean;
  override write(chunk: Uint8Array | string, encoding?: BufferEncoding, callback?: WriteCallback): boolean;
  override write(chunk: Uint8Array | string, ...rest: never[]): boolean {
    this.#timer ??= setTimeout(() => this.#giveUp(), this.#silenceMs);
    return super.write(chunk, ...rest);
  }

  #heard(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #giveUp(): void {
    const expired = this.#timer;
    // A stall of our own event loop lets timers fire before the sockets are read: look once more
    // before calling a healthy server dead.
    setImmediate(() => {
      if (this.#timer === expired) this.destroy(new Error("the server fell silent"));
    });
  }
}
