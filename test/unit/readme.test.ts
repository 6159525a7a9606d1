import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import configurationSchema from "../../provider/core/generated/providerConfiguration.schema.json";
import { KEY_PAIR_PROPERTIES } from "../../provider/core/keyPair/properties";
import { argumentNames, computedNames, secretNames } from "../../provider/core/resource/propertyTable";

/* The README says what the model says. */

const ROOT = join(__dirname, "../..");
const README = readFileSync(join(ROOT, "README.md"), "utf8");
const CONFIGURATION = readFileSync(join(ROOT, "docs/configuration.md"), "utf8");
const CONTRIBUTING = readFileSync(join(ROOT, "CONTRIBUTING.md"), "utf8");

/** The rows of the table under a heading, by the name in their first cell. */
function table(heading: string, page = README): Map<string, string[]> {
  const section = page.split(/^##? /m).find((text) => text.startsWith(`${heading}\n`)) ?? "";
  const rows = section.split("\n").filter((line) => line.startsWith("| `"));
  return new Map(
    rows.map((row) => {
      const [name = "", ...cells] = row
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim());
      return [name.replaceAll("`", ""), cells];
    }),
  );
}

describe("README", () => {
  it("lists the arguments, and what a change of each does", () => {
    const rows = table("Arguments");
    expect([...rows.keys()]).toEqual(argumentNames(KEY_PAIR_PROPERTIES));
    /** Their value decides by another argument, which the words say. */
    const indirect = ["keyPairNamePrefix", "publicKeyFile"];
    for (const [name, [, change = ""]] of rows) {
      if (indirect.includes(name)) continue;
      const row = Object.entries(KEY_PAIR_PROPERTIES).find(([property]) => property === name)?.[1];
      expect(`${name}: ${change.split(/[,;]/)[0]}`).toBe(
        `${name}: ${row?.change === "replace" ? "replaces" : "in place"}`,
      );
    }
  });

  it("lists the outputs, and which are secrets", () => {
    const rows = table("Outputs");
    expect([...rows.keys()]).toEqual(["keyPairName", ...computedNames(KEY_PAIR_PROPERTIES)]);
    const secrets = [...rows]
      .filter(([, [meaning = ""]]) => meaning.startsWith("a secret"))
      .map(([name]) => name);
    const secretArguments = ["privateKeyPassphrase"];
    expect([...secretArguments, ...secrets]).toEqual(secretNames(KEY_PAIR_PROPERTIES));
  });

  it("lists the configuration", () => {
    expect([...table("Configuration", CONFIGURATION).keys()].sort()).toEqual(
      Object.keys(configurationSchema.properties).sort(),
    );
  });

  it("names npm scripts that are there", () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
    const named = [...(README + CONTRIBUTING).matchAll(/npm (?:run )?(test(?::unit)?|(?<=run )[\w:]+)/g)].map(
      (match) => match[1],
    );
    expect(new Set(named).size).toBeGreaterThan(6);
    for (const name of named) expect(scripts).toHaveProperty([String(name)]);
  });

  it("can be read in one go", () => {
    expect(README.split("\n").length).toBeLessThanOrEqual(201);
  });

  it("has a changelog with the package's version", () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
    expect(readFileSync(join(ROOT, "CHANGELOG.md"), "utf8")).toContain(`## [${version}]`);
  });
});
