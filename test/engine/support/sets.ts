import type { EngineProject } from "./project";

/** Where a set says which class it is of: the programs of the tests have `KeyPairSet` by this line. */
export const WITH_SETS = 'const { KeyPairSet } = require("pulumi-keypair");\n';

/** What the state holds of the set's key pairs, as `member/region name`. */
export function pairsInState(project: EngineProject, set = "team"): string[] {
  const keyPairs = (project.resource(set).outputs?.["keyPairs"] ?? {}) as Record<
    string,
    Record<string, { keyPairName: string }>
  >;
  return Object.entries(keyPairs).flatMap(([member, regions]) =>
    Object.entries(regions).map(([region, { keyPairName }]) => `${member}/${region} ${keyPairName}`),
  );
}
