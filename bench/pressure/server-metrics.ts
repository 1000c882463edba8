// What the server says of itself: GET /metrics, read before and after a stretch of load.

/** One sample of the Prometheus text. */
interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** By name. */
export type ServerMetrics = ReadonlyMap<string, readonly Sample[]>;

/** Pauses of one kind within a stretch. */
export interface GcPauses {
  readonly kind: string;
  readonly count: number;
  readonly sumMs: number;
  /** No pause was longer than this bound of the histogram's; null where one was longer than its last. */
  readonly atMostMs: number | null;
}

const ANSWERS = "satchel_cache_answers_total";
const GC = "nodejs_gc_duration_seconds";
const SAMPLE = /^([a-z_]+)(?:\{(.*)\})? (\S+)$/;
const LABEL = /(\w+)="([^"]*)"/g;

export async function readServerMetrics(origin: string): Promise<ServerMetrics> {
  const response = await fetch(`${origin}/metrics`, { signal: AbortSignal.timeout(10_000) });
  if (!response.ok) throw new Error(`GET /metrics answers ${response.status}`);
  const metrics = new Map<string, Sample[]>();
  for (const line of (await response.text()).split("\n")) {
    const [, name, labels = "", value] = SAMPLE.exec(line) ?? [];
    if (name === undefined) continue;
    const samples = metrics.get(name) ?? [];
    metrics.set(name, samples);
    samples.push({ labels: labelsOf(labels), value: Number(value) });
  }
  return metrics;
}

/** The only sample of that name; NaN where there is none. */
export function gaugeOf(metrics: ServerMetrics, name: string): number {
  return metrics.get(name)?.[0]?.value ?? Number.NaN;
}

/** Answers of cacheable operations, by where they came from. */
export function answersBySource(before: ServerMetrics, after: ServerMetrics): Record<string, number> {
  const earlier = new Map((before.get(ANSWERS) ?? []).map(({ labels, value }) => [labels["source"], value]));
  return Object.fromEntries(
    (after.get(ANSWERS) ?? []).map(({ labels, value }) => [
      labels["source"] ?? "",
      value - (earlier.get(labels["source"]) ?? 0),
    ]),
  );
}

/** The share of answers that were not computed for whoever asked; NaN where nobody asked. */
export function hitShareOf(bySource: Readonly<Record<string, number>>): number {
  const total = Object.values(bySource).reduce((sum, count) => sum + count, 0);
  return ((bySource["memory"] ?? 0) + (bySource["redis"] ?? 0)) / total;
}

/** Kinds without a pause are left out. */
export function gcPausesOf(before: ServerMetrics, after: ServerMetrics): GcPauses[] {
  const kinds = [...new Set((after.get(`${GC}_count`) ?? []).map(({ labels }) => labels["kind"] ?? ""))];
  return kinds.flatMap((kind) => {
    const grown = (name: string, bound?: string) =>
      valueOf(after, `${GC}_${name}`, kind, bound) - valueOf(before, `${GC}_${name}`, kind, bound);
    const count = grown("count");
    if (count === 0) return [];
    const bounds = (after.get(`${GC}_bucket`) ?? [])
      .filter(({ labels }) => labels["kind"] === kind && labels["le"] !== "+Inf")
      .map(({ labels }) => labels["le"]!)
      .toSorted((a, b) => Number(a) - Number(b));
    const bound = bounds.find((candidate) => grown("bucket", candidate) === count);
    return [{ kind, count, sumMs: grown("sum") * 1000, atMostMs: bound === undefined ? null : Number(bound) * 1000 }];
  });
}

function valueOf(metrics: ServerMetrics, name: string, kind: string, bound?: string): number {
  const found = metrics.get(name)?.find(({ labels }) => labels["kind"] === kind && labels["le"] === bound);
  return found?.value ?? 0;
}

function labelsOf(text: string): Record<string, string> {
  return Object.fromEntries([...text.matchAll(LABEL)].map(([, name, value]) => [name!, value!]));
}
