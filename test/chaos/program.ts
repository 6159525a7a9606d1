import { createECDH, createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { REGION } from "../engine/support/alibaba";

/** Where pairs live that do not say a region, and where they live that do. */
export const HOME = REGION;
export const ELSEWHERE = "eu-central-1";

export type Tags = Record<string, string>;

/** Where a pair's key comes from. Imported keys are told by a number: see `keyLine`. */
export type Key = { from: "import"; number: number } | { from: "cloud" } | { from: "local"; bits: 256 | 384 };

/** One `KeyPair` of a program. */
export interface Pair {
  /** The logical name. */
  resource: string;
  /** Its aliases. */
  formerNames: readonly string[];
  /** Absent: an automatic name. */
  keyPairName?: string;
  key: Key;
  /** Of an imported key: what stands behind it on its line. */
  comment?: string;
  tags?: Tags;
  tagChanges: "replace" | "update";
  region: string;
  resourceGroupId?: string;
}

/** By logical name. */
export type Program = ReadonlyMap<string, Pair>;

/** The key pairs of a region have one name each. */
export function placeOf(region: string, name: string): string {
  return `${region}/${name}`;
}

/** Whether the engine has to make a new pair to get from the one to the other. */
export function needsReplacement(before: Pair, after: Pair): boolean {
  return (
    before.keyPairName !== after.keyPairName ||
    before.region !== after.region ||
    !isDeepStrictEqual(before.key, after.key) ||
    (after.tagChanges === "replace" && !isDeepStrictEqual(before.tags ?? {}, after.tags ?? {}))
  );
}

/** The pair that the program has in the place of this one, by its name or by an alias; `undefined`: it is gone. */
export function heirOf(resource: string, program: Program): Pair | undefined {
  return (
    program.get(resource) ?? [...program.values()].find(({ formerNames }) => formerNames.includes(resource))
  );
}

/** The public key of this number, as an OpenSSH line. Each seed has keys of its own, always the same ones. */
export function keyLine(seed: number, number: number): string {
  const curve = createECDH("prime256v1");
  curve.setPrivateKey(createHash("sha256").update(`chaos ${seed} ${number}`).digest());
  const parts = [Buffer.from("ecdsa-sha2-nistp256"), Buffer.from("nistp256"), curve.getPublicKey()];
  const blob = parts.flatMap((part) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(part.length);
    return [length, part];
  });
  return `ecdsa-sha2-nistp256 ${Buffer.concat(blob).toString("base64")}`;
}

/** JavaScript, as `EngineProject.program` takes it. */
export function sourceOf(program: Program, seed: number, endpoint: string): string {
  const pairs = [...program.values()].map((pair) => ({
    name: pair.resource,
    args: argumentsOf(pair, seed, endpoint),
    aliases: pair.formerNames.map((name) => ({ name })),
  }));
  return `
    for (const { name, args, aliases } of ${JSON.stringify(pairs)}) {
      const pair = new KeyPair(name, args, { aliases });
      if (args.publicKeyBody === undefined) exports[name] = pair.privateKey;
    }`;
}

function argumentsOf(pair: Pair, seed: number, endpoint: string): object {
  const { key, comment, region, formerNames: _, resource: __, ...given } = pair;
  return {
    ...given,
    ...(key.from === "import" && { publicKeyBody: `${keyLine(seed, key.number)} ${comment ?? ""}`.trim() }),
    ...(key.from === "local" && { keyGeneration: { source: "local", type: "ecdsa", bits: key.bits } }),
    ...(region !== HOME && { connection: { region, endpoint } }),
  };
}
