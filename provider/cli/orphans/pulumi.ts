import { execFile } from "node:child_process";
import { KeyPairError } from "../../core/errors";
import { registerSecret } from "../../core/redact";

/** Far above the state of any stack. */
const MAX_OUTPUT_BYTES = 1024 ** 3;

/**
 * The CLI's message for a state in a folder (`file://`) when the attributes file beside it is empty. The CLI
 * does not write that file in one step, so a kill may leave it empty; the state itself is complete.
 */
const EMPTY_ATTRIBUTES = "failed to load checkpoint: EOF";

/** Runs the Pulumi CLI and answers what it prints. Its output may hold secrets: it stays in memory. Throws `Configuration`. */
export type Pulumi = (args: readonly string[]) => Promise<string>;

export const runPulumi: Pulumi = (args) =>
  new Promise((resolve, reject) => {
    const command = `pulumi ${args.slice(0, 2).join(" ")}`;
    execFile(
      "pulumi",
      [...args, "--non-interactive", "--color", "never"],
      { maxBuffer: MAX_OUTPUT_BYTES, encoding: "utf8" },
      (error, stdout, stderr) => {
        if (!error) return resolve(stdout);
        // Not `error.message`: it repeats the whole command.
        const reason = error.code === "ENOENT" ? "there is no pulumi on the PATH" : wordsOf(stderr);
        reject(
          new KeyPairError({
            code: "Configuration",
            message: `\`${command}\` failed: ${reason || "it gave no reason"}`,
            next: reason.endsWith(EMPTY_ATTRIBUTES)
              ? "A kill may leave an empty file <stack>.json.attrs beside the state's file: delete that one, and run this again."
              : "Run this in the folder of the Pulumi project, or give the state with --state.",
          }),
        );
      },
    ).stdin?.end();
  });

/** Without what our own sentence says around it. */
function wordsOf(stderr: string): string {
  return stderr
    .trim()
    .replace(/^error: /, "")
    .replace(/\.$/, "");
}

/** The exported state of the stack, with its secrets. */
export function exportedState(pulumi: Pulumi, stack: string | undefined): Promise<string> {
  return pulumi(["stack", "export", "--show-secrets", ...ofStack(stack)]);
}

/** The stack's configuration of the namespace `keypair`, without the namespace. */
export async function stackConfiguration(
  pulumi: Pulumi,
  stack: string | undefined,
): Promise<Map<string, string>> {
  const text = await pulumi(["config", "--json", "--show-secrets", ...ofStack(stack)]);
  const entries = Object.entries(parsed(text));
  const own = entries.filter(([key]) => key.startsWith("keypair:"));
  for (const [, { value, secret }] of own) if (secret) registerSecret(value);
  return new Map(own.flatMap(([key, { value }]) => (value === undefined ? [] : [[key.slice(8), value]])));
}

function ofStack(stack: string | undefined): string[] {
  return stack === undefined ? [] : ["--stack", stack];
}

/** An error of JSON.parse quotes a piece of the text, so it is not passed on. */
function parsed(text: string): Record<string, { value?: string; secret?: boolean }> {
  try {
    return JSON.parse(text);
  } catch {
    throw new KeyPairError({
      code: "Configuration",
      message: "`pulumi config` printed something other than JSON",
    });
  }
}
