// Servers in this very process: as they are, or with a mistake in them. For that a copy of one or two of their files is
// changed by exact texts, which must be there once, and put in the place of the real ones in this process alone. So a
// mutant cannot go stale in silence, and the shipped code knows nothing of it.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { expect, vi } from "vitest";
import { projectDir } from "../../../scripts/clone.ts";
import type { App } from "../../../src/app.ts";
import { temporaryDataDir } from "../../kit/command.ts";
import type { Server } from "./client.ts";
import type { World } from "./world.ts";

/** A text of one file of the server, and what stands there instead. */
export interface Edit {
  /** From the project's folder. */
  readonly path: string;
  readonly from: string;
  readonly to: string;
}

export interface ServersHere {
  readonly servers: readonly Server[];
  stop(): Promise<void>;
}

/** Starts two servers of the world, each as independent of the other as processes are, but for dying. */
export async function startServersHere({ environment }: World, edits: readonly Edit[] = []): Promise<ServersHere> {
  vi.resetModules();
  const evaluated = putInPlace(edits);
  const [{ createApp }, { readConfig }, { createLogger }] = await Promise.all([
    import("../../../src/app.ts"),
    import("../../../src/config.ts"),
    import("../../../src/runtime/logger.ts"),
  ]);
  for (const { path } of edits) if (!evaluated.has(path)) throw new Error(`the changed ${path} is not in place`);
  const apps = Array.from({ length: 2 }, () =>
    createApp({ config: readConfig(environment), logger: createLogger("silent") }),
  );
  const servers = await Promise.all(apps.map(async (app) => ({ port: await app.start() })));
  return { servers, stop: () => stopAll(apps) };
}

/** Fails where an edit's text is not in its file, or more than once. */
export function expectFit(edits: readonly Edit[]): void {
  for (const { path, from } of edits) {
    const parts = readFileSync(join(projectDir, path), "utf8").split(from);
    expect(parts.length - 1, `${path} holds this once: ${from}`).toBe(1);
  }
}

/** Files that a copy stands in for by now. */
const replaced = new Set<string>();

/** Puts changed copies where the next import finds them, and the real files back where none is. */
function putInPlace(edits: readonly Edit[]): ReadonlySet<string> {
  const directory = temporaryDataDir();
  const paths = new Set(edits.map(({ path }) => path));
  const evaluated = new Set<string>();
  // One or the other for a file, never both: vitest does not keep their order.
  for (const path of replaced) if (!paths.has(path)) vi.doUnmock(join(projectDir, path));
  replaced.clear();
  for (const path of paths) {
    const copy = join(directory, path);
    mkdirSync(dirname(copy), { recursive: true });
    writeFileSync(copy, mutated(path, edits));
    replaced.add(path);
    // oxlint-disable-next-line vitest/no-restricted-vi-methods -- not a mock: the real code with a mistake, to prove the checker by
    vi.doMock(join(projectDir, path), () => {
      evaluated.add(path);
      // oxlint-disable-next-line import/no-dynamic-require -- made a moment ago
      return import(copy);
    });
  }
  return evaluated;
}

async function stopAll(apps: readonly App[]): Promise<void> {
  await Promise.all(apps.map((app) => app.stop()));
}

/** The file with its edits, its imports still those of its own folder. Throws where an edit does not fit. */
function mutated(path: string, edits: readonly Edit[]): string {
  let text = readFileSync(join(projectDir, path), "utf8");
  for (const { from, to } of edits.filter((edit) => edit.path === path)) {
    const parts = text.split(from);
    if (parts.length !== 2) throw new Error(`${path} holds this ${parts.length - 1} times, not once:\n${from}`);
    text = parts.join(to);
  }
  const folder = dirname(join(projectDir, path));
  return text.replaceAll(/(from|import) "(\.{1,2}\/[^"]+)"/g, (_, word: string, name: string) => {
    return `${word} ${JSON.stringify(resolve(folder, name))}`;
  });
}
