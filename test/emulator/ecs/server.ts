import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { KeyPairStore } from "../../../provider/backends/local/store";
import { isKeyPairError } from "../../../provider/core/errors";
import { EcsFailure } from "./failure";
import { CallRate, type Fault, FaultPlan } from "./faults";
import { Instances } from "./instances";
import { type Account, checkPermission, OPERATIONS, operationOf } from "./operations";
import { type EcsRequest, readRequest } from "./request";
import { type AccessKey, DEFAULT_ACCOUNT, SignatureCheck } from "./signature";
import { LaggingView } from "./view";
import { type Rendered, render, send } from "./wire";

export interface EcsEmulatorOptions {
  /** On 127.0.0.1; without it any free one. */
  port?: number;
  accessKeys?: readonly AccessKey[];
  /** The file of the default account's store; without it one that is removed at the end. Other accounts have files beside it. */
  storePath?: string;
  /** How many pairs a region takes. */
  quota?: number;
  /** How long every call takes, in ms. */
  latencyMs?: number;
  /** How long reads lag behind writes, in ms. */
  readLagMs?: number;
  /** Throttles each operation beyond this rate. */
  callsPerSecond?: number;
  /** Created pairs get small ECDSA keys, for tests that make hundreds and look at no key. */
  hasFastKeys?: boolean;
  /** How far the cloud's clock is ahead, in ms. */
  clockSkewMs?: number;
  faults?: readonly Fault[];
  /** Sees every request as it came, keys and signatures included. */
  onRequest?(request: EcsRequest): void;
}

/** One call that came in. Holds no key and no credential. */
export interface LoggedCall {
  action: string;
  region: string;
  /** The key pairs that it is about. */
  names: string[];
  /** The account that called; absent where the signature was not checked, or is wrong. */
  account?: string;
  /** What was answered; absent when nothing was. */
  status?: number;
  /** The error code that was answered. */
  code?: string;
  /** The names of its parameters, in the order of the alphabet. */
  parameters: string[];
}

/** Not a credential of anybody: the emulator knows no other unless a test gives it one. */
export const TEST_ACCESS_KEY: AccessKey = { id: "emulator-id", secret: "emulator-only" };

export async function startEcsEmulator(options: EcsEmulatorOptions = {}): Promise<EcsEmulator> {
  const emulator = new EcsEmulator(options);
  await emulator.listen(options.port ?? 0);
  return emulator;
}

/**
 * Alibaba Cloud ECS on loopback, over a local store for each account: the real wire, its errors, and the faults that a test
 * sets. It also answers GetCallerIdentity, as STS does.
 */
export class EcsEmulator {
  /** All calls, in the order in which they came. */
  readonly calls: LoggedCall[] = [];
  readonly faults = new FaultPlan();
  readonly #accounts = new Map<string, Account>();
  readonly #openAccount: (id: string) => Account;
  #readLagMs: number;
  readonly #signatures: SignatureCheck;
  readonly #server: Server;
  readonly #folder: string | undefined;
  readonly #latencyMs: number;
  readonly #clockSkewMs: number;
  readonly #onRequest: EcsEmulatorOptions["onRequest"];
  #rate: CallRate | undefined;
  #isClosed = false;

  constructor(options: EcsEmulatorOptions) {
    this.#folder = options.storePath === undefined ? mkdtempSync(join(tmpdir(), "ecs-emulator-")) : undefined;
    const path = options.storePath ?? join(this.#folder ?? "", "store.sqlite");
    this.#readLagMs = options.readLagMs ?? 0;
    this.#openAccount = (id) => {
      const file = id === DEFAULT_ACCOUNT ? path : `${path}.${id}`;
      const store = new KeyPairStore(file, options.quota === undefined ? {} : { quota: options.quota });
      const view = new LaggingView(store, this.#readLagMs);
      return { store, view, instances: new Instances(), hasFastKeys: options.hasFastKeys ?? false };
    };
    this.#signatures = new SignatureCheck(options.accessKeys ?? [TEST_ACCESS_KEY], options.clockSkewMs);
    this.#latencyMs = options.latencyMs ?? 0;
    this.#clockSkewMs = options.clockSkewMs ?? 0;
    this.#onRequest = options.onRequest;
    this.setRate(options.callsPerSecond);
    this.faults.add(...(options.faults ?? []));
    this.#server = createServer((incoming, response) => {
      void readRequest(incoming).then((request) => this.#answer(request, response));
    });
  }

  /** `http://127.0.0.1:<port>` */
  get endpoint(): string {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("the emulator is not started");
    return `http://127.0.0.1:${address.port}`;
  }

  /** The key pairs of the default account. */
  get store(): KeyPairStore {
    return this.storeOf(DEFAULT_ACCOUNT);
  }

  /** The instances of the default account. */
  get instances(): Instances {
    return this.#account(DEFAULT_ACCOUNT).instances;
  }

  storeOf(account: string): KeyPairStore {
    return this.#account(account).store;
  }

  /** How many calls came in, of one operation or of all. */
  count(action?: string): number {
    return this.calls.filter((call) => action === undefined || call.action === action).length;
  }

  setRate(callsPerSecond: number | undefined): void {
    this.#rate = callsPerSecond === undefined ? undefined : new CallRate(callsPerSecond);
  }

