// The files of the project as a clone has them, for tests about the project itself: everything but what
// .gitignore leaves out. Read from disk and not asked of git, so that a file counts before it is committed.
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { projectDir } from "../../scripts/clone.ts";

export interface ProjectFile {
  /** From the project's root. */
  readonly path: string;
  readonly text: string;
}

/** Every file, in no particular order. */
export function projectFiles(): ProjectFile[] {
  const isIgnored = ignoredBy(readFileSync(join(projectDir, ".gitignore"), "utf8"));
  const filesIn = (folder: string): ProjectFile[] =>
    readdirSync(join(projectDir, folder), { withFileTypes: true }).flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.name === ".git" || isIgnored(entry.isDirectory() ? `${path}/` : path)) return [];
      if (entry.isDirectory()) return filesIn(path);
      return entry.isFile() ? [{ path, text: readFileSync(join(projectDir, path), "utf8") }] : [];
    });
  return filesIn("");
}

/** The forms that our .gitignore has: a name, a folder's name or path with a slash behind it, a star and an ending. */
function ignoredBy(gitignore: string): (path: string) => boolean {
  const entries = gitignore.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return (path) => {
    const name = path.endsWith("/") ? `${basename(path)}/` : basename(path);
    return entries.some((entry) =>
      entry.startsWith("*") ? name.endsWith(entry.slice(1)) : [name, path].includes(entry),
    );
  };
}
