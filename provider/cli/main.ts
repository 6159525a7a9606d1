#!/usr/bin/env node
import { runCli } from "./program";

void runCli(process.argv.slice(2), {
  stdin: process.stdin,
  print: (text) => void process.stdout.write(text),
  complain: (text) => void process.stderr.write(text),
}).then((exitCode) => {
  // Not process.exit(): what was written to a pipe has to get through first.
  process.exitCode = exitCode;
});
