import { isPrivateKeyText } from "../../keys";
import { isKeyPairError, type KeyPairError } from "../errors";
import type { PropertyTable } from "./propertyTable";

/** A problem of an argument. All problems are found at once, and before the cloud is called. */
export interface CheckFailure {
  /** The argument it is about; `""`: the resource as a whole. */
  property: string;
  reason: string;
}

/** What a check has found so far. */
export class Findings {
  readonly failures: CheckFailure[] = [];
  readonly warnings: string[] = [];

  fail(property: string, reason: string): void {
    this.failures.push({ property, reason: /[.!?]$/.test(reason) ? reason : `${reason}.` });
  }

  /** The result, or a failure at the property where it throws ours. */
  attempt<T>(property: string, action: () => T): T | undefined {
    try {
      return action();
    } catch (error) {
      if (!isKeyPairError(error)) throw error;
      this.fail(error.details.property ?? property, reasonOf(error));
      return undefined;
    }
  }
}

/** The result of the action. Its failure is about this property, whichever the action names. */
export function about<T>(property: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw isKeyPairError(error) ? error.with({ property }) : error;
  }
}

/**
 * The arguments without those that hold a private key. Those are reported, but neither checked nor passed on.
 * The failure is about the resource as a whole, so the engine does not show their values either.
 * @param except  Arguments whose own check handles private keys.
 */
export function withoutPrivateKeys<T extends object>(news: T, findings: Findings, ...except: (keyof T)[]): T {
  const exempt = new Set<unknown>(except);
  const entries = Object.entries(news).filter(([property, value]) => {
    const isName = isPrivateKeyText(property);
    if (!isName && (exempt.has(property) || !holdsPrivateKey(value))) return true;
    findings.fail(
      "",
      `${isName ? "the name of an argument" : property}: there is a private key in it, and no part of it may go to a cloud or a state.`,
    );
    return false;
  });
  return Object.fromEntries(entries) as T;
}

function holdsPrivateKey(value: unknown): boolean {
  if (typeof value === "string") return isPrivateKeyText(value);
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).some((entry) => entry.some(holdsPrivateKey));
}

function reasonOf({ details }: KeyPairError): string {
  return `${details.message}.${details.next ? ` ${details.next}` : ""}`;
}

/** If a failure names a property, the engine prints the property's value. Some values must never be shown. */
export function withoutEcho({ property, reason }: CheckFailure, table: PropertyTable<never>): CheckFailure {
  const shows = table[property]?.neverEchoed !== true;
  return shows ? { property, reason } : { property: "", reason: `${property}: ${reason}` };
}
