import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";

const PROJECT_FILES = ["Pulumi.yaml", "Pulumi.yml", "Pulumi.json"];

/**
 * The folder of the Pulumi project: the nearest folder upwards with a project file, as the engine looks for
 * it. The engine starts its plugins in the program's folder, which may be another one because of `main` in
 * Pulumi.yaml. If there is no project, it is `from` itself.
 */
export function projectFolder(from = process.cwd()): string {
  return findProject(from) ?? from;
}

/** The same; `undefined` if there is no project. */
export function findProject(from = process.cwd()): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    if (PROJECT_FILES.some((file) => existsSync(join(folder, file)))) return folder;
    if (dirname(folder) === folder) return undefined;
  }
}

/** The file that a user means: a relative path starts in the project's folder, and `~/` is the home folder, as in a shell. */
export function fileOf(path: string, projectFolder: string): string {
  return path.startsWith("~/") ? join(homedir(), path.slice(2)) : resolve(projectFolder, path);
}
