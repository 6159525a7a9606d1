import { fingerprintSha256, readPublicKey } from "../../keys";
import { ofUser, openPlace, resolvePlace } from "../connection";
import { defined } from "../defined";
import type { CheckedKeyPairArgs, KeyPairState } from "../model";
import { fileError } from "../privateKeyFile/fileError";
import { checkPrivateKeyFile, writePrivateKeyFile } from "../privateKeyFile/write";
import { fileOf } from "../projectFolder";
import type { OperationContext, Outcome } from "../resource/contract";
import { turnOf } from "../resource/runMemory";
import { type KeyChoice, makeKeyPair } from "./make";
import { mayBeShown } from "./settle";
import { doubtfulStateOf, stateOf } from "./state";

/** Imports or creates the pair. Checks what can fail on this machine before it calls the cloud. */
export async function createKeyPair(
  args: CheckedKeyPairArgs,
  context: OperationContext,
  choice: KeyChoice = {},
): Promise<Outcome<KeyPairState>> {
  const { settings, catalog, operation, run } = context;
  const place = ofUser(resolvePlace(args.connection, settings, catalog), args.userId);
  const backend = await openPlace(place, catalog);
  if (args.publicKeyBody === undefined) {
    const own = choice.key && fingerprintSha256(readPublicKey(choice.key.publicKey));
    checkKeyFile(args, [own], context);
  }
  // Asked before the pair is made, so that no call comes between the cloud's reply and the state.
  const owner = await backend.owner(operation);
  // In turn with another resource that gives the pair up: it either has deleted the pair before, or sees then
  // that this run took it over.
  const turn = turnOf(backend, owner?.id, args.keyPairName);
  const outcome = await run.turns.take([turn], operation, async (): Promise<Outcome<KeyPairState>> => {
    const last = run.deleted.get(turn);
    const deleted = last && mayBeShown(last.at) ? last.record : undefined;
    const made = await makeKeyPair(args, backend, context, choice, deleted);
    if ("doubt" in made) {
      const state = doubtfulStateOf(args, made, { backend, place, owner });
      return { id: args.keyPairName, state, incomplete: made.doubt };
    }
    const state = stateOf(args, made, { backend, place, owner });
    run.made.add(backend, owner, [made.record.name, state.__ownKey]);
    run.deleted.delete(turn);
    return { id: made.record.name, state };
  });
  return outcome.incomplete ? outcome : keepPrivateKey(outcome, context);
}

/**
 * Throws `File` if the private key of the new pair cannot be written.
 * @param own  The fingerprints of keys of the resource that the file may hold.
 */
export function checkKeyFile(
  { privateKeyFile, onExisting }: CheckedKeyPairArgs,
  own: readonly (string | undefined)[],
  { settings, run }: Pick<OperationContext, "settings" | "run">,
): void {
  if (privateKeyFile === undefined) return;
  const file = fileOf(privateKeyFile, settings.projectFolder);
  const mayHold = (fingerprint: string) =>
    own.includes(fingerprint) || onExisting === "adopt" || run.knownKeyFiles.has(file, fingerprint);
  checkPrivateKeyFile(file, mayHold);
}

/**
 * Puts the private key where the arguments say. The key stays in the state until it is surely in the file, so
 * a failed write loses nothing: the state keeps the previous file name and passphrase (if any), and the next
 * update tries again.
 */
export async function keepPrivateKey(
  { id, state }: Outcome<KeyPairState>,
  { warn, run, settings }: OperationContext,
  before: Pick<KeyPairState, "privateKeyFile" | "privateKeyPassphrase"> = {},
): Promise<Outcome<KeyPairState>> {
  const { privateKey, privateKeyFile, privateKeyPassphrase, savePrivateKey } = state;
  if (privateKey === undefined) return { id, state };
  try {
    if (privateKeyFile !== undefined) {
      const file = fileOf(privateKeyFile, settings.projectFolder);
      const { oldKeyMovedTo } = await writePrivateKeyFile(file, privateKey, {
        comment: state.keyPairName,
        passphrase: privateKeyPassphrase,
        isNewPassphrase: privateKeyPassphrase !== before.privateKeyPassphrase,
        isOldKey: (fingerprint) => run.knownKeyFiles.has(file, fingerprint),
      });
      if (oldKeyMovedTo) {
        warn(
          `the private key of the pair before this one was moved to ${oldKeyMovedTo}: delete it once no machine trusts it.`,
        );
      }
    }
  } catch (error) {
    // Catches every error, because this process holds the only copy of the private key.
    const failure = fileError(error, "write", privateKeyFile ?? "", "privateKeyFile");
    const next =
      "The key pair is there and its private key is kept in the stack's state: run `pulumi up` again once the file can be written.";
    const { privateKeyFile: _notWritten, privateKeyPassphrase: _notUsed, ...kept } = state;
    const { privateKeyFile: file, privateKeyPassphrase: passphrase } = before;
    const reached = { ...kept, ...defined({ privateKeyFile: file, privateKeyPassphrase: passphrase }) };
    return { id, state: reached, incomplete: failure.with({ keyPairName: id }).withNext(next) };
  }
  if (savePrivateKey !== false) return { id, state };
  const { privateKey: _inFileOnly, ...rest } = state;
  return { id, state: rest };
}
