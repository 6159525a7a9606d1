import { execFile } from "node:child_process";
import { KeyPairError } from "../../core/errors";

/**
 * What the CLI says of a state in a folder (`file://`) if the file of attributes beside it is empty. The CLI
 * does not write that file in one step, so a kill may leave it empty. The state itself is whole.
 */
const EMPTY_ATTRIBUTES = "failed to load checkpoint: EOF";

/** Exports the state of the stack with the Pulumi CLI. It holds secrets in clear. Rejects with `Configuration`. */
export function exportState(stack: string | undefined): Promise<string> {
  const args = ["stack", "export", "--show-secrets", "--non-interactive", "--color", "never"];
  if (stack !== undefined) args.push("--stack", stack);
  return new Promise((resolve, reject) => {
    const options = { maxBuffer: Number.POSITIVE_INFINITY };
    const child = execFile("pulumi", args, options, (error, stdout, stderr) => {
      if (error) reject(failure(error.code === "ENOENT" ? "there is no pulumi on the PATH" : stderr));
      else resolve(stdout);
    });
    child.stdin?.end();
  });
}

function failure(stderr: string): KeyPairError {
  // Without the words that our own sentence adds.
  const reason = stderr
    .trim()
    .replace(/^error: /, "")
    .replace(/\.$/, "");
  return new KeyPairError({
    code: "Configuration",
    message: `\`pulumi stack export\` failed: ${reason || "it gave no reason"}`,
    next: reason.endsWith(EMPTY_ATTRIBUTES)
      ? "A kill may leave an empty file <stack>.json.attrs beside the state's file: delete that one, and run this again."
      : "Run this in the folder of the Pulumi project, or give the state with --state.",
  });
}