  setReadLag(milliseconds: number): void {
    this.#readLagMs = milliseconds;
    for (const { view } of this.#accounts.values()) view.lag = milliseconds;
  }

  async listen(port: number): Promise<void> {
    this.#server.listen(port, "127.0.0.1");
    await once(this.#server, "listening");
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    for (const { store } of this.#accounts.values()) store.close();
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
  }

  #account(id: string): Account {
    const account = this.#accounts.get(id) ?? this.#openAccount(id);
    this.#accounts.set(id, account);
    return account;
  }

  async #answer(request: EcsRequest, response: ServerResponse): Promise<void> {
    const { action, parameters } = request;
    const names = OPERATIONS[action]?.names(parameters) ?? [];
    const call: LoggedCall = {
      action,
      region: parameters.get("RegionId") ?? "",
      names,
      parameters: [...parameters.keys()].sort(),
    };
    this.calls.push(call);
    this.#onRequest?.(request);
    if (this.#latencyMs > 0) await sleep(this.#latencyMs);
    const fault = this.faults.next(action, names) ?? this.#throttle(action);
    const isSpared = fault !== undefined && !happensAfter(fault);
    const reply = isSpared ? undefined : await this.#carryOut(request, call);
    const answered = fault === undefined ? reply : spoiled(fault, request, reply);
    if (answered === "hang") return;
    if (answered === undefined || answered === "close") {
      response.destroy();
      return;
    }
    call.status = answered.status;
    const code = /"Code":"([^"]+)"|<Code>([^<]+)/.exec(answered.status >= 400 ? answered.body : "");
    if (code) call.code = code[1] ?? code[2] ?? "";
    // As far ahead as its clock.
    if (this.#clockSkewMs !== 0)
      response.setHeader("date", new Date(Date.now() + this.#clockSkewMs).toUTCString());
    if (fault?.fault === "late-reply") await sleep(fault.ms);
    if (fault?.fault === "cut-reply") cut(response, answered);
    else send(response, answered);
  }

  #throttle(action: string): Fault | undefined {
    return this.#rate?.allows(action) === false ? { fault: "throttle" } : undefined;
  }

  async #carryOut(request: EcsRequest, call: LoggedCall): Promise<Rendered> {
    const requestId = randomUUID().toUpperCase();
    const { headers, parameters } = request;
    try {
      const key = this.#signatures.check(request);
      call.account = key.account ?? DEFAULT_ACCOUNT;
      const account = this.#account(call.account);
      const operation = operationOf(request, headers["x-acs-version"] ?? parameters.get("Version"));
      checkPermission(request, call.names, account, key);
      const fields = await operation.run(account, { region: call.region, parameters, key });
      return render(request, 200, { RequestId: requestId, ...fields });
    } catch (error) {
      return failed(request, asFailure(error), requestId);
    }
  }
}

function asFailure(error: unknown): EcsFailure {
  if (error instanceof EcsFailure) return error;
  if (isKeyPairError(error) && error.details.cloudCode)
    return new EcsFailure(error.details.cloudCode, error.details.message);
  return new EcsFailure(
    "InternalError",
    `the emulator failed: ${error instanceof Error ? error.message : error}`,
  );
}

function failed(
  request: EcsRequest,
  { code, message, status }: EcsFailure,
  requestId: string = randomUUID().toUpperCase(),
  headers = {},
): Rendered {
  const region = request.parameters.get("RegionId") ?? "cn-hangzhou";
  const fields = {
    RequestId: requestId,
    HostId: `ecs.${region}.aliyuncs.com`,
    Code: code,
    Message: message,
    Recommend: `https://api.aliyun.com/troubleshoot?q=${code}&product=Ecs`,
  };
  return render(request, status, fields, headers);
}

function happensAfter(fault: Fault): boolean {
  return (
    fault.fault === "cut-reply" || fault.fault === "late-reply" || ("when" in fault && fault.when === "after")
  );
}

function spoiled(
  fault: Fault,
  request: EcsRequest,
  reply: Rendered | undefined,
): Rendered | "close" | "hang" | undefined {
  switch (fault.fault) {
    case "throttle": {
      const code = fault.code ?? "Throttling.User";
      const headers: Record<string, string> =
        fault.retryAfterMs === undefined ? {} : { "x-acs-retry-after": String(fault.retryAfterMs) };
      return failed(
        request,
        new EcsFailure(code, "Request was denied due to user flow control."),
        undefined,
        headers,
      );
    }
    case "error":
      return failed(
        request,
        new EcsFailure(
          fault.code,
          "The request processing has failed due to some unknown error.",
          fault.status,
        ),
      );
    case "html":
      return {
        status: fault.status ?? 502,
        headers: { "content-type": "text/html" },
        body: "<html><h1>502 Bad Gateway</h1></html>",
      };
    case "empty-body":
      return { status: fault.status ?? 200, headers: {}, body: "" };
    case "lost-reply":
      return "close";
    case "hang":
      return "hang";
    case "cut-reply":
    case "late-reply":
      return reply;
  }
}

function cut(response: ServerResponse, { status, headers, body }: Rendered): void {
  response.writeHead(status, { ...headers, "content-length": String(Buffer.byteLength(body)) });
  response.write(body.slice(0, body.length / 2), () => response.destroy());
}
