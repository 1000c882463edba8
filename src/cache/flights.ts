// Single flight: one computation for all who ask the same at the same time. It ends early when nobody waits for it any
// more, and nobody joins what has been given up.

import { Cancellation } from "../runtime/cancellation.ts";
import { limits } from "../runtime/limits.ts";
import { TransientMap } from "../runtime/transient-map.ts";

export interface Boarded<Value> {
  readonly landed: Promise<Value>;
  /** Whether somebody else had begun it. */
  readonly isJoined: boolean;
}

export interface Flights<Value> {
  /** Whether one is under way for `key`. */
  has(key: string): boolean;
  /**
   * Joins what is under way for `key`, or begins it by `fly`, which is told when all who wait are over. `asker` ends when
   * this one does not wait any longer. Past the bound everybody flies alone.
   */
  board(key: string, asker: Cancellation, fly: (shared: Cancellation) => Promise<Value>): Boarded<Value>;
}

interface Flight<Value> {
  readonly landed: Promise<Value>;
  readonly shared: Cancellation;
  askerCount: number;
}

export function createFlights<Value>(): Flights<Value> {
  const flights = new TransientMap<Flight<Value>>();

  const takeOff = (key: string, fly: (shared: Cancellation) => Promise<Value>): Flight<Value> => {
    const shared = new Cancellation();
    const flight: Flight<Value> = {
      landed: fly(shared).finally(() => flights.delete(key, flight)),
      shared,
      askerCount: 0,
    };
    flights.add(key, flight);
    return flight;
  };

  const seat = (key: string, flight: Flight<Value>, asker: Cancellation): void => {
    flight.askerCount += 1;
    asker.whenOver((reason) => {
      flight.askerCount -= 1;
      if (flight.askerCount > 0) return;
      flights.delete(key, flight);
      flight.shared.cancel(reason);
    });
  };

  return {
    has: (key) => flights.get(key) !== undefined,
    board(key, asker, fly) {
      const flying = flights.get(key);
      if (flying === undefined && flights.size >= limits.flightsMax) return { landed: fly(asker), isJoined: false };
      const flight = flying ?? takeOff(key, fly);
      seat(key, flight, asker);
      return { landed: flight.landed, isJoined: flying !== undefined };
    },
  };
}
