import { createBackendCatalog } from "../../../provider/backends";
import { isKeyPairError } from "../../../provider/core/errors";
import { keyPairSetResource } from "../../../provider/core/keyPairSet";
import type { CheckedKeyPairSetArgs, KeyPairSetState } from "../../../provider/core/model";
import type { OperationContext } from "../../../provider/core/resource/contract";
import { RunMemory } from "../../../provider/core/resource/runMemory";
import { operation } from "./harness";

/*
 * A process that makes sets of key pairs in one local store, all at once. It says `ready` to its parent and begins at the answer, so that
 * several of them work at the same time.
 */

/** What became of a set. */
export interface MadeSet {
  keyPairs: KeyPairSetState["keyPairs"];
  privateKeys: KeyPairSetState["privateKeys"];
  /** The error's message, if some pairs failed. */
  problem?: string;
}

const [path = "", publicKey = "", count = "0", ...prefixes] = process.argv.slice(2);
const catalog = createBackendCatalog();
const context: OperationContext = {
  settings: {
    connection: { backend: "local", path },
    credentials: {},
    timeoutSeconds: 60,
    projectFolder: "/",
  },
  catalog,
  run: new RunMemory(),
  operation: operation(),
  warn: () => {},
};

async function make(keyPairNamePrefix: string): Promise<MadeSet> {
  const imported = Array.from({ length: Number(count) }, (_, n) => [`m${n}`, publicKey]);
  const { args, failures } = keyPairSetResource.check({
    ...context,
    logicalName: keyPairNamePrefix,
    urn: `urn:pulumi:dev::test::keypair:index:KeyPairSet::${keyPairNamePrefix}`,
    olds: {},
    news: {
      keyPairNamePrefix,
      publicKeys: Object.fromEntries(imported),
      created: ["ci"],
      keyGeneration: { source: "local", type: "ecdsa" },
    },
  });
  if (failures.length > 0) throw new Error(JSON.stringify(failures));
  try {
    const { state, incomplete } = await keyPairSetResource.create(args as CheckedKeyPairSetArgs, context);
    const { keyPairs, privateKeys } = state;
    return { keyPairs, privateKeys, ...(incomplete && { problem: incomplete.message }) };
  } catch (error) {
    if (!isKeyPairError(error)) throw error;
    return { keyPairs: {}, privateKeys: {}, problem: error.message };
  }
}

process.once("message", async () => {
  const made = await Promise.all(prefixes.map(make));
  await catalog.closeAll();
  process.send?.(made, () => process.disconnect());
});
catalog.open({ backend: "local", path }, {}).then(() => process.send?.("ready"));
