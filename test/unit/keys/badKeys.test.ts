import { readdirSync, readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { expect, test } from "vitest";
import { KeyPairError } from "../../../provider/core/errors";
import { readPublicKey, readPublicKeyFile } from "../../../provider/keys";
import { FAULTS, FAULTS_OF_FILES } from "./faults";

const FOLDER = resolve(__dirname, "../../fixtures/keys/bad");
const names = readdirSync(FOLDER).map((file) => basename(file, ".pub"));

/** Only a string is harmed by the wrong encoding: of a file it is recognised. */
const READ_FROM_A_FILE = "utf-16-without-mark";

function contentsOf(name: string): Buffer {
  return readFileSync(join(FOLDER, `${name}.pub`));
}

function refusal(read: () => unknown): KeyPairError {
  try {
    read();
  } catch (error) {
    if (error instanceof KeyPairError) return error;
    throw error;
  }
  throw new Error("the key was read");
}

test("every fault has its file, and every file its fault", () => {
  expect(names.toSorted()).toEqual(Object.keys(FAULTS).toSorted());
});

test.each(names)("%s is refused as a text", (name) => {
  const [reason, next] = FAULTS[name] ?? [];
  const error = refusal(() => readPublicKey(contentsOf(name).toString()));
  expect(error).toMatchObject({ code: "InvalidKey", message: `${reason}. ${next}` });
  expect(error.cause).toBeUndefined();
});

test.each(names.filter((name) => name !== READ_FROM_A_FILE))("%s is refused as a file", (name) => {
  const [reason, next] = FAULTS_OF_FILES[name] ?? FAULTS[name] ?? [];
  const error = refusal(() => readPublicKeyFile(contentsOf(name)));
  expect(error).toMatchObject({ code: "InvalidKey", message: `${reason}. ${next}` });
});

test("UTF-16 without its mark is read from a file", () => {
  expect(readPublicKeyFile(contentsOf(READ_FROM_A_FILE))).toMatchObject({
    type: "ed25519",
    comment: "synthetic",
  });
});
