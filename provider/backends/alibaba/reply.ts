import { defined } from "../../core/defined";
import { KeyPairError } from "../../core/errors";

type Fields = Readonly<Record<string, unknown>>;

/** A reply of ECS, or a part of one. When a required member is missing, it is not known what was done: `OutcomeUnknown`. */
export class Reply {
  constructor(
    private readonly fields: Fields,
    private readonly action: string,
  ) {}

  /** The text, or `undefined` where it is missing or empty: ECS answers `""` for a value that is not set. */
  text(name: string): string | undefined {
    const value = this.fields[name];
    return typeof value === "string" && value !== "" ? value : undefined;
  }

  requiredText(name: string): string {
    const value = this.text(name);
    if (value === undefined) throw this.#lacks(name);
    return value;
  }

  requiredNumber(name: string): number {
    const value = this.fields[name];
    if (typeof value !== "number") throw this.#lacks(name);
    return value;
  }

  /** `true`, also as a string in any case. */
  isTrue(name: string): boolean {
    return String(this.fields[name]).toLowerCase() === "true";
  }

  /** The items of a list, which ECS wraps: `{"KeyPairs": {"KeyPair": […]}}`. */
  list(container: string, item: string): Reply[] {
    const wrapper = this.fields[container];
    const items = isFields(wrapper) ? wrapper[item] : undefined;
    if (items === undefined) return [];
    if (!Array.isArray(items)) throw this.#lacks(container);
    return items.filter(isFields).map((fields) => new Reply(fields, this.action));
  }

  requiredList(container: string, item: string): Reply[] {
    if (!isFields(this.fields[container])) throw this.#lacks(container);
    return this.list(container, item);
  }

  #lacks(name: string): KeyPairError {
    return new KeyPairError({
      code: "OutcomeUnknown",
      message: `${this.action}: the reply of ECS has no ${name}`,
      ...defined({ requestId: this.text("RequestId") }),
    });
  }
}

/** The members of a JSON text that is an object. */
export function parseFields(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isFields(value) ? value : undefined;
  } catch {
    // A syntax error of JSON.parse quotes the text.
    return undefined;
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
