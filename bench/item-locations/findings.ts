// What a run of the comparison leaves behind, as plain JSON: the tables and the plot of the document are
// computed from it and from nothing else.

import type { Surroundings } from "../results.ts";
import type { CrowdName } from "./crowds.ts";
import type { ItemLocationsOptions } from "./options.ts";
import type { VariantName } from "./variants.ts";

export interface Findings extends Surroundings {
  readonly options: ItemLocationsOptions;
  readonly itemLocationCount: number;
  readonly locationCount: number;
  readonly denseLocationCount: number;
  /** Pages that were compared and found equal. */
  readonly comparedPages: number;
  readonly crowds: readonly { readonly name: CrowdName; readonly title: string }[];
  readonly variants: readonly VariantFacts[];
  readonly reads: readonly ReadFinding[];
  readonly batches: readonly BatchFinding[];
  readonly plans: readonly PlanFinding[];
  readonly inserts: readonly InsertFinding[];
}

export interface VariantFacts {
  readonly name: VariantName;
  readonly title: string;
  readonly batchForm: string;
  readonly isOurs: boolean;
}

/** One kind of question by one way; CPU is that of one question. */
export interface Finding {
  readonly variant: VariantName;
  readonly crowd: CrowdName;
  readonly withinMeters: number;
  /** Statements or batches that were timed. */
  readonly samples: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly mysqlCpuUs: number;
  readonly nodeCpuUs: number;
}

export interface ReadFinding extends Finding {
  /** MySQL's own count, temporary tables too: the sum of Handler_read_* of one question. */
  readonly rowsRead: number;
}

/** Times and CPU are divided by `playerCount`. */
export type BatchFinding =
  | (Finding & { readonly playerCount: number; readonly isInTime: true })
  /** The server's own limit for a statement ended it. */
  | { readonly variant: VariantName; readonly crowd: CrowdName; readonly isInTime: false };

export interface PlanFinding {
  readonly variant: VariantName;
  /** Null where the server explains nothing: a CALL. */
  readonly steps: readonly PlanStep[] | null;
}

export interface PlanStep {
  readonly table: string;
  readonly type: string;
  readonly key: string;
  /** Expected by the optimiser, and read in fact; over all the times that the step was taken. */
  readonly rows: string;
  readonly rowsInFact: string;
  readonly extra: string;
}

export interface InsertFinding {
  readonly title: string;
  readonly rowsPerStatement: number;
  readonly p50UsPerRow: number;
  readonly mysqlCpuUsPerRow: number;
  readonly bytesPerRow: number;
}
