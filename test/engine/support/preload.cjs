const { existsSync, readFileSync } = require("node:fs");
const { setFlagsFromString } = require("node:v8");

// Pulumi's SDK sets this flag while it is loaded, and V8 takes no compiled code that was kept under other flags.
setFlagsFromString("--allow-natives-syntax");

// The language host that is built here does not heed this option of Pulumi.yaml: it asks for TypeScript's compiler at every start.
const PROJECT = "Pulumi.yaml";
if (existsSync(PROJECT) && readFileSync(PROJECT, "utf8").includes("typescript: false"))
  delete process.env.PULUMI_NODEJS_TYPESCRIPT;
