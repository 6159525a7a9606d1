import type { BackendCatalog } from "../../core/backend";
import { formatPublicKeyLine } from "../../keys";
import type { FoundPair } from "../pairs/find";
import type { Form } from "./command";
import { memberProblem } from "./names";
import type { Language } from "./program";
import { yamlProblem } from "./yaml";

/**
 * Why the pair cannot be a resource of the program; `undefined` if it can. The provider checks names, tags and keys by its
 * rules, and a cloud may hold older pairs that do not keep them: one of them would fail the whole preview.
 */
export function whyLeftOut(
  { record, key, keyProblem, place }: FoundPair,
  form: Form,
  language: Language,
  catalog: BackendCatalog,
): string | undefined {
  const rules = catalog.rules(place.connection.backend);
  const { tags = {}, resourceGroupId } = record;
  // Adopting compares the keys.
  if (key === undefined && form !== "import") return `its key cannot be read: ${keyProblem}`;
  const verdict = key && rules.checkPublicKey(key, formatPublicKeyLine(key), place.connection);
  const reasons = [
    rules.checkName(record.name),
    ...rules.checkTags(tags).values(),
    resourceGroupId === undefined ? undefined : rules.checkResourceGroup(resourceGroupId),
    verdict?.verdict === "refuse" ? verdict.reason : undefined,
    language === "yaml" ? yamlProblem(tags) : undefined,
    form === "set" ? memberProblem(record.name) : undefined,
  ];
  const found = reasons.filter((reason) => reason !== undefined);
  // The rules end their sentences, and the caller ends this one.
  return found.length === 0 ? undefined : found.join("; ").replace(/\.$/, "");
}
