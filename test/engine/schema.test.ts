import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, inject, it } from "vitest";

/** The package schema against Pulumi's own metaschema and rules, which the CLI holds. */
const SCHEMA = join(__dirname, "../../schema.json");
const run = promisify(execFile);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "keypair-schema-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const check = (file: string) =>
  run(inject("engine").pulumi, ["schema", "check", file], {
    env: { PATH: process.env["PATH"], HOME: folder, PULUMI_HOME: folder, PULUMI_SKIP_UPDATE_CHECK: "true" },
  });

it("schema.json is a valid package schema", async () => {
  expect(await check(SCHEMA)).toEqual({ stdout: "", stderr: "" });
});

it("the check would see a fault", async () => {
  const faulty = join(folder, "schema.json");
  writeFileSync(
    faulty,
    readFileSync(SCHEMA, "utf8").replace("#/types/keypair:index:TagChanges", "#/types/keypair:index:None"),
  );
  await expect(check(faulty)).rejects.toThrow(/keypair:index:None/);
});
