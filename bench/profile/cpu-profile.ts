// What V8's CPU profile of a server says: how much of the time each function took by itself, and each place (our
// folders, packages, Node, the collector) all in all.

import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { projectDir } from "../../scripts/clone.ts";

interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
}

interface CpuProfile {
  readonly nodes: readonly ProfileNode[];
  readonly samples: readonly number[];
  /** Microseconds since the sample before. */
  readonly timeDeltas: readonly number[];
}

export interface Share {
  readonly name: string;
  /** Of the time that the main thread was at work. */
  readonly share: number;
}

export interface Shares {
  readonly places: readonly Share[];
  readonly functions: readonly Share[];
}

const IDLE = new Set(["(idle)", "(root)"]);

/** Of the last `seconds` of the one profile in the folder; largest first. */
export function readShares(folder: string, seconds: number): Shares {
  const [file] = readdirSync(folder).filter((name) => name.endsWith(".cpuprofile"));
  if (file === undefined) throw new Error(`no profile in ${folder}`);
  const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(join(folder, file), "utf8")) as CpuProfile;
  const nodeById = new Map(nodes.map((node) => [node.id, node]));
  const places = new Map<string, number>();
  const functions = new Map<string, number>();
  let leftUs = seconds * 1_000_000;
  let busyUs = 0;
  for (let at = samples.length - 1; at >= 0 && leftUs > 0; at -= 1) {
    const us = timeDeltas[at]!;
    leftUs -= us;
    const { functionName, url, lineNumber } = nodeById.get(samples[at]!)!.callFrame;
    if (IDLE.has(functionName)) continue;
    busyUs += us;
    const place = placeOf(functionName, url);
    add(places, place, us);
    add(
      functions,
      `${functionName || "(anonymous)"}  ${url === "" ? place : `${shortUrl(url)}:${lineNumber + 1}`}`,
      us,
    );
  }
  return { places: sharesOf(places, busyUs), functions: sharesOf(functions, busyUs) };
}

function add(sums: Map<string, number>, name: string, us: number): void {
  sums.set(name, (sums.get(name) ?? 0) + us);
}

function sharesOf(sums: ReadonlyMap<string, number>, allUs: number): Share[] {
  return [...sums].map(([name, us]) => ({ name, share: us / allUs })).toSorted((a, b) => b.share - a.share);
}

function placeOf(functionName: string, url: string): string {
  if (functionName === "(garbage collector)") return "collector";
  if (url === "") return "native";
  if (url.startsWith("node:"))
    return `node:${
      url
        .slice(5)
        .replace(/^internal\//, "")
        .split("/")[0]
    }`;
  const short = shortUrl(url);
  const [, name] = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(short) ?? [];
  return name ?? `${short.split("/").slice(0, -1).join("/")}/`;
}

function shortUrl(url: string): string {
  if (!url.startsWith("file:")) return url;
  const path = fileURLToPath(url);
  return path.startsWith(projectDir) ? path.slice(projectDir.length).replace(/^\//, "") : path;
}
