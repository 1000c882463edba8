// A histogram of what takes place with every request: numbers in a list, which are put into words when the registry
// asks for them. The library checks and joins the labels at each step, which costs more than what it counts.

import type { Metric, Registry } from "prom-client";

export interface DurationHistogramOptions {
  readonly name: string;
  readonly help: string;
  readonly labelName: string;
  /** Upper bounds in seconds, ascending. */
  readonly buckets: readonly number[];
  readonly registry: Registry;
}

/** Takes one duration in seconds. */
export type Observe = (seconds: number) => void;

interface Series {
  /** Of each bucket alone; the last is beyond all bounds. */
  readonly counts: number[];
  sum: number;
}

/** As the library's registry prints it, and its sum over processes takes it. */
interface Sample {
  readonly metricName: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

export class DurationHistogram {
  readonly name: string;
  readonly help: string;
  readonly type = "histogram";
  readonly aggregator = "sum";
  readonly #labelName: string;
  readonly #buckets: readonly number[];
  readonly #series = new Map<string, Series>();

  constructor({ name, help, labelName, buckets, registry }: DurationHistogramOptions) {
    this.name = name;
    this.help = help;
    this.#labelName = labelName;
    this.#buckets = buckets;
    // All that a registry uses of a metric is here; the library's type asks for its own classes.
    registry.registerMetric(this as unknown as Metric);
  }

  /** For one value of the label, out of a closed set; call it once for each. */
  of(label: string): Observe {
    const series = this.#seriesOf(label);
    const buckets = this.#buckets;
    return (seconds) => {
      let place = 0;
      while (place < buckets.length && seconds > buckets[place]!) place += 1;
      series.counts[place]! += 1;
      series.sum += seconds;
    };
  }

  observe(label: string, seconds: number): void {
    this.of(label)(seconds);
  }

  /** What the registry asks for. */
  async get() {
    const values = [...this.#series].flatMap(([label, series]) => this.#samplesOf(label, series));
    return { name: this.name, help: this.help, type: this.type, aggregator: this.aggregator, values };
  }

  reset(): void {
    for (const series of this.#series.values()) {
      series.counts.fill(0);
      series.sum = 0;
    }
  }

  #seriesOf(label: string): Series {
    let series = this.#series.get(label);
    if (series === undefined) {
      series = { counts: Array.from({ length: this.#buckets.length + 1 }, () => 0), sum: 0 };
      this.#series.set(label, series);
    }
    return series;
  }

  /** Each bucket counts what those below it count. */
  #samplesOf(label: string, { counts, sum }: Series): Sample[] {
    const labels = { [this.#labelName]: label };
    let count = 0;
    const buckets = counts.map((inBucket, place) => {
      count += inBucket;
      const le = this.#buckets[place] ?? "+Inf";
      return { metricName: `${this.name}_bucket`, labels: { le, ...labels }, value: count };
    });
    if (count === 0) return [];
    return [
      ...buckets,
      { metricName: `${this.name}_sum`, labels, value: sum },
      { metricName: `${this.name}_count`, labels, value: count },
    ];
  }
}
