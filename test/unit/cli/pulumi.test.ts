import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { exportState } from "../../../provider/cli/pulumi";

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
    const always = "stack export --show-secrets --non-interactive --color never";
    expect(await exportState(undefined)).toBe(`${always}\n`);
    expect(await exportState("org/prod")).toBe(`${always} --stack org/prod\n`);
  });

  it("is named with its own words when it fails, without what it had printed of the state", async () => {
    pulumiDoes("echo SECRETS OF THE STATE; echo 'error: no stack named x found' >&2; exit 255");
    const error = await exportState("x").catch((thrown: unknown) => thrown);
    expect(String(error)).toBe(
      "KeyPairError: `pulumi stack export` failed: no stack named x found. " +
        "Run this in the folder of the Pulumi project, or give the state with --state.",
    );
    expect(JSON.stringify(error)).not.toContain("SECRETS");
  });

  it("says what to do about a state that a kill has left unreadable", async () => {
    pulumiDoes("echo 'error: failed to load checkpoint: EOF' >&2; exit 255");
    await expect(exportState(undefined)).rejects.toThrow(
      "`pulumi stack export` failed: failed to load checkpoint: EOF. " +
        "A kill may leave an empty file <stack>.json.attrs beside the state's file: delete that one, and run this again.",
    );
  });

  it("may be missing", async () => {
    await expect(exportState(undefined)).rejects.toThrow(
      "`pulumi stack export` failed: there is no pulumi on the PATH.",
    );
  });
});
