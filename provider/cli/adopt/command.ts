import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Command, Option } from "commander";
import type { Backend, BackendCatalog } from "../../core/backend";
import { defined } from "../../core/defined";
import { KeyPairError } from "../../core/errors";
import { fileError } from "../../core/privateKeyFile/fileError";
import { formatPublicKeyLine } from "../../keys";
import type { Io } from "../input";
import { newOperation } from "../operation";
import { type FoundPair, type FoundPairs, findPairs } from "../pairs/find";
import { otherRegions, placesText } from "../pairs/nothingFound";
import { type PairsOptions, WHERE_HELP, withPairsOptions } from "../pairs/options";
import { type SettingsParts, settingsFor } from "../pairs/settings";
import { visible } from "../quoted";
import { importedResource, importFile } from "./importFile";
import { resourceNames } from "./names";
import { pairsOfStack } from "./ofStack";
import { type Declaration, LANGUAGES, type Language, PROGRAMS } from "./program";
import { keyPairSets } from "./sets";
import { whyLeftOut } from "./unusable";

/** Not adopted.json: Node would load that one for `import "./adopted"`. */
const IMPORT_FILE = "adopted-import.json";

const HELP = `${WHERE_HELP}

It changes nothing in a cloud and in no state: it writes adopted.ts, adopted.py or adopted.yaml, with resources that are protected, and
with --as import also adopted-import.json. It leaves out the pairs that the stack has already, and never overwrites a file.

  --as pairs   a KeyPair for each pair, with onExisting: "adopt": \`pulumi up\` takes the pairs over
  --as set     the same as KeyPairSets: as few as the tags, resource groups and regions of the pairs allow
  --as import  a KeyPair for each pair of the plugin: \`pulumi import --file adopted-import.json\` takes the pairs over

Exit codes:
  0  every pair is in the program, or in the stack already
  1  nothing was written
  2  the command line is wrong
  3  some pairs are not in the program, and were named`;

const FORMS = ["pairs", "set", "import"] as const;
export type Form = (typeof FORMS)[number];

export interface AdoptOptions extends PairsOptions {
  as: Form;
  language: Language;
  plugin?: boolean;
  out: string;
}

/** What the command works with. */
export interface AdoptParts extends Io, SettingsParts {
  catalog: BackendCatalog;
  exportState(stack: string | undefined): Promise<string>;
  /** Of this package. */
  version: string;
}

/** Describes the command: see `AdoptOptions`. */
export function adoptOptions(command: Command): Command {
  return withPairsOptions(command.description("write a program that takes over the key pairs that are there"))
    .addOption(new Option("--as <form>", "what the program says of them").choices(FORMS).default("pairs"))
    .addOption(
      new Option("--language <name>", "the language of the program").choices(LANGUAGES).default("typescript"),
    )
    .option(
      "--plugin",
      "in TypeScript: the classes of pulumi-keypair/plugin, as --as import and other languages have them",
    )
    .option("--out <folder>", "where the files are written", ".")
    .addHelpText("after", HELP);
}

/** Writes the program. Resolves to whether every pair is in it. */
export async function runAdopt(options: AdoptOptions, parts: AdoptParts): Promise<boolean> {
  const settings = await settingsFor(options, parts);
  const { pairs, lookedAt, unclear } = await findPairs(options, settings, parts.catalog);
  failIfUnclear(unclear);
  const held = await pairsOfStack(pairs, options, parts);
  for (const { record, backend } of held)
    parts.complain(
      `pulumi-keypair: ${visible(JSON.stringify(record.name))} (${backend.location}) is in the stack already.\n`,
    );
  const others = pairs.filter((pair) => !held.has(pair));
  const { usable, leftOut } = sorted(others, options, parts.catalog);
  for (const line of leftOut) parts.complain(`pulumi-keypair: left out ${visible(line)}.\n`);
  if (held.size > 0 && others.length === 0) {
    parts.print("The stack has every key pair already. Nothing was written.\n");
    return true;
  }
  if (usable.length === 0) {
    throw new KeyPairError({
      code: "NotFound",
      message: `there is no ${held.size > 0 ? "other " : ""}key pair to take over (${placesText(lookedAt)})`,
      next:
        (pairs.length === 0 ? otherRegions(options) : undefined) ??
        "`pulumi-keypair list` takes the same options and shows what is there.",
    });
  }

  const names = resourceNames(usable);
  const files = new Map([[PROGRAMS[options.language].file, programOf(names, leftOut, options)]]);
  if (options.as === "import") files.set(IMPORT_FILE, await importFileOf(names, parts.version));
  writeNew(options.out, files);
  parts.print(report(options, usable, [...files.keys()]));
  return leftOut.length === 0;
}

