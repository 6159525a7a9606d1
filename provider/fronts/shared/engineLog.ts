import { redact } from "../../core/redact";
import type { Reporter } from "../../core/resource/service";

/** `LogSeverity` of the engine's protocol. */
const SEVERITY = { debug: 0, info: 1, warning: 2 } as const;

interface LogClient {
  log(request: object, callback: (error: Error | null) => void): void;
}

interface LogRequest {
  setSeverity(severity: number): void;
  setMessage(message: string): void;
  setUrn(urn: string): void;
  setEphemeral(ephemeral: boolean): void;
}

/** A connection to the engine, and the protocol's message from the same copy of @pulumi/pulumi. */
export interface EngineConnection {
  client: LogClient;
  LogRequest: new () => LogRequest;
}

/**
 * Reports messages on a resource through the engine, one after the other: the engine handles calls at once, so they could
 * overtake each other. Without an engine (tests) it reports nothing.
 */
export class EngineLog implements Reporter {
  #engine: EngineConnection | undefined;
  /** Resolves when the engine has all messages so far. */
  #sent: Promise<void> = Promise.resolve();

  /** @param connect  Called for each message until it returns a connection. */
  constructor(private readonly connect: () => EngineConnection | undefined) {}

  /** Stays in the output and is counted. */
  warn(urn: string | undefined, message: string): void {
    this.#send(SEVERITY.warning, urn, message, false);
  }

  inform(urn: string | undefined, message: string): void {
    this.#send(SEVERITY.info, urn, message, false);
  }

  /** Shown on the resource's line while it lasts. */
  progress(urn: string | undefined, message: string): void {
    this.#send(SEVERITY.info, urn, message, true);
  }

  debug(message: string): void {
    this.#send(SEVERITY.debug, undefined, message, false);
  }

  /** The same functions, but each answers only when the engine has all messages: it may not show what comes later. */
  beforeAnswers<Functions extends object>(functions: Functions): Functions {
    const waiting = Object.entries(functions).map(([name, run]) => {
      const runThenWait = async (...args: unknown[]) => {
        try {
          return await run(...args);
        } finally {
          await this.#sent;
        }
      };
      return [name, runThenWait];
    });
    return Object.fromEntries(waiting) as Functions;
  }

  #send(severity: number, urn: string | undefined, message: string, ephemeral: boolean): void {
    try {
      this.#engine ??= this.connect();
      if (!this.#engine) return;
      const { client, LogRequest } = this.#engine;
      const request = new LogRequest();
      request.setSeverity(severity);
      request.setMessage(redact(message));
      request.setUrn(urn ?? "");
      request.setEphemeral(ephemeral);
      const call = () => new Promise<void>((resolve) => client.log(request, () => resolve()));
      this.#sent = this.#sent.then(call).catch(() => {});
    } catch {
      // If a message cannot be delivered, the operation that it is about must not fail.
    }
  }
}
