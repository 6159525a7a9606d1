// The examples in the descriptions of schema.json, as the Pulumi Registry and the generators of SDKs read them
// (https://www.pulumi.com/docs/iac/packages-and-automation/pulumi-packages/schema/#doc-comments): each generator keeps its own language.

import { readFileSync } from "node:fs";
import { join } from "node:path";

const EXAMPLES = join(import.meta.dirname, "../docs/examples");

/** What each resource and function shows: the folders of docs/examples, with a title. */
const SHOWN: Readonly<Record<string, readonly [folder: string, title: string][]>> = {
  KeyPair: [
    ["import-a-public-key", "Import a public key"],
    ["create-a-key-pair", "Create a key pair"],
  ],
  KeyPairSet: [["keys-of-a-team", "The keys of a team, in two regions"]],
  KeyPairAttachment: [["attach-a-key-pair", "Attach a key pair to instances"]],
  getKeyPair: [["look-up-a-key-pair", "Look up a key pair"]],
  getKeyPairs: [["look-up-key-pairs", "Look up the key pairs of a team"]],
  getPublicKey: [["public-key-of-a-private-key", "The public key of a private key"]],
};

/** The languages, with the file that holds the program. */
const LANGUAGES = [
  ["typescript", "index.ts"],
  ["python", "__main__.py"],
  ["csharp", "Program.cs"],
  ["go", "main.go"],
  ["java", "App.java"],
  ["yaml", "Pulumi.yaml"],
] as const;

/** The end of the description of a resource or function. */
export function examplesOf(name: string): string {
  const examples = (SHOWN[name] ?? []).map(([folder, title]) => exampleOf(folder, title));
  if (examples.length === 0) throw new Error(`${name} has no example`);
  return ["", "{{% examples %}}", "## Example Usage", ...examples, "{{% /examples %}}"]
    .join("\n\n")
    .trimStart();
}

function exampleOf(folder: string, title: string): string {
  const blocks = LANGUAGES.map(([language, file]) => {
    const text = readFileSync(join(EXAMPLES, folder, file), "utf8").trim();
    // The name and the runtime of the YAML project are no part of the program.
    const program = language === "yaml" ? text.replace(/^(name|runtime): .*\n/gm, "") : text;
    return `\`\`\`${language}\n${program}\n\`\`\``;
  });
  return ["{{% example %}}", `### ${title}`, ...blocks, "{{% /example %}}"].join("\n\n");
}
