// Prisma's client, made by Prisma's own command line, in a process of its own.

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { SetupError } from "../setup-error.ts";

const GENERATE_MS_MAX = 120_000;

/**
 * Writes src/database/generated/. The command line wants to download an engine that `generate` does not
 * use; naming any existing file as that engine stops it.
 */
export async function generatePrismaClient(root: string): Promise<void> {
  const args = ["node_modules/prisma/build/index.js", "generate", "--no-hints"];
  const env = { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, PRISMA_HIDE_UPDATE_MESSAGE: "1" };
  try {
    await promisify(execFile)(process.execPath, args, { cwd: root, env, timeout: GENERATE_MS_MAX });
  } catch (error) {
    const { stderr = "", message } = error as Error & { stderr?: string };
    throw new SetupError(`Prisma could not generate its client:\n${stderr.trim() || message}`);
  }
}
