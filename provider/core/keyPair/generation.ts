import { keyGenerationProblem } from "../../keys";
import { defined } from "../defined";
import type { KeyGeneration } from "../model";

/** How a pair without a public key is made, with the defaults filled in. */
export function resolveGeneration(generation: KeyGeneration | undefined): KeyGeneration {
  if (generation?.source !== "local") return { source: "cloud" };
  const type = generation.type ?? "rsa";
  return { source: "local", type, bits: generation.bits ?? (type === "rsa" ? 2048 : 256) };
}

/** Why a pair cannot be made like that, or `undefined`. */
export function checkGeneration({ source, type, bits }: KeyGeneration): string | undefined {
  if (source === "cloud") {
    const chosen = [type !== undefined && "type", bits !== undefined && "bits"].filter(Boolean).join(" and ");
    return chosen
      ? `the cloud chooses ${chosen} itself; give ${chosen} with source: "local", or leave it out.`
      : undefined;
  }
  const reason = keyGenerationProblem(defined({ type: type ?? "rsa", bits }));
  return reason && `${reason}.`;
}
