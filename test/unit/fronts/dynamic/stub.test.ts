import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import * as provider from "../../../../provider/fronts/dynamic";
import { ATTACHMENT_PROVIDER, KEY_PAIR_PROVIDER } from "../../../../provider/fronts/dynamic/stub";
import { testFolder } from "../../core/support/context";

const stubs = { impl: KEY_PAIR_PROVIDER, attachment: ATTACHMENT_PROVIDER };

test("the stored lines stand in users' states: they never change", () => {
  expect(stubs).toEqual({
    impl: 'exports.handler=()=>require("pulumi-keypair/provider").impl',
    attachment: 'exports.handler=()=>require("pulumi-keypair/provider").attachment',
  });
});

test.each(Object.entries(stubs))("the line of %s is short, and names what is there", (name, stub) => {
  expect(Buffer.byteLength(stub)).toBeLessThan(80);
  expect(Object.keys(provider)).toContain(name);
  const { exports } = JSON.parse(readFileSync(resolve("package.json"), "utf8"));
  expect(exports["./provider"].default).toBe("./dist/provider/fronts/dynamic/index.js");
});

describe("loaded as the engine's plugin host loads it, in the folder of the project", () => {
  // The host: cmd/dynamic-provider of @pulumi/pulumi. What stands behind the line here is a stand-in; the engine tests have the
  // real package, packed and linked.
  const fromString = createRequire(createRequire(__filename).resolve("@pulumi/pulumi")).resolve(
    "require-from-string",
  );

  function load(project: string, stub: string): string {
    const host = `console.log(require(${JSON.stringify(fromString)})(${JSON.stringify(stub)}).handler())`;
    return execFileSync(process.execPath, ["-e", host], { cwd: project, encoding: "utf8" }).trim();
  }

  function packageIn(folder: string): void {
    mkdirSync(join(folder, "dist/provider/fronts/dynamic"), { recursive: true });
    copyFileSync(resolve("package.json"), join(folder, "package.json"));
    writeFileSync(
      join(folder, "dist/provider/fronts/dynamic/index.js"),
      'exports.impl = "key pairs"; exports.attachment = "attachments";',
    );
  }

  test("that has it installed, and that links it", () => {
    const folder = testFolder();
    const installed = join(folder, "installed");
    packageIn(join(installed, "node_modules/pulumi-keypair"));
    expect(load(installed, KEY_PAIR_PROVIDER)).toBe("key pairs");

    const linked = join(folder, "linked");
    packageIn(join(folder, "workspace/pulumi-keypair"));
    mkdirSync(join(linked, "node_modules"), { recursive: true });
    symlinkSync(join(folder, "workspace/pulumi-keypair"), join(linked, "node_modules/pulumi-keypair"));
    expect(load(linked, ATTACHMENT_PROVIDER)).toBe("attachments");
  });

  test("the host still does it like that", () => {
    const host = createRequire(__filename).resolve("@pulumi/pulumi/cmd/dynamic-provider/index.js");
    expect(readFileSync(host, "utf8")).toContain("requireFromString(providerString).handler()");
  });
});
