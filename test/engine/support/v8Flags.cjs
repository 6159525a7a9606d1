// Pulumi's SDK sets this flag while it is loaded, and V8 takes no compiled code that was kept under other flags.
require("node:v8").setFlagsFromString("--allow-natives-syntax");
