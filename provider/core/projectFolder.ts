import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

const PROJECT_FILES = ["Pulumi.yaml", "Pulumi.yml", "Pulumi.json"];

/**
 * The folder of the Pulumi project: the nearest one upwards that holds its file, as the engine finds it. The engine starts its
 * plugins in the program's folder, and `main` in Pulumi.yaml may say that this is another. Without a project it is `from` itself.
 */
export function projectFolder(from = process.cwd()): string {
  for (let folder = from; ; folder = dirname(folder)) {
    if (PROJECT_FILES.some((file) => existsSync(join(folder, file)))) return folder;
    if (dirname(folder) === folder) return from;
  }
}
