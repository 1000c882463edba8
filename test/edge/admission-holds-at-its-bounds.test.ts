// Which reads may begin, at the edges of each bound: so many whatever the pressure, so many more while the event loop
// keeps up, and none beyond. What was refused is admitted again once the pressure has gone.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createAdmission, type Admission } from "../../src/edge/admission.ts";
import { codeOf } from "../../src/errors.ts";
import { limits } from "../../src/runtime/limits.ts";
import { until } from "../kit/until.ts";

const RECOVERY_MS_MAX = 5_000;

let admission: Admission;
let finish: (() => void)[];
beforeEach(() => {
  admission = createAdmission({ unquestionedMax: 2, inFlightMax: 4 });
  finish = [];
});
afterEach(() => admission.stop());

it("admits the last read of its bound, and refuses the first beyond with OVERLOADED", async () => {
  for (let read = 0; read < 4; read += 1) begin();
  expect(admission.inFlight()).toBe(4);
  await expect(admission.run(async () => "computed")).rejects.toSatisfy((error) => codeOf(error) === "OVERLOADED");
  expect(admission.inFlight()).toBe(4);
});

it("admits one more for each that ends, well or not", async () => {
  for (let read = 0; read < 3; read += 1) begin();
  await expect(admission.run(() => Promise.reject(new Error("broken")))).rejects.toThrow("broken");
  expect(await admission.run(async () => "computed")).toBe("computed");
  begin();
  finish.pop()!();
  await until(
    () => admission.inFlight() === 3,
    () => `${admission.inFlight()} in flight`,
  );
  expect(await admission.run(async () => "computed")).toBe("computed");
});

describe("while the event loop does not keep up", () => {
  let stall: NodeJS.Timeout;
  beforeEach(async () => {
    stall = setInterval(() => standStill(limits.admissionDelayMs * 1.5), 1);
    for (let read = 0; read < 2; read += 1) begin();
    await until(
      async () => !(await isAdmitted()),
      () => "reads are admitted still",
    );
  });
  afterEach(() => clearInterval(stall));

  it("refuses what is beyond the first bound, and nothing below it", async () => {
    expect(await isAdmitted()).toBe(false);
    finish.pop()!();
    await until(
      () => admission.inFlight() === 1,
      () => `${admission.inFlight()} in flight`,
    );
    expect(await isAdmitted()).toBe(true);
  });

  it("admits again within 5 s after that has ended", async () => {
    clearInterval(stall);
    await until(isAdmitted, () => "reads are refused still", RECOVERY_MS_MAX);
  });
});

/** A read that lasts until `finish` ends it. */
function begin(): void {
  void admission.run(() => new Promise<void>((resolve) => finish.push(resolve)));
}

function isAdmitted(): Promise<boolean> {
  return admission
    .run(async () => true)
    .catch((error: unknown) => {
      expect(codeOf(error)).toBe("OVERLOADED");
      return false;
    });
}

function standStill(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
