// npm run build, its second half: the plugin as one file, plugin/bundle/index.js, so that it starts without any package beside it.
import { join } from "node:path";
import { build } from "esbuild";

const root = join(import.meta.dirname, "..");
/** The folder that the file goes to: that of the plugin, unless the command line names another. */
const [folder = join(root, "plugin")] = process.argv.slice(2);

await build({
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
  legalComments: "none",
  logLevel: "warning",
});
