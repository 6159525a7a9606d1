import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FolderJournal } from "../../../provider/core/journal";

const URN = "urn:pulumi:dev::test::pulumi-nodejs:dynamic/keypair:KeyPair::web";
const ENTRY = { name: "web-0a1b2c3", location: "alibaba cn-hangzhou", isNew: true, startedAt: 1, endsBy: 2 };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "keypair-journal-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** What the next process reads. Its id is ours here, which is as good as gone: what it finds is not its own. */
const interrupted = () => new FolderJournal(folder).interrupted(URN).map(({ name }) => name);

describe("the journal, of a key that a gone pair left in a file", () => {
  const leftKey = () => new FolderJournal(folder).leftKey(URN);

  it("tells the next runs of it, until the resource has a pair again", () => {
    new FolderJournal(folder).keyLeft(URN, "SHA256:x");
    expect([leftKey(), leftKey()]).toEqual(["SHA256:x", "SHA256:x"]);
    expect(interrupted()).toEqual([]);
    expect(new FolderJournal(folder).leftKey(`${URN}-other`)).toBeUndefined();

    const journal = new FolderJournal(folder);
    const failed = journal.begin(URN, ENTRY);
    failed.nothingMade();
    expect([journal.leftKey(URN), leftKey()]).toEqual(["SHA256:x", "SHA256:x"]);
    journal.begin(URN, ENTRY).returned("SHA256:made");
    journal.runEnded();
    expect([journal.leftKey(URN), leftKey()]).toEqual([undefined, undefined]);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("tells the same run of it too", () => {
    const journal = new FolderJournal(folder);
    journal.keyLeft(URN, "SHA256:x");
    expect(journal.leftKey(URN)).toBe("SHA256:x");
    journal.keyLeft(undefined, "SHA256:x");
    expect(journal.leftKey(undefined)).toBeUndefined();
  });
});

describe("the journal, of a call that the engine was told of", () => {
  it("is kept when the process is killed: nobody knows whether the engine has saved it", () => {
    new FolderJournal(folder).begin(URN, ENTRY).returned("SHA256:made");
    expect(interrupted()).toEqual(["web-0a1b2c3"]);
  });

  it("is over when the engine ends its run as it should", () => {
    const journal = new FolderJournal(folder);
    journal.begin(URN, ENTRY).returned("SHA256:made");
    journal.runEnded();
    expect(interrupted()).toEqual([]);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("is kept when the run is cut short: another call was still under way", () => {
    const journal = new FolderJournal(folder);
    journal.begin(URN, ENTRY).returned("SHA256:made");
    journal.begin(URN, { ...ENTRY, name: "web-4d5e6f7" });
    journal.runEnded();
    expect(interrupted().sort()).toEqual(["web-0a1b2c3", "web-4d5e6f7"]);
  });

  it("is over once a state has it", () => {
    new FolderJournal(folder).begin(URN, ENTRY).returned("SHA256:made");
    new FolderJournal(folder).confirm(URN, "web-0a1b2c3");
    expect(interrupted()).toEqual([]);
  });
});
