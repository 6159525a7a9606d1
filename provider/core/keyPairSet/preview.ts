import { keyOutputs } from "../keyPair/keyFacts";
import type { CheckedKeyPairSetArgs, KeyPairSetMember, KeyPairSetState } from "../model";
import type { PreviewRequest } from "../resource/contract";
import { type MaybeUnknown, type Preview, UNKNOWN } from "../unknown";
import type { WantedPair } from "./members";
import { type Plan, planSet } from "./plan";
import { contentsOf, factsOf, noContents } from "./state";

type SetPreview = PreviewRequest<CheckedKeyPairSetArgs, KeyPairSetState>;
type Facts = { [K in keyof KeyPairSetMember]?: MaybeUnknown<KeyPairSetMember[K]> };

/** Of a key that is not known yet. */
const UNKNOWN_KEY: Facts = {
  publicKey: UNKNOWN,
  keyType: UNKNOWN,
  keyBits: UNKNOWN,
  fingerprintMd5: UNKNOWN,
  fingerprintSha256: UNKNOWN,
};

/** What a preview can tell of a set: which key pairs there will be, and all that follows from imported keys. */
export function previewKeyPairSet({ args, state, settings, catalog }: SetPreview): Preview<KeyPairSetState> {
  const before = state ? contentsOf(state) : noContents();
  const plan = planSet(before, args, { settings, catalog });
  if (plan.undecided !== undefined) {
    return { keyPairNames: UNKNOWN, keyPairs: UNKNOWN, privateKeys: UNKNOWN };
  }
  const names = plan.wanted.map(({ args: { keyPairName } }) => String(keyPairName));
  return {
    keyPairNames: [...new Set(names)].sort(),
    keyPairs: keyPairsOf(plan),
    privateKeys: privateKeysOf(plan, args),
  };
}

function keyPairsOf({ wanted, steps, contents }: Plan): Preview<KeyPairSetState>["keyPairs"] {
  const made = new Set(
    steps.flatMap((step) => (step.kind === "remove" || step.kind === "update" ? [] : [step.wanted])),
  );
  // Where only the cloud knows the region, nothing can be told under its name.
  if ([...made].some(({ region }) => region === undefined)) return UNKNOWN;
  const byMember: Record<string, Record<string, Facts>> = {};
  for (const pair of wanted) {
    const stored = contents.pairs.find(
      ({ member, region }) => member === pair.member && region === (pair.region ?? region),
    );
    const region = stored && !made.has(pair) ? stored.region : (pair.region ?? "");
    const facts = stored && !made.has(pair) ? factsOf(stored) : factsOfNew(pair);
    byMember[pair.member] = { ...byMember[pair.member], [region]: facts };
  }
  return byMember as Preview<KeyPairSetState>["keyPairs"];
}

/** Of a pair that will be made. */
function factsOfNew({ args: { keyPairName, publicKeyBody } }: WantedPair): Facts {
  const ofKey = typeof publicKeyBody === "string" ? keyOutputs(publicKeyBody) : UNKNOWN_KEY;
  return { keyPairName, fingerprint: UNKNOWN, ...ofKey, createdAt: UNKNOWN };
}

/** A created member keeps its private key, or gets one that is not known yet. */
function privateKeysOf(
  { wanted, keys }: Plan,
  { savePrivateKeys }: SetPreview["args"],
): Preview<KeyPairSetState>["privateKeys"] {
  if (savePrivateKeys === false) return {};
  if (savePrivateKeys === UNKNOWN) return UNKNOWN;
  const created = new Set(wanted.filter(({ isCreated }) => isCreated).map(({ member }) => member));
  return Object.fromEntries([...created].map((member) => [member, keys.get(member)?.privateKey ?? UNKNOWN]));
}
