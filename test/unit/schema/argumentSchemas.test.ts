import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv from "ajv";
import { expect, it } from "vitest";

const FOLDER = join(__dirname, "../../../provider/core/generated");
const files = globSync("*.schema.json", { cwd: FOLDER });

it("there is a schema for what a user writes", () => expect(files).toHaveLength(4));

// The provider does not do this itself: it takes longer than all else at its start.
it.each(files)("%s is a valid JSON Schema", (file) => {
  const ajv = new Ajv({ strict: false });
  expect(ajv.validateSchema(JSON.parse(readFileSync(join(FOLDER, file), "utf8"))), ajv.errorsText()).toBe(
    true,
  );
});
