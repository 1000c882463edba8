// A process that holds a share of the flood's connections. On each it asks once as soon as it is open, and once more when
// told to: then it writes all requests before it reads any answer. What came of it goes to the parent.

import { connect, type Socket } from "node:net";

/** From the parent, once. */
export interface FloodShare {
  readonly port: number;
  /** Addresses of this machine: one alone has not enough client ports. */
  readonly hosts: readonly string[];
  readonly connectionCount: number;
  /** Connections that are being opened at the same time. */
  readonly openingMax: number;
  /** Whole HTTP requests; each connection has one of them. */
  readonly requests: readonly string[];
  readonly waitMsMax: number;
}

/** What a round came to. */
export interface FloodRound {
  readonly kind: "opened" | "written" | "answered";
  readonly answered: number;
  /** Answers that are not 200, or hold errors. */
  readonly wrong: number;
  /** Connections that broke. */
  readonly broken: number;
  /** Still without an answer when the time was up. */
  readonly late: number;
}

interface Line {
  readonly socket: Socket;
  readonly request: string;
  received: Buffer;
  onAnswer: ((isRight: boolean | null) => void) | null;
}

const HEAD_END = Buffer.from("\r\n\r\n");

process.once("message", (share: FloodShare) => void serve(share));
process.on("disconnect", () => process.exit(0));

async function serve(share: FloodShare): Promise<void> {
  const lines: Line[] = [];
  let next = 0;
  const opening = Array.from({ length: share.openingMax }, async () => {
    const outcomes: Outcome[] = [];
    while (next < share.connectionCount) {
      const place = next;
      next += 1;
      const line = await open(share, place);
      if (line === null) outcomes.push("broken");
      else {
        lines.push(line);
        const answered = answerOf(line, share.waitMsMax);
        line.socket.write(line.request);
        outcomes.push(await answered);
      }
    }
    return outcomes;
  });
  process.send!(roundOf("opened", (await Promise.all(opening)).flat()));
  process.on("message", () => void ask(lines, share.waitMsMax));
}

async function ask(lines: readonly Line[], waitMsMax: number): Promise<void> {
  const outcomes = lines.map((line) => answerOf(line, waitMsMax));
  for (const { socket, request } of lines) socket.write(request);
  process.send!(roundOf("written", []));
  process.send!(roundOf("answered", await Promise.all(outcomes)));
}

type Outcome = "right" | "wrong" | "broken" | "late";

function roundOf(kind: FloodRound["kind"], outcomes: readonly Outcome[]): FloodRound {
  const count = (outcome: Outcome) => outcomes.filter((each) => each === outcome).length;
  return { kind, answered: count("right"), wrong: count("wrong"), broken: count("broken"), late: count("late") };
}

/** Null where it is refused. */
function open({ port, hosts, requests }: FloodShare, place: number): Promise<Line | null> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: hosts[place % hosts.length]!, noDelay: true });
    const request = requests[place % requests.length]!;
    const line: Line = { socket, request, received: Buffer.alloc(0), onAnswer: null };
    socket.once("connect", () => resolve(line));
    socket.on("error", () => undefined);
    socket.on("close", () => {
      line.onAnswer?.(null);
      resolve(null);
    });
    socket.on("data", (part) => {
      line.received = line.received.length === 0 ? part : Buffer.concat([line.received, part]);
      const isRight = judged(line.received);
      if (isRight === null) return;
      line.received = Buffer.alloc(0);
      line.onAnswer?.(isRight);
    });
  });
}

function answerOf(line: Line, waitMsMax: number): Promise<Outcome> {
  return new Promise((resolve) => {
    if (line.socket.destroyed) {
      resolve("broken");
      return;
    }
    const timer = setTimeout(() => resolve("late"), waitMsMax);
    line.onAnswer = (isRight) => {
      line.onAnswer = null;
      clearTimeout(timer);
      resolve(isRight === null ? "broken" : isRight ? "right" : "wrong");
    };
  });
}

/** Null while it is not whole. */
function judged(received: Buffer): boolean | null {
  const headEnd = received.indexOf(HEAD_END);
  if (headEnd === -1) return null;
  const head = received.toString("latin1", 0, headEnd);
  const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
  if (received.length < headEnd + HEAD_END.length + length) return null;
  return head.startsWith("HTTP/1.1 200") && !received.includes('"errors":');
}
