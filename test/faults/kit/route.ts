// The way of one process to one of its servers, MySQL or Redis, as a TCP proxy that can be slow, silent, gone or mad,
// and that can hold a COMMIT, or its answer, at the very moment at which a test wants to act.

import { randomBytes } from "node:crypto";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

export interface Route {
  /** The target's URL, through the route. */
  readonly url: string;
  /** Everything passes again; what was cut may be opened anew. */
  mend(): void;
  /** Cuts every connection and refuses new ones. */
  cut(): void;
  /** Answers are as many bytes of something else. */
  garble(): void;
  /** Each part of an answer comes up to so much later; in order still. */
  slow(msMax: number): void;
  /** Each COMMIT is handed on so much later. */
  slowCommits(ms: number): void;
  /** Resolves when a COMMIT has come; it is handed on by what it resolves to. As all three, rejects when none comes. */
  holdCommit(): Promise<HandOn>;
  /** Resolves when a COMMIT has been answered; nobody ever gets that answer. */
  commitDone(): Promise<unknown>;
  /** Resolves when a COMMIT has been handed on. */
  commitSent(): Promise<unknown>;
  close(): Promise<void>;
}

/** Given `onAnswer`, the answer is kept back, and that is called when it comes. */
export type HandOn = (onAnswer?: () => void) => void;

interface Trap {
  readonly kind: "hold" | "answer" | "sent";
  readonly sprung: (handOn: HandOn) => void;
}

/** Only against hanging: writes wait for their turn, and that on a slow machine. */
const COMMIT_MS_MAX = 60_000;
const COMMIT = Buffer.from([7, 0, 0, 0, 3, ...Buffer.from("COMMIT")]);

export async function openRoute(targetUrl: string): Promise<Route> {
  const target = new URL(targetUrl);
  const sockets = new Set<Socket>();
  let isCut = false;
  let isMad = false;
  let slowMsMax = 0;
  let commitMs = 0;
  let trap: Trap | null = null;
  const setTrap = (kind: Trap["kind"]) =>
    new Promise<HandOn>((resolve, reject) => {
      const timer = setTimeout(() => {
        trap = null;
        reject(new Error(`waited ${COMMIT_MS_MAX} ms: no COMMIT came`));
      }, COMMIT_MS_MAX);
      const sprung = (handOn: HandOn) => {
        clearTimeout(timer);
        resolve(handOn);
      };
      trap = { kind, sprung };
    });

  const server = createServer((client) => {
    if (isCut) {
      client.destroy();
      return;
    }
    const upstream = connect(Number(target.port), target.hostname);
    client.setNoDelay(true);
    upstream.setNoDelay(true);
    /** Told when the answer to a COMMIT comes, which is then kept back. */
    let onAnswer: (() => void) | null = null;
    const toServer = inOrder(upstream);
    const toClient = inOrder(client);
    client.on("data", (bytes: Buffer) => {
      if (!bytes.includes(COMMIT)) {
        toServer(bytes);
        return;
      }
      const sprung = trap;
      trap = null;
      if (sprung?.kind === "hold") {
        const handedOn = new Promise<void>((resolve) => {
          sprung.sprung((answered) => {
            if (answered !== undefined) onAnswer = answered;
            resolve();
          });
        });
        toServer(bytes, handedOn);
      } else toServer(bytes, commitMs > 0 ? delay(commitMs) : undefined);
      if (sprung?.kind === "answer") onAnswer = () => sprung.sprung(NOTHING);
      if (sprung?.kind === "sent") sprung.sprung(NOTHING);
    });
    upstream.on("data", (bytes: Buffer) => {
      if (onAnswer !== null) {
        onAnswer();
        return;
      }
      toClient(isMad ? randomBytes(bytes.length) : bytes, slowMsMax > 0 ? delay(Math.random() * slowMsMax) : undefined);
    });
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.on("end", () => to.end());
      // A cut is what the test asked for.
      from.on("error", () => to.destroy());
      from.on("close", () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = new URL(targetUrl);
  url.hostname = "127.0.0.1";
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    mend() {
      isCut = false;
      isMad = false;
      slowMsMax = 0;
      commitMs = 0;
    },
    cut() {
      isCut = true;
      for (const socket of sockets) socket.destroy();
    },
    garble: () => void (isMad = true),
    slow: (msMax) => void (slowMsMax = msMax),
    slowCommits: (ms) => void (commitMs = ms),
    holdCommit: () => setTrap("hold"),
    commitDone: () => setTrap("answer"),
    commitSent: () => setTrap("sent"),
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const NOTHING = (): void => undefined;

/** Writes at once, or after `wait`, and never before what was given earlier. */
function inOrder(to: Socket): (bytes: Buffer, wait?: Promise<unknown>) => void {
  let tail: Promise<unknown> | null = null;
  return (bytes, wait) => {
    if (tail === null && wait === undefined) {
      to.write(bytes);
      return;
    }
    const mine: Promise<unknown> = Promise.all([tail, wait]).then(() => {
      to.write(bytes);
      if (tail === mine) tail = null;
    });
    tail = mine;
  };
}
