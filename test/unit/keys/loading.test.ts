import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { readPublicKeyFile } from "../../../provider/keys";

function isSshpkLoaded(): boolean {
  return Object.keys(createRequire(__filename).cache).some((file) => file.includes("/node_modules/sshpk/"));
}

function readFixture(name: string): void {
  readPublicKeyFile(readFileSync(resolve(__dirname, "../../fixtures/keys/good", name)));
}

test("sshpk is loaded for PEM, and not for what most programs have", () => {
  for (const name of [
    "openssh-without-comment.pub",
    "rfc4716-with-continued-comment.pub",
    "base64-blob.pub",
  ]) {
    readFixture(name);
  }
  expect(isSshpkLoaded()).toBe(false);
  readFixture("base64-spki.pub");
  expect(isSshpkLoaded()).toBe(true);
});
