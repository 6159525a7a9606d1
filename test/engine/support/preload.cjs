const { existsSync, readFileSync } = require("node:fs");
const Module = require("node:module");
const { setFlagsFromString } = require("node:v8");

// Pulumi's SDK sets this flag while it is loaded, and V8 takes no compiled code that was kept under other flags.
setFlagsFromString("--allow-natives-syntax");

// The language host that is built here does not heed this option of Pulumi.yaml: it asks for TypeScript's compiler at every start.
const PROJECT = "Pulumi.yaml";
if (existsSync(PROJECT) && readFileSync(PROJECT, "utf8").includes("typescript: false"))
  delete process.env.PULUMI_NODEJS_TYPESCRIPT;

// Pulumi's SDK uses these where it serializes functions and compiles programs, but loads them at every start, which is a third of what a
// start costs. Here they are loaded when they are used.
const LATE = ["@npmcli/arborist", "typescript"];
const load = Module._load;
Module._load = (request, parent, ...more) => {
  const loaded = () => load(request, parent, ...more);
  if (!LATE.includes(request) || !parent?.filename?.includes("@pulumi/pulumi")) return loaded();
  // Throws for a module that is not installed, as it would without this.
  Module._resolveFilename(request, parent);
  return new Proxy({}, { get: (_, name) => (name === "__esModule" ? true : loaded()[name]) });
};
