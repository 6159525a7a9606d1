import { resolveConnection } from "../connection";
import type { KeyPairError } from "../errors";
import type { CheckedKeyPairArgs, KeyPairState } from "../model";
import { fileError } from "../privateKeyFile/fileError";
import { checkPrivateKeyFile, writePrivateKeyFile } from "../privateKeyFile/write";
import type { LifecycleContext } from "../resource/contract";
import { makeKeyPair } from "./make";
import { recoverInterrupted } from "./recover";
import { stateOf } from "./state";

/** What an operation left in the cloud. `incomplete`: it is there and recorded, but something after the call failed. */
export interface Outcome<State extends object = KeyPairState> {
  /** The name in the cloud. */
  id: string;
  state: State;
  incomplete?: KeyPairError;
}

/** Imports or creates the pair. What can fail on this machine is tried before the cloud is called. */
export async function createKeyPair(args: CheckedKeyPairArgs, context: LifecycleContext): Promise<Outcome> {
  const { settings, catalog } = context;
  const { effective, stored } = resolveConnection(args.connection, settings, catalog);
  const backend = await catalog.open(effective, settings.credentials);
  if (args.publicKeyBody === undefined && args.privateKeyFile !== undefined) {
    checkPrivateKeyFile(args.privateKeyFile, {
      anyKey: args.onExisting === "adopt",
      replacedKey: context.replacedKey,
    });
  }
  const ready = await recoverInterrupted(args, backend, context);
  const made = await makeKeyPair(ready, backend, context);
  context.made.add(backend, made.record.name, context.urn);
  // Left by a killed run, and taken over now.
  context.journal.confirm(context.urn, made.record.name);
  return keepPrivateKey({ id: made.record.name, state: stateOf(args, made, backend, stored) }, context);
}

/**
 * Puts the private key where the arguments say. It stays in the state until it is surely in the file, so a failed write loses
 * nothing: the state names the file of before (if any), and the next update tries again.
 */
export function keepPrivateKey(
  { id, state }: Outcome,
  { warn, replacedKey }: LifecycleContext,
  fileBefore?: string,
): Outcome {
  const { privateKey, privateKeyFile, savePrivateKey } = state;
  if (privateKey === undefined) return { id, state };
  try {
    if (privateKeyFile !== undefined) {
      const { replacedKeyMovedTo } = writePrivateKeyFile(privateKeyFile, privateKey, {
        comment: state.keyPairName,
        replacedKey,
      });
      if (replacedKeyMovedTo)
        warn(
          `the private key of the replaced pair was moved to ${replacedKeyMovedTo}: delete it once no machine trusts it.`,
        );
    }
  } catch (error) {
    // Whatever it is: the only copy of the private key is in our hands.
    const failure = fileError(error, "write", privateKeyFile ?? "", "privateKeyFile");
    const next = `${failure.details.next ? `${failure.details.next} ` : ""}The key pair is there and its private key is kept in the stack's state: run \`pulumi up\` again once the file can be written.`;
    const { privateKeyFile: _notWritten, ...written } = state;
    const reached = fileBefore === undefined ? written : { ...written, privateKeyFile: fileBefore };
    return { id, state: reached, incomplete: failure.with({ keyPairName: id, next }) };
  }
  if (savePrivateKey !== false) return { id, state };
  const { privateKey: _inFileOnly, ...rest } = state;
  return { id, state: rest };
}
