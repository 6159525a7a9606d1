// A dynamic provider that does nothing: what is left of a run then is the engine's.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The provider, as the source of a value in a program. Stored, it is as long as that of a key pair. */
export const NOTHING = `'exports.handler=()=>require("pulumi-nothing/provider").impl'`;

/** Writes the module into the folder of the modules; it exports `impl`. */
export function writeNothing(modules: string, source: string): void {
  const folder = join(modules, "pulumi-nothing");
  mkdirSync(folder);
  writeFileSync(join(folder, "provider.js"), source);
}

/** Makes nothing, asks nobody, and answers with these outputs. */
export function moduleThatAnswers(outputs: object): string {
  return `
const outs = ${JSON.stringify(outputs)};
exports.impl = {
  create: async () => ({ id: "team", outs }),
  diff: async () => ({ changes: false }),
  read: async (id, props) => ({ id, props }),
  delete: async () => {},
};`;
}

/** The outputs of the set in an exported stack, in clear: no machine takes the keys of the emulator. */
export function outputsOfSet(exported: string): object {
  const { deployment } = JSON.parse(exported, (_, value) =>
    typeof value?.plaintext === "string" ? JSON.parse(value.plaintext) : value,
  );
  const { __provider, ...outputs } = deployment.resources.find(
    ({ custom, type }: { custom: boolean; type: string }) => custom && type.endsWith("KeyPairSet"),
  ).outputs;
  return outputs;
}
