import { defined } from "../defined";
import type { ErrorCode, KeyPairError } from "../errors";
import { checkKeyFile, createKeyPair } from "../keyPair/create";
import { removeKeyPair } from "../keyPair/delete";
import { isYoung } from "../keyPair/settle";
import { argumentsOf } from "../keyPair/state";
import { privateKeyToKeep, updateKeyPair } from "../keyPair/update";
import type { CheckedKeyPairArgs, KeyPairState } from "../model";
import { cancelled } from "../pause";
import type { OperationContext, Outcome } from "../resource/contract";
import { asKeyPairError, type Failure } from "./failures";
import { checkOldKey, isKeyInFile, makeKeyFolder } from "./keyFiles";
import { LISTING_PAYS_FROM, withFreshListings } from "./listing";
import { SharedKey } from "./memberKey";
import type { WantedPair } from "./members";
import { OwnerOfNewPairs } from "./ownerOfNewPairs";
import { inParallel } from "./parallel";
import { memberKeyOf, type PairStep, type Plan, placeOfPrivateKey, type Removal } from "./plan";
import { Progress } from "./progress";
import { type Contents, isForFileOnly, type MemberKey, regionOf, type StoredPair } from "./state";
import { memberOf, regionOfStep } from "./summary";

/** It will not succeed, however often it is sent. */
const FOR_GOOD: ErrorCode[] = [
  "Configuration",
  "Unauthenticated",
  "InvalidInput",
  "InvalidKey",
  "Refused",
  "QuotaExceeded",
  "PermissionDenied",
  "File",
];

/** What a plan came to. */
export interface Reached {
  contents: Contents;
  failures: Failure[];
}

/**
 * Carries out a plan, on many key pairs at once, by the functions of a single key pair. Never rejects: what was done is in the
 * contents, and what was not is in the failures.
 *
 * New pairs come first. Then those go whose place they took, and those that nobody wants (none of these, if a new one failed). A pair
 * that instances use is waited for at the end, so that it holds up no other.
 * @param privateKeyFolder  As the program gives it. It is made if it is not there.
 */
export async function carryOut(
  plan: Plan,
  context: OperationContext,
  privateKeyFolder: string | undefined,
): Promise<Reached> {
  const work = new Work(plan, context);
  if (privateKeyFolder !== undefined && plan.steps.some(mayWriteKey)) {
    makeKeyFolder(privateKeyFolder, context);
  }
  const isRemoval = (step: PairStep): step is Removal => step.kind === "remove";
  const later: PairStep[] = [];
  const pass = async (steps: readonly PairStep[], most?: number) => {
    const putOffIfInUse = async (step: PairStep) => {
      if ((await work.attempt(step, { waits: false })) === "in use") later.push(step);
    };
    await inParallel(steps, putOffIfInUse, most);
  };
  const remove = async (removals: readonly Removal[]) => {
    // Of young pairs that are gone already, it takes seconds until that is certain: all of them wait at once.
    const { young = [], old = [] } = Object.groupBy(removals, ({ stored }) =>
      isYoung(stored.state) ? "young" : "old",
    );
    await Promise.all([pass(young, Number.POSITIVE_INFINITY), pass(old)]);
  };
  await pass(plan.steps.filter((step) => !isRemoval(step)));
  const unwanted = plan.steps.filter(isRemoval).filter((step) => work.mayRemove(step));
  await remove([...unwanted, ...work.removalsOfMoved(plan.steps)]);
  // The removals may have made room.
  const again = plan.steps.some(isRemoval) ? work.takeFailed("QuotaExceeded") : [];
  await pass(again);
  await remove(work.removalsOfMoved(again));
  await inParallel(later, (step) => work.attempt(step, { waits: true }), Number.POSITIVE_INFINITY);
  return work.end();
}

class Work {
  readonly #pairs: Set<StoredPair>;
  readonly #leftOver: Set<StoredPair>;
  readonly #keys: Map<string, MemberKey>;
  readonly #shared = new Map<string, SharedKey>();
  readonly #owner: OwnerOfNewPairs;
  readonly #progress: Progress;
  readonly #catalogs: Record<"making" | "removing", OperationContext["catalog"]>;
  #failures: { step: PairStep; error: KeyPairError }[] = [];

