import { execFile } from "node:child_process";
import { KeyPairError } from "../core/errors";

/**
 * What the CLI says of a state in a folder (`file://`) if the file of attributes beside it is empty. The CLI
 * does not write that file in one step, so a kill may leave it empty. The state itself is whole.
 */
const EMPTY_ATTRIBUTES = "failed to load checkpoint: EOF";

/** Exports the state of the stack with the Pulumi CLI. It holds secrets in clear. Rejects with `Configuration`. */
export function exportState(stack: string | undefined): Promise<string> {
  return runPulumi(["stack", "export"], stack, (reason) =>
    reason.endsWith(EMPTY_ATTRIBUTES)
      ? "A kill may leave an empty file <stack>.json.attrs beside the state's file: delete that one, and run this again."
      : "Run this in the folder of the Pulumi project, or give the state with --state.",
  );
}

/**
 * The configuration of the stack as the Pulumi CLI prints it, as JSON. It holds secrets in clear. Rejects with
 * `Configuration`.
 */
export function exportConfiguration(stack: string | undefined): Promise<string> {
  return runPulumi(
    ["config", "--json"],
    stack,
    () => "Select the stack with `pulumi stack select`, or name it with --stack.",
  );
}

function runPulumi(
  command: readonly [string, string],
  stack: string | undefined,
  next: (reason: string) => string,
): Promise<string> {
  const args = [...command, "--show-secrets", "--non-interactive", "--color", "never"];
  if (stack !== undefined) args.push("--stack", stack);
  return new Promise((resolve, reject) => {
    const options = { maxBuffer: Number.POSITIVE_INFINITY };
    const child = execFile("pulumi", args, options, (error, stdout, stderr) => {
      if (!error) return resolve(stdout);
      // Without the words that our own sentence adds.
      const said = stderr
        .trim()
        .replace(/^error: /, "")
        .replace(/\.$/, "");
      const reason = error.code === "ENOENT" ? "there is no pulumi on the PATH" : said;
      const message = `\`pulumi ${command.join(" ")}\` failed: ${reason || "it gave no reason"}`;
      reject(new KeyPairError({ code: "Configuration", message, next: next(reason) }));
    });
    child.stdin?.end();
  });
}
