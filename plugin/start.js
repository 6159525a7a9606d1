// Compiling the bundle takes longer than running it, so Node keeps the result beside it: in this folder, not in a temporary one,
// where other users of the machine could put code of theirs. If nothing can be written here, the start just takes longer.
require("node:module").enableCompileCache(`${__dirname}/bundle/.compile-cache`);
require("./bundle/index.js");