  constructor(
    private readonly plan: Plan,
    private readonly context: OperationContext,
  ) {
    const { pairs, leftOver, keys } = plan.contents;
    this.#pairs = new Set(pairs);
    this.#leftOver = new Set(leftOver);
    this.#owner = new OwnerOfNewPairs([...pairs, ...leftOver]);
    // A key that is kept may be known from a pair only, which goes before it is made again.
    this.#keys = new Map([...keys, ...plan.keys]);
    const moves = plan.steps.filter(({ kind }) => kind === "move").length;
    this.#progress = new Progress(plan.steps.length + moves, context.operation);
    const { catalog } = context;
    const isListed = plan.steps.length >= LISTING_PAYS_FROM;
    this.#catalogs = {
      making: isListed ? withFreshListings(catalog, { isFreeIfUnlisted: true }) : catalog,
      removing: isListed ? withFreshListings(catalog, { isFreeIfUnlisted: false }) : catalog,
    };
  }

  /** `in use`: nothing was done, since instances use the pair. It can be tried again, with more patience. */
  async attempt(step: PairStep, { waits }: { waits: boolean }): Promise<"in use" | undefined> {
    try {
      if (this.context.operation.signal.aborted) throw cancelled();
      if ((await this.#carryOut(step, this.#contextFor(step), waits)) === "in use") {
        this.#progress.later(step);
        return "in use";
      }
    } catch (error) {
      this.#failures.push({ step, error: asKeyPairError(error) });
    }
    this.#progress.done(step);
    return undefined;
  }

  /** The new pairs that were refused for this reason, as if they had not been tried. */
  takeFailed(code: ErrorCode): PairStep[] {
    const isMeant = ({ step, error }: { step: PairStep; error: KeyPairError }) =>
      error.code === code && (step.kind === "add" || step.kind === "move");
    const failed = this.#failures.filter(isMeant);
    this.#failures = this.#failures.filter((failure) => !isMeant(failure));
    for (const { step } of failed) this.#progress.later(step);
    return failed.map(({ step }) => step);
  }

  /**
   * A pair that nobody wants stays while something could not be made, as the engine does it: it may be what that was to take the place of
   * (another region, another name of the member). A full region gets room, by pairs that no member in need of another region has.
   */
  mayRemove(step: PairStep): boolean {
    return this.#failures.every(
      ({ step: failed, error }) =>
        error.code === "QuotaExceeded" &&
        (memberOf(failed) !== memberOf(step) || regionOfStep(failed) === regionOfStep(step)),
    );
  }

  /** The old halves of what these steps moved. */
  removalsOfMoved(steps: readonly PairStep[]): Removal[] {
    const isMoved = (stored: StoredPair) => this.#leftOver.has(stored);
    return steps.flatMap((step) =>
      step.kind === "move" && isMoved(step.stored) ? [{ kind: "remove", stored: step.stored } as const] : [],
    );
  }

  /** Nothing more is tried. */
  end(): Reached {
    this.#progress.end();
    const members = (wanted: readonly WantedPair[]) => new Set(wanted.map(({ member }) => member));
    const created = members(this.plan.wanted.filter(({ isCreated }) => isCreated));
    const inFiles = members(this.plan.wanted.filter(({ args }) => args.savePrivateKey === false));
    const held = [...this.#pairs, ...this.#leftOver].map(({ state }) => state);
    const keys = [...this.#keys].flatMap(([member, key]) => {
      const holders = held.filter(({ __ownKey }) => __ownKey === key.fingerprintSha256);
      if (!created.has(member) && holders.length === 0) return [];
      return [[member, inFiles.has(member) ? this.#asNeededBy(holders, key) : key] as const];
    });
    return {
      contents: { pairs: [...this.#pairs], leftOver: [...this.#leftOver], keys: new Map(keys) },
      failures: this.#failures.map(({ step, error }) => ({
        member: memberOf(step),
        region: regionOfStep(step),
        keyPairName: keyPairNameOf(step),
        error,
      })),
    };
  }

  /** The key without its private key, if that is in its file, and no pair needs it in the state any more. */
  #asNeededBy(holders: readonly KeyPairState[], key: MemberKey): MemberKey {
    const inFile = holders.find(isForFileOnly);
    if (!inFile || holders.some(({ privateKey }) => privateKey !== undefined)) return key;
    if (!isKeyInFile(key, inFile.privateKeyFile, this.context)) return key;
    const { privateKey: _inFile, ...rest } = key;
    return { ...rest, ...placeOfPrivateKey(inFile) };
  }

  async #carryOut(step: PairStep, context: OperationContext, waits: boolean): Promise<"in use" | undefined> {
    switch (step.kind) {
      case "add":
        this.#record(step.wanted, await this.#create(step.wanted, context));
        return undefined;
      case "update": {
        const { wanted, stored } = step;
        const state = this.#withKnownKey(stored.state, wanted);
        const outcome = await updateKeyPair(state.keyPairName, state, argsOf(wanted), context);
        this.#record(wanted, outcome, stored);
        return undefined;
      }
      case "replace":
        return this.#replace(step.wanted, step.stored, context, waits);
      case "move": {
        const outcome = await this.#create(step.wanted, context);
        this.#leftOver.add(step.stored);
        this.#record(step.wanted, outcome, step.stored);
        return undefined;
      }
      case "remove":
        return this.#remove(step.stored, context, waits);
    }
  }

  /** A pair that has its private key in a file only need not have that file if the state has the key of the member. */
  #withKnownKey(state: KeyPairState, wanted: WantedPair): KeyPairState {
    const noted = this.#keys.get(wanted.member);
    const { savePrivateKey, privateKeyFile } = argsOf(wanted);
    const isKeyWanted = savePrivateKey !== false || privateKeyFile !== state.privateKeyFile;
    if (!wanted.isCreated || !isKeyWanted || noted?.fingerprintSha256 !== state.__ownKey) return state;
    return defined({ ...state, privateKey: state.privateKey ?? noted.privateKey });
  }

  async #create(wanted: WantedPair, context: OperationContext): Promise<Outcome<KeyPairState>> {
    await this.#owner.check(wanted, context);
    const args = argsOf(wanted);
    if (!wanted.isCreated) return createKeyPair(args, context);
    const shared = this.#sharedKey(wanted, context);
    const isForSeveralPairs = this.plan.regionCount > 1;
    return shared.use((key) => createKeyPair(args, context, { key, isForSeveralPairs }));
  }

  /** Throws `File` if the member's private key is to be kept elsewhere and is not found where it is. */
  #sharedKey({ member, args }: WantedPair, context: OperationContext): SharedKey {
    const known = this.#shared.get(member);
    if (known) return known;
    const key = this.plan.keys.get(member);
    const keyPairName = String(args.keyPairName);
    const state = key && { ...key, keyPairName, __ownKey: key.fingerprintSha256 };
    const privateKey = state && privateKeyToKeep(state, args as CheckedKeyPairArgs, context);
    const shared = new SharedKey(key && defined({ ...key, privateKey }));
    this.#shared.set(member, shared);
    return shared;
  }

  /** Deletes the pair, then makes it again by the same name. If that is refused for good, the old key is put back. */
  async #replace(
    wanted: WantedPair,
    stored: StoredPair,
    context: OperationContext,
    waits: boolean,
  ): Promise<"in use" | undefined> {
    if (wanted.isCreated) {
      // The file may hold the key of the pair itself, or of the same member in another region, which has its new key already.
      const own = [stored.state.__ownKey, this.#keys.get(wanted.member)?.fingerprintSha256];
      checkKeyFile(argsOf(wanted), own, context);
      this.#sharedKey(wanted, context);
      checkOldKey(argsOf(wanted), this.plan.keys.get(wanted.member), context);
    }
    // The pair is deleted by the credentials of its state. Those of the program may be another account's.
    await this.#owner.check(wanted, context);
    const removal = await removeKeyPair(stored.state.keyPairName, stored.state, context, { waits });
    if (removal === "in use") return removal;
    if (removal === "gone") this.#pairs.delete(stored);
    const outcome = await this.#create(wanted, context).catch(async (error: unknown) => {
      if (removal !== "gone") throw error;
      const failure = asKeyPairError(error);
      throw FOR_GOOD.includes(failure.code)
        ? await this.#putBack(stored, failure, context)
        : failure.withNext("The old key pair is deleted, and the new one is not there yet.");
    });
    this.#record(wanted, outcome, stored);
    return undefined;
  }

  /** Imports the old key again. Returns the refusal of the new one, with what became of the old one. */
  async #putBack(
    stored: StoredPair,
    refusal: KeyPairError,
    context: OperationContext,
  ): Promise<KeyPairError> {
    const { state, member } = stored;
    if (state.__isDoubtful) return refusal;
    const { publicKey, privateKey } = state;
    const key = defined({ publicKey, privateKey });
    try {
      // Its file may hold the new key by now, so it is not written. The next update brings it in order.
      const { privateKeyFile, savePrivateKey, ...args } = argumentsOf(state);
      const outcome = await createKeyPair(args, context, { key });
      // Also of a pair that may be there or not.
      const putBack = { ...outcome.state, ...placeOfPrivateKey(state) };
      this.#record({ member, isCreated: false }, { ...outcome, state: putBack });
      return refusal.withNext("The key pair has its old key again.");
    } catch (error) {
      return refusal.withNext(`Its old key could not be put back: ${asKeyPairError(error).message}`);
    }
  }

  async #remove(
    stored: StoredPair,
    context: OperationContext,
    waits: boolean,
  ): Promise<"in use" | undefined> {
    // The pair in its place was not made, or it is not known whether it was: the old one is all there is.
    if (this.#leftOver.has(stored) && this.#isNeeded(stored)) return undefined;
    const removal = await removeKeyPair(stored.state.keyPairName, stored.state, context, { waits });
    if (removal === "in use") return removal;
    this.#pairs.delete(stored);
    this.#leftOver.delete(stored);
    return undefined;
  }

  #isNeeded({ member, region }: StoredPair): boolean {
    const isWanted = this.plan.wanted.some(
      (wanted) => wanted.member === member && (wanted.region ?? region) === region,
    );
    const taker = [...this.#pairs].find((pair) => pair.member === member && pair.region === region);
    return isWanted && (taker === undefined || taker.state.__isDoubtful === true);
  }

  /**
   * @param isCreated  The pair holds the key that the member has from now on.
   * @param before  The pair whose place it takes.
   */
  #record(
    { member, isCreated }: Pick<WantedPair, "member" | "isCreated">,
    { state, incomplete }: Outcome<KeyPairState>,
    before?: StoredPair,
  ): void {
    if (before) this.#pairs.delete(before);
    this.#pairs.add({ member, region: regionOf(state.region), state });
    if (isCreated && !state.__isDoubtful && state.fingerprintSha256 === state.__ownKey) {
      const noted = this.#keys.get(member);
      // What this pair has in its file only, another one may need in the state.
      const known = noted?.fingerprintSha256 === state.__ownKey ? noted.privateKey : undefined;
      const privateKey = state.privateKey ?? known;
      this.#keys.set(member, memberKeyOf(defined({ ...state, privateKey })));
    }
    if (incomplete) throw incomplete;
  }

  #contextFor(step: PairStep): OperationContext {
    // A listing may lack the time that tells this run's pair from an older one.
    const isDoubtful = step.kind !== "add" && step.stored.state.__isDoubtful;
    const isNew = step.kind === "add" || step.kind === "move";
    const catalog = isDoubtful ? this.context.catalog : this.#catalogs[isNew ? "making" : "removing"];
    return { ...this.context, catalog, operation: this.#progress.operationFor(step) };
  }
}

/** Whether the step may write a private key to its file. */
function mayWriteKey(step: PairStep): boolean {
  return step.kind !== "remove" && step.wanted.isCreated;
}

/** Everything is known once the set is deployed. */
function argsOf({ args }: WantedPair): CheckedKeyPairArgs {
  return args as CheckedKeyPairArgs;
}

function keyPairNameOf(step: PairStep): string {
  return step.kind === "remove" ? step.stored.state.keyPairName : String(step.wanted.args.keyPairName);
}
