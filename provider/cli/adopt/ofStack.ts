import type { BackendCatalog } from "../../core/backend";
import { isKeyPairError } from "../../core/errors";
import { findProject } from "../../core/projectFolder";
import type { Io } from "../input";
import { newOperation } from "../operation";
import type { FoundPair } from "../pairs/find";
import type { PairsOptions } from "../pairs/options";
import { resourcesAt } from "../stack/places";
import { readState } from "../stack/state";

interface StackParts extends Pick<Io, "complain"> {
  catalog: BackendCatalog;
  exportState(stack: string | undefined): Promise<string>;
}

/**
 * The pairs that the stack has already; none outside of a Pulumi project. A state that cannot be read is only complained about: the
 * preview of a program that names a pair twice fails.
 */
export async function pairsOfStack(
  pairs: readonly FoundPair[],
  { stack }: PairsOptions,
  { catalog, exportState, complain }: StackParts,
): Promise<ReadonlySet<FoundPair>> {
  if (stack === undefined && findProject() === undefined) return new Set();
  try {
    const state = readState(await exportState(stack));
    const isHeld = await Promise.all(
      pairs.map(async ({ record: { name }, backend }) => {
        const owner = await backend.owner(newOperation());
        return (await resourcesAt({ name, backend, owner }, { state, catalog })).length > 0;
      }),
    );
    return new Set(pairs.filter((_, index) => isHeld[index]));
  } catch (error) {
    if (!isKeyPairError(error)) throw error;
    complain(`pulumi-keypair: it is not known which pairs the stack has already: ${error.message}\n`);
    return new Set();
  }
}
