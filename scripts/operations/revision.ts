// What git remembers of this project, for comparing: a file as it was, and whether files are as they were.
// Everything here answers "unknown" without git, without a repository, or before the first commit.

import { execFile } from "node:child_process";
import { promisify } from "node:util";

const GIT_MS_MAX = 10_000;
const OUTPUT_BYTES_MAX = 64 * 1024 * 1024;

/** One commit to compare with. */
export interface Revision {
  /** The file's text, or null where the commit has no such file. */
  textOf(path: string): Promise<string | null>;
  /** Those files and folders of `paths` that differ from HEAD as they lie there, also the untracked. */
  changed(paths: readonly string[]): Promise<string[]>;
}

/** The commit that `name` means, seen from the folder `root`; null where it cannot be had. */
export async function revisionAt(root: string, name: string): Promise<Revision | null> {
  // What begins with a dash would be an option to git.
  if (name.startsWith("-")) return null;
  const commit = await git(root, ["rev-parse", "--verify", "--quiet", `${name}^{commit}`]);
  if (commit === null) return null;
  return {
    textOf: (path) => git(root, ["show", `${commit.trim()}:./${path}`]),
    changed: async (paths) => {
      const lines = (await git(root, ["status", "--porcelain", "--untracked-files=all", "--", ...paths])) ?? "";
      return lines.split("\n").flatMap((line) => (line === "" ? [] : [line.slice(3)]));
    },
  };
}

async function git(root: string, args: readonly string[]): Promise<string | null> {
  try {
    const options = { cwd: root, timeout: GIT_MS_MAX, maxBuffer: OUTPUT_BYTES_MAX };
    return (await promisify(execFile)("git", [...args], options)).stdout;
  } catch {
    // No git, no repository, no such commit or file: for the caller all the same.
    return null;
  }
}
