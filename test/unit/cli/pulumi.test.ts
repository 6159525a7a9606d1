import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { exportedState, runPulumi, stackConfiguration } from "../../../provider/cli/orphans/pulumi";
import { redact } from "../../../provider/core/redact";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "keypair-pulumi-"));
  vi.stubEnv("PATH", folder);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** A Pulumi CLI that does this. */
function pulumiDoes(script: string): void {
  writeFileSync(join(folder, "pulumi"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

describe.skipIf(process.platform === "win32")("the Pulumi CLI", () => {
  it("is asked for the selected stack, or for the one that is named, and never asks back", async () => {
    pulumiDoes('echo "$@"');
    const always = "--non-interactive --color never\n";
    expect(await exportedState(runPulumi, undefined)).toBe(`stack export --show-secrets ${always}`);
    expect(await exportedState(runPulumi, "org/prod")).toBe(
      `stack export --show-secrets --stack org/prod ${always}`,
    );
  });

  it("tells of its configuration only what is this provider's, and its secrets are known as such", async () => {
    const config = {
      "keypair:backend": { value: "alibaba", secret: false },
      "keypair:accessKeySecret": { value: "secret-of-the-stack", secret: true },
      "other:region": { value: "x", secret: false },
    };
    pulumiDoes(`echo '${JSON.stringify(config)}'`);
    const entries = Object.fromEntries(await stackConfiguration(runPulumi, undefined));
    expect(entries).toEqual({ backend: "alibaba", accessKeySecret: "secret-of-the-stack" });
    expect(redact("secret-of-the-stack")).toBe("[secret]");
  });

  it("is named with its own words when it fails, without what it had printed of the state", async () => {
    pulumiDoes("echo SECRETS OF THE STATE; echo 'error: no stack named x found' >&2; exit 255");
    const error = await exportedState(runPulumi, "x").catch((thrown: unknown) => thrown);
    expect(String(error)).toBe(
      "KeyPairError: `pulumi stack export` failed: no stack named x found. " +
        "Run this in the folder of the Pulumi project, or give the state with --state.",
    );
    expect(JSON.stringify(error)).not.toContain("SECRETS");
  });

  it("says what to do about a state that a kill has left unreadable", async () => {
    pulumiDoes("echo 'error: failed to load checkpoint: EOF' >&2; exit 255");
    await expect(runPulumi(["stack", "export"])).rejects.toThrow(
      "`pulumi stack export` failed: failed to load checkpoint: EOF. " +
        "A kill may leave an empty file <stack>.json.attrs beside the state's file: delete that one, and run this again.",
    );
  });

  it("may print what is no JSON, which is not repeated", async () => {
    pulumiDoes("echo SECRETS");
    await expect(stackConfiguration(runPulumi, undefined)).rejects.toThrow(
      /^`pulumi config` printed something other than JSON\.$/,
    );
  });

  it("may be missing", async () => {
    await expect(runPulumi(["stack", "export"])).rejects.toThrow(
      "`pulumi stack export` failed: there is no pulumi on the PATH.",
    );
  });
});
