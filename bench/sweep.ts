// The best pool size of each variant, from short runs that are printed: too few connections leave MySQL
// idle, too many make it thrash, and where the best lies differs with how a variant asks.

import type { LoadDriver } from "./load/driver.ts";
import type { DatabaseMeter } from "./measure/database-usage.ts";
import { measure } from "./measure/measurement.ts";
import type { BenchOptions } from "./options.ts";
import type { SweepResult } from "./results.ts";
import { startServer, type ServerSettings } from "./server-process.ts";
import type { Variant } from "./variants/variants.ts";
import type { World } from "./world.ts";

export interface SweepContext {
  readonly settings: ServerSettings;
  readonly world: World;
  readonly driver: LoadDriver;
  readonly meter: DatabaseMeter;
  readonly options: BenchOptions;
  readonly port: number;
  readonly progress: (line: string) => void;
}

/** PlayerState at the bench's connections, once per size. Starts and stops the server each time. */
export async function sweepPoolSizes(variant: Variant, context: SweepContext): Promise<SweepResult[]> {
  const { settings, world, driver, meter, options, port, progress } = context;
  const results: SweepResult[] = [];
  for (const poolSize of options.poolSizes) {
    const server = await startServer({ ...settings, variant, world, poolSize, port });
    try {
      const { throughput } = await measure({
        server,
        driver,
        meter,
        scenario: "player-state",
        playerId: null,
        arrivals: { loop: "closed", connections: options.connectionCount },
        seed: poolSize,
        warmUpSeconds: options.warmUpSeconds,
        measuredSeconds: options.sweepSeconds,
      });
      results.push({ variant: variant.name, poolSize, throughput });
    } finally {
      await server.stop();
    }
  }
  const sizes = results.map(({ poolSize, throughput }) => `${poolSize}: ${throughput.toFixed(0)}/s`);
  progress(`  ${variant.name.padEnd(10)} ${sizes.join("  ")}  -> ${bestPoolSize(results)}`);
  return results;
}

/** The size with the highest throughput. */
export function bestPoolSize(results: readonly SweepResult[]): number {
  return results.reduce((best, result) => (result.throughput > best.throughput ? result : best)).poolSize;
}
