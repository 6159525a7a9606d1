#!/usr/bin/env node
import { createInterface } from "node:readline/promises";
import { isatty } from "node:tty";
import { redact } from "../core/redact";
import { EXIT, runCli } from "./program";

/** A failed write must not exit with success. One line reports it, and nothing more is written. */
function failOnError(stream: NodeJS.WriteStream): void {
  stream.on("error", (error) => {
    process.exitCode = EXIT.refused;
    if (stream !== process.stdout) return;
    process.stderr.write(`pulumi-keypair: standard output cannot be written: ${redact(error.message)}\n`);
  });
}

async function ask(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} (y/N) `)).trim());
  } finally {
    terminal.close();
  }
}

failOnError(process.stdout);
failOnError(process.stderr);
void runCli(process.argv.slice(2), {
  stdin: () => process.stdin,
  print: (text) => void process.stdout.write(text),
  complain: (text) => void process.stderr.write(text),
  ...(isatty(0) && isatty(2) ? { ask } : {}),
}).then((exitCode) => {
  // Not process.exit(): output to a pipe must be flushed first. A failed write keeps its own exit code.
  process.exitCode ||= exitCode;
});
