import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, inject, it, onTestFinished } from "vitest";
import { newKey } from "./support/keys";
import { engineProject } from "./support/project";
import { asBlock } from "./support/typescript";

/* The programs of the README and of docs/plugin.md, word for word. */

const ROOT = join(__dirname, "../..");
const README = readFileSync(join(ROOT, "README.md"), "utf8");
const programsIn = (text: string) =>
  [...text.matchAll(/```ts\n([\s\S]*?)```/g)].map((block) => block[1] ?? "");
const [first = "", ...others] = programsIn(README);
const ofPlugin = programsIn(readFileSync(join(ROOT, "docs/plugin.md"), "utf8"));

it("have no type error", () => {
  const folder = mkdtempSync(join(ROOT, ".cache/readme-"));
  try {
    const files = [first, ...others, ...ofPlugin].map((program, n) => {
      const file = join(folder, `program-${n}.ts`);
      writeFileSync(file, program);
      return file;
    });
    expect(files.length).toBe(3);
    const compilerOptions = {
      ...{ target: "es2022", module: "commonjs", moduleResolution: "node10", strict: true, noEmit: true },
      ...{ skipLibCheck: true, types: ["node"], typeRoots: [join(ROOT, "node_modules/@types")] },
      paths: {
        "pulumi-keypair": [join(inject("packageFolder"), "dist/sdk/index.d.ts")],
        "pulumi-keypair/plugin": [join(inject("packageFolder"), "dist/sdk/plugin/index.d.ts")],
      },
    };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files }));
    const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
    expect(execFileSync(process.execPath, [tsc, "-p", folder], { encoding: "utf8" })).toBe("");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it("the first runs, and its private key is a secret", async () => {
  const project = await engineProject({ program: asBlock(first) });
  onTestFinished(() => project.close());
  project.write("deploy.pub", `${(await newKey()).line}\n`);
  const run = await project.up();
  expect(run.output).toMatch(/privateKey *: \[secret\]/);
  const outputs = await project.outputs();
  expect(outputs["names"]).toEqual([expect.stringMatching(/^deploy-/), expect.stringMatching(/^bastion-/)]);
  expect(project.read("bastion.pem")).toBe(outputs["privateKey"]);
});
