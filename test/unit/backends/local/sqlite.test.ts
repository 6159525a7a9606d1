import { describe, expect, it } from "vitest";
import { isSqliteWarning, loadSqlite, storeError } from "../../../../provider/backends/local/sqlite";

describe("the SQLite of Node", () => {
  it("is loaded, and warnings are as they were after that", () => {
    const emitWarning = process.emitWarning;
    expect(loadSqlite().DatabaseSync).toBeTypeOf("function");
    expect(process.emitWarning).toBe(emitWarning);
  });

  it("is told apart from everything else that Node warns of", () => {
    const sqlite = "SQLite is an experimental feature and might change at any time";
    expect(isSqliteWarning([sqlite, "ExperimentalWarning"])).toBe(true);
    expect(isSqliteWarning([Object.assign(new Error(sqlite), { name: "ExperimentalWarning" })])).toBe(true);
    expect(isSqliteWarning([sqlite, "DeprecationWarning"])).toBe(false);
    expect(isSqliteWarning(["Type Stripping is an experimental feature", "ExperimentalWarning"])).toBe(false);
    expect(isSqliteWarning([])).toBe(false);
  });

  it("has failures that are no fault of the file's: a full disk, say", () => {
    const full = Object.assign(new Error("database or disk is full"), {
      code: "ERR_SQLITE_ERROR",
      errcode: 13,
    });
    expect(storeError(full, "/data/local.sqlite")).toMatchObject({
      code: "File",
      message:
        "the local store /data/local.sqlite failed: database or disk is full. See that its disk is there and has room, then try again.",
      cause: full,
    });
    const bug = new TypeError("a bug");
    expect(storeError(bug, "/data/local.sqlite")).toBe(bug);
  });
});
