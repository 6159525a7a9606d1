/** What a resource went through, as the engine names it. */
export type Op =
  | "same"
  | "create"
  | "update"
  | "delete"
  | "replace"
  | "create-replacement"
  | "delete-replaced"
  | "read"
  | "refresh"
  | "import";

export interface Diagnostic {
  severity: "info" | "warning" | "error";
  /** The logical name of the resource that it stands at; `undefined`: at none, or at the stack. */
  resource: string | undefined;
  urn: string | undefined;
  message: string;
}

export interface Step {
  op: Op;
  resource: string;
  /** The properties whose change made a replacement necessary. */
  replaceKeys: string[];
}

/** One line of the engine's event log, as far as the tests read it. */
interface EngineEvent {
  resourcePreEvent?: { metadata: StepMetadata };
  resOutputsEvent?: { metadata: StepMetadata };
  resOpFailedEvent?: { metadata: StepMetadata };
  diagnosticEvent?: { severity: string; urn?: string; message: string; ephemeral?: boolean };
  summaryEvent?: { resourceChanges?: Partial<Record<Op, number>> };
}

interface Said {
  isEphemeral: boolean;
  diagnostic: Diagnostic;
}

interface StepMetadata {
  op: Op;
  urn: string;
  keys?: string[];
}

/** The end of one command of the engine: what it printed, and what its events say that it did. */
export class Run {
  /** In the order in which they began. Stacks and providers are left out, so are resources of which nothing was asked. */
  readonly steps: Step[];
  /** The logical names of what failed, sorted: steps go side by side, and fail in any order. */
  readonly failed: string[];
  /** Without what was only shown for a moment (progress) and without debug messages. */
  readonly diagnostics: Diagnostic[];
  /** What was shown for a moment on a resource. */
  readonly progress: Diagnostic[];
  /** How many resources went through what; the stack itself counts too. */
  readonly changes: Partial<Record<Op, number>>;

  constructor(
    readonly exitCode: number,
    /** Standard output and standard error, as they came. */
    readonly output: string,
    eventLog: string,
  ) {
    // The last line of an engine that was killed may be cut off: a whole one ends.
    const events = eventLog.split("\n").slice(0, -1).map(parseEvent);
    this.steps = events.flatMap(({ resourcePreEvent }) => stepOf(resourcePreEvent?.metadata));
    this.failed = events
      .flatMap(({ resOpFailedEvent }) => stepOf(resOpFailedEvent?.metadata))
      .map(({ resource }) => resource)
      .sort();
    const said = events.flatMap(({ diagnosticEvent }) => diagnosticOf(diagnosticEvent));
    this.diagnostics = said.filter(({ isEphemeral }) => !isEphemeral).map(({ diagnostic }) => diagnostic);
    this.progress = said.filter(({ isEphemeral }) => isEphemeral).map(({ diagnostic }) => diagnostic);
    this.changes = events.find(({ summaryEvent }) => summaryEvent)?.summaryEvent?.resourceChanges ?? {};
  }

  /** What the resource went through, in order. */
  ops(resource: string): Op[] {
    return this.steps.filter((step) => step.resource === resource).map(({ op }) => op);
  }

  /** The properties for which the resource is replaced. */
  replaceKeys(resource: string): string[] {
    const step = this.steps.find(({ resource: name, op }) => name === resource && op === "replace");
    return step?.replaceKeys ?? [];
  }

  /** The warnings at the resource, or with no argument all of them. */
  warnings(resource?: string): string[] {
    return this.#messages("warning", resource);
  }

  /** The errors at the resource, or with no argument all of them. */
  errors(resource?: string): string[] {
    return this.#messages("error", resource);
  }

  #messages(severity: Diagnostic["severity"], resource?: string): string[] {
    return this.diagnostics
      .filter((said) => said.severity === severity && (resource === undefined || said.resource === resource))
      .map(({ message }) => message);
  }
}

function stepOf(metadata: StepMetadata | undefined): Step[] {
  if (!metadata || metadata.urn.includes("::pulumi:")) return [];
  return [{ op: metadata.op, resource: nameOf(metadata.urn), replaceKeys: metadata.keys ?? [] }];
}

function diagnosticOf(event: EngineEvent["diagnosticEvent"]): Said[] {
  const severity = event?.severity.replace("info#err", "info");
  if (!event || (severity !== "info" && severity !== "warning" && severity !== "error")) return [];
  const resource =
    event.urn && !event.urn.includes("::pulumi:pulumi:Stack::") ? nameOf(event.urn) : undefined;
  const diagnostic = { severity, resource, urn: event.urn, message: event.message.trimEnd() } as const;
  return [{ isEphemeral: event.ephemeral ?? false, diagnostic }];
}

function nameOf(urn: string): string {
  return urn.split("::").at(-1) ?? "";
}

function parseEvent(line: string): EngineEvent {
  const event: unknown = JSON.parse(line);
  if (!isEvent(event)) throw new Error(`no engine event: ${line.slice(0, 80)}`);
  return event;
}

function isEvent(value: unknown): value is EngineEvent {
  return typeof value === "object" && value !== null && "sequence" in value;
}
