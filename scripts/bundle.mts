// npm run build, its second half: the plugin as one file, plugin/bundle/index.js, so that it starts without any package beside it.
import { existsSync, globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

const root = join(import.meta.dirname, "..");
/** The folder that the file goes to: that of the plugin, unless the command line names another. */
const [folder = join(root, "plugin")] = process.argv.slice(2);

const { metafile } = await build({
  entryPoints: [join(root, "provider/fronts/plugin/main.ts")],
  outfile: join(folder, "bundle/index.js"),
  bundle: true,
  platform: "node",
  target: "node22.13",
  format: "cjs",
  // Half of the time of a start is reading this file.
  minify: true,
  // Names stay, so that a stack trace in a report can be read.
  keepNames: true,
  // The licences are in a file of their own.
  legalComments: "none",
  metafile: true,
  logLevel: "warning",
});
writeFileSync(join(folder, "bundle/THIRD-PARTY-NOTICES.txt"), noticesOf(Object.keys(metafile.inputs)));

/** The licences of the packages that are in the bundle, as each brings it. */
function noticesOf(files: string[]): string {
  const packages = new Set(
    files.flatMap((file) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.slice(1, 2) ?? []),
  );
  const notices = [...packages].sort().map((folderOfPackage) => {
    const path = join(root, folderOfPackage);
    const { name, version, license } = JSON.parse(readFileSync(join(path, "package.json"), "utf8"));
    const [file] = globSync("{LICEN[SC]E,licen[sc]e,COPYING}*", { cwd: path });
    const text = file && existsSync(join(path, file)) ? readFileSync(join(path, file), "utf8").trim() : "";
    return `${name} ${version} (${license})\n\n${text}\n`;
  });
  return `The plugin's file holds these packages.\n\n${notices.join(`\n${"-".repeat(80)}\n\n`)}`;
}
