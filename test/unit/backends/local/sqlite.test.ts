import { describe, expect, it } from "vitest";
import { loadSqlite, storeError } from "../../../../provider/backends/local/sqlite";

describe("the SQLite of Node", () => {
  it("is loaded, and nothing of the process is changed", () => {
    const emitWarning = process.emitWarning;
    expect(loadSqlite().DatabaseSync).toBeTypeOf("function");
    expect(process.emitWarning).toBe(emitWarning);
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
