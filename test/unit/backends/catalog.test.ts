import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { createBackendCatalog } from "../../../provider/backends/index";
import { BACKEND_NAMES } from "../../../provider/core/model";

const folder = mkdtempSync(join(tmpdir(), "keypair-catalog-"));
const connection = { backend: "local", path: join(folder, "local.sqlite") } as const;
const operation = { signal: new AbortController().signal, deadline: Date.now() + 60_000, progress: () => {} };
afterAll(() => rmSync(folder, { recursive: true }));

describe("the catalog of backends", () => {
  it("has the rules of every backend", () => {
    const catalog = createBackendCatalog();
    expect(BACKEND_NAMES.map((name) => catalog.rules(name).backend)).toEqual(BACKEND_NAMES);
  });

  it("opens each connection and account once", async () => {
    const catalog = createBackendCatalog();
    const backend = await catalog.open(connection, {});
    const { path, backend: name } = connection;
    expect(await catalog.open({ path, backend: name }, {})).toBe(backend);
    expect(await catalog.open({ ...connection, region: "other" }, {})).not.toBe(backend);
    expect(await catalog.open(connection, { accessKeyId: "another" })).not.toBe(backend);
    await catalog.closeAll();
  });

  it("tries again what could not be opened", async () => {
    const catalog = createBackendCatalog();
    const path = join(folder, "spoiled.sqlite");
    writeFileSync(path, "no database");
    await expect(catalog.open({ backend: "local", path }, {})).rejects.toMatchObject({
      code: "Configuration",
    });
    rmSync(path);
    expect((await catalog.open({ backend: "local", path }, {})).name).toBe("local");
    await catalog.closeAll();
  });

  it("closes what was opened, as often as it is asked to, and opens it anew after that", async () => {
    const catalog = createBackendCatalog();
    const backend = await catalog.open(connection, {});
    await catalog.closeAll();
    await catalog.closeAll();
    await expect(backend.listKeyPairs({}, operation)).rejects.toMatchObject({ code: "File" });
    const next = await catalog.open(connection, {});
    expect(await next.listKeyPairs({}, operation)).toEqual([]);
    await catalog.closeAll();
  });
});
