import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compile } from "../support/compile";

describe("a process that only asks for rules", () => {
  let compiled = "";
  const path = join(tmpdir(), `keypair-lazy-${process.pid}.sqlite`);
  beforeAll(() => {
    compiled = compile();
  });
  afterAll(() => {
    rmSync(compiled, { recursive: true });
    rmSync(path);
  });

  const loaded = (work: string) =>
    execFileSync(
      process.execPath,
      [
        "-e",
        `const { createBackendCatalog } = require("./provider/backends");
         const catalog = createBackendCatalog();
         Promise.resolve(${work}).then(() => console.log(Object.keys(require.cache).join("\\n")));`,
      ],
      { cwd: compiled, encoding: "utf8" },
    );

  it("loads no cloud library, no client and no key format", () => {
    const files = loaded(`["alibaba", "openstack", "local"].forEach((name) => catalog.rules(name))`);
    expect(files).toContain("rules.js");
    expect(files).not.toMatch(/@alicloud|sshpk|node_modules\/yaml|open\.js|provider\/keys/);
  });

  it("and opens one backend loads that one", () => {
    const files = loaded(
      `catalog.open({ backend: "local", path: ${JSON.stringify(path)} }, {}).then((backend) => backend.close())`,
    );
    expect(files).toContain("local/open.js");
    expect(files).not.toMatch(/@alicloud|node_modules\/yaml|(alibaba|openstack)\/open\.js/);
  });
});
