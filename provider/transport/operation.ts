import type { Operation } from "../core/backend";

/**
 * The operation of a call that serves several callers, also those that join while the call is under way. It is aborted when
 * all of its members are. Its deadline is the latest of theirs, so it can move while a call waits. Progress goes to all.
 */
export class SharedOperation implements Operation {
  readonly #members = new Set<Operation>();
  readonly #controller = new AbortController();

  constructor(members: Iterable<Operation> = []) {
    for (const member of members) this.#add(member);
    this.#abortWithAllMembers();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get deadline(): number {
    return Math.max(...[...this.#members].map(({ deadline }) => deadline));
  }

  join(member: Operation): void {
    this.#add(member);
    this.#abortWithAllMembers();
  }

  progress(message: string): void {
    for (const member of this.#members) member.progress(message);
  }

  #add(member: Operation): void {
    this.#members.add(member);
    member.signal.addEventListener("abort", () => this.#abortWithAllMembers(), { once: true });
  }

  /** A member that was aborted before it joined fires no event. So this looks at all members. */
  #abortWithAllMembers(): void {
    const members = [...this.#members];
    if (members.length > 0 && members.every(({ signal }) => signal.aborted)) this.#controller.abort();
  }
}

/** A wait as users read it: whole seconds, at least 1 s. */
export function seconds(ms: number): string {
  return `${Math.max(1, Math.round(ms / 1000))} s`;
}