/** A program that lacks the pairs of a region would look whole. */
function failIfUnclear(unclear: FoundPairs["unclear"]): void {
  const [first] = unclear;
  if (first === undefined) return;
  const messages = unclear.map(
    ({ location, error }) => `${location} could not be looked at: ${error.details.message}`,
  );
  throw first.error.with({ message: messages.join("; ") });
}

/** The pairs for the program, and a line for each of the others. */
function sorted(
  pairs: readonly FoundPair[],
  { as: form, language }: AdoptOptions,
  catalog: BackendCatalog,
): { usable: FoundPair[]; leftOut: string[] } {
  const judged = pairs.map((pair) => ({ pair, reason: whyLeftOut(pair, form, language, catalog) }));
  return {
    usable: judged.flatMap(({ pair, reason }) => (reason === undefined ? [pair] : [])),
    leftOut: judged.flatMap(({ pair: { record, backend }, reason }) =>
      reason === undefined ? [] : [`${JSON.stringify(record.name)} (${placeOf(backend)}): ${reason}`],
    ),
  };
}

/** @param names  Of the resources. */
function programOf(
  names: ReadonlyMap<FoundPair, string>,
  leftOut: readonly string[],
  { as: form, language, plugin = false }: AdoptOptions,
): string {
  const pairs = [...names.keys()];
  const places = new Set(pairs.map(({ backend }) => placeOf(backend)));
  return PROGRAMS[language].text({
    header: [
      `Written by pulumi-keypair adopt: ${counted(pairs.length)} of ${[...places].join(", ")}.`,
      ...leftOut.map((line) => `Left out ${line}.`),
    ],
    declarations:
      form === "set" ? keyPairSets(pairs) : [...names].map(([pair, name]) => declared(pair, name, form)),
    isForPlugin: plugin || form === "import" || language !== "typescript",
  });
}

function declared({ record, key, keyProblem, connection }: FoundPair, name: string, form: Form): Declaration {
  const { tags = {}, resourceGroupId } = record;
  return defined({
    type: "KeyPair" as const,
    name,
    comment:
      key === undefined
        ? `Its key cannot be read (${keyProblem}), so it is not said here. If the pair is replaced, a new key is made.`
        : undefined,
    args: defined({
      keyPairName: record.name,
      publicKeyBody: key && formatPublicKeyLine(key),
      tags: Object.keys(tags).length === 0 ? undefined : tags,
      resourceGroupId,
      onExisting: form === "import" ? undefined : ("adopt" as const),
      connection: Object.keys(connection).length === 0 ? undefined : connection,
    }),
  });
}

async function importFileOf(names: ReadonlyMap<FoundPair, string>, version: string): Promise<string> {
  const resources = await Promise.all(
    [...names].map(async ([pair, name]) =>
      importedResource(pair, name, await pair.backend.owner(newOperation()), version),
    ),
  );
  return importFile(resources);
}

/** Never writes over a file that is there; if one of them is, writes none. */
function writeNew(folder: string, files: ReadonlyMap<string, string>): void {
  const there = [...files.keys()].map((file) => join(folder, file)).filter((path) => existsSync(path));
  if (there.length > 0) {
    throw new KeyPairError({
      code: "File",
      message: `${there.join(" and ")} ${there.length === 1 ? "is" : "are"} there already`,
      next: "Files are never overwritten: move them away, or name another folder with --out.",
    });
  }
  try {
    mkdirSync(folder, { recursive: true });
    for (const [file, text] of files) writeFileSync(join(folder, file), text, { flag: "wx" });
  } catch (error) {
    throw fileError(error, "write", folder, "publicKeyFile");
  }
}

function report(
  { out, as: form, language }: AdoptOptions,
  pairs: readonly FoundPair[],
  files: string[],
): string {
  const paths = files.map((file) => join(out, file));
  const takeOver =
    form === "import" ? `pulumi import --file ${join(out, IMPORT_FILE)} --generate-code=false` : "pulumi up";
  return [
    `Wrote ${paths.join(" and ")}: ${counted(pairs.length)}.`,
    PROGRAMS[language].use,
    `Take over: ${takeOver}`,
    "Then `pulumi preview` shows no change.",
    "",
  ].join("\n");
}

/** Without what only this machine knows: the text goes into a program. */
function placeOf({ name, region }: Backend): string {
  return region === undefined ? name : `${name} ${region}`;
}

function counted(pairs: number): string {
  return `${pairs} key pair${pairs === 1 ? "" : "s"}`;
}
