// Deadlines count the life of our own event loop. A stall (here: a busy loop) lets the wall clock run
// past them while answers already wait in the sockets; nobody is to be declared dead for that.

import { createServer, type AddressInfo } from "node:net";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { expect, it } from "vitest";
import { VigilantSocket } from "../../src/database/vigilant-socket.ts";
import { startDeadline, withDeadline } from "../../src/runtime/deadline.ts";

const DEADLINE_MS = 200;
const SHORT_DEADLINE_MS = 25;
const STALL_MS = 1_000;

it("lets work win that needs some turns of the loop after a stall longer than the deadline", async () => {
  const work = (async () => {
    for (let turn = 0; turn < 3; turn += 1) await delay(10);
    return "answered";
  })();
  const settled = withDeadline(work, DEADLINE_MS, () => new Error("late"));
  stall(STALL_MS);
  expect(await settled).toBe("answered");
});

it("gives work under a short deadline some turns of the loop, however long each takes", async () => {
  const work = (async () => {
    for (let turn = 0; turn < 3; turn += 1) {
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
      stall(SHORT_DEADLINE_MS * 2);
    }
    return "answered";
  })();
  expect(await withDeadline(work, SHORT_DEADLINE_MS, () => new Error("late"))).toBe("answered");
  const silence = withDeadline(new Promise(() => undefined), SHORT_DEADLINE_MS, () => new Error("late"));
  await expect(silence).rejects.toThrow("late");
});

it("ends work that takes too long in a loop that is alive", async () => {
  const startedAtMs = performance.now();
  await expect(withDeadline(new Promise(() => undefined), DEADLINE_MS, () => new Error("late"))).rejects.toThrow(
    "late",
  );
  expect(performance.now() - startedAtMs).toBeLessThan(DEADLINE_MS * 5);
});

it("calls nobody once it is cancelled", async () => {
  let expired = false;
  startDeadline(20, () => (expired = true))();
  await delay(100);
  expect(expired).toBe(false);
});

it("keeps a connection whose server answered during a stall, and ends one that stays silent", async () => {
  const server = createServer((client) => {
    client.on("data", (bytes) => bytes.toString() === "speak" && client.write("word"));
    client.on("error", () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const socket = new VigilantSocket(DEADLINE_MS).connect(port, "127.0.0.1");
  await once(socket, "connect");
  socket.write("speak");
  stall(STALL_MS);
  expect(String((await once(socket, "data"))[0])).toBe("word");
  await delay(DEADLINE_MS * 3);
  expect(socket.destroyed).toBe(false);
  socket.write("hush");
  const [error] = (await once(socket, "error")) as [Error];
  expect(error.message).toBe("the server fell silent");
  server.close();
});

function stall(stallMs: number): void {
  const endMs = performance.now() + stallMs;
  while (performance.now() < endMs);
}
