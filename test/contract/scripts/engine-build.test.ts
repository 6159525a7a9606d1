import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { buildSource } from "../../../scripts/engine/build.mts";
import { ensureEngine } from "../../../scripts/engine/ensure.mts";
import { ENGINE_VERSION } from "../../../scripts/engine/layout.mts";
import type { Progress } from "../../../scripts/engine/progress.mts";

// The stand-in for go is a shell script.
describe.skipIf(process.platform === "win32")("build from Go modules", () => {
  let home: string;
  let env: NodeJS.ProcessEnv;
  const quiet: Progress = { say() {}, begin() {}, update() {}, end() {} };
  const fakeGo = (...lines: string[]) => {
    mkdirSync(join(home, "bin"));
    writeFileSync(join(home, "bin", "go"), ["#!/bin/sh", "PATH=/usr/bin:/bin", ...lines, ""].join("\n"), {
      mode: 0o755,
    });
  };

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "engine-build-test-"));
    env = { PULUMI_HOME: join(home, ".pulumi"), PATH: join(home, "bin") };
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  it("builds both programs from the pinned modules and adds the dynamic provider", async () => {
    const log = join(home, "go.log");
    fakeGo(
      `echo "CGO_ENABLED=$CGO_ENABLED GOWORK=$GOWORK $*" >> ${log}; cat go.mod >> ${log}`,
      'if [ "$1" = list ]; then echo "go: downloading example.com/m v1.0.0" >&2; echo true; echo false; exit; fi',
      "echo example.com/package >&2",
      'while [ "$1" != -o ]; do shift; done',
      `printf '#!/bin/sh\\necho v${ENGINE_VERSION}\\n' > "$2"; chmod +x "$2"`,
    );
    const details: string[] = [];
    const progress = { ...quiet, update: (detail: string) => void details.push(detail) };
    const made = await ensureEngine({ env, sources: [buildSource], progress });

    expect(made).toMatchObject({ from: "build from Go modules", version: ENGINE_VERSION });
    expect(readdirSync(made.binDir).sort()).toEqual([
      "pulumi",
      "pulumi-language-nodejs",
      "pulumi-resource-pulumi-nodejs",
    ]);
    expect(details).toEqual(["1 Go modules downloaded", "linking", "1 Go modules downloaded", "linking"]);
    const ran = readFileSync(log, "utf8");
    expect(ran).toContain("CGO_ENABLED=0 GOWORK=off build -mod=mod -trimpath -v");
    expect(ran).toContain(`version.Version=v${ENGINE_VERSION} -o`);
    expect(ran).toContain(`require github.com/pulumi/pulumi/pkg/v3 v${ENGINE_VERSION}\n`);
    expect(ran).toContain("require github.com/pulumi/pulumi/sdk/v3 v3.68.0\n");
  });

  it("gives the compiler's last lines when it fails", async () => {
    fakeGo("echo 'requires go >= 1.99' >&2", "exit 1");
    await expect(ensureEngine({ env, sources: [buildSource], progress: quiet })).rejects.toThrow(
      "  - build from Go modules: go list failed with code 1\n    requires go >= 1.99\n",
    );
  });
});
