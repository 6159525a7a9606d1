import { setTimeout as sleep } from "node:timers/promises";
import type {
  Server,
  ServerUnaryCall,
  ServerWritableStream,
  sendUnaryData,
  UntypedServiceImplementation,
} from "@grpc/grpc-js";
import { failureOf } from "./failure";
import { grpc, ResourceProviderService } from "./protocol";
import type { Handlers } from "./provider";

/** The largest message that the engine itself accepts, in bytes. */
const MAX_MESSAGE = 400 * 1024 * 1024;

export interface RunningServer {
  /** The port on the loopback interface. */
  port: number;
  /** Takes no new calls. Resolves when those under way have been answered. */
  stop(): Promise<void>;
}

/** The last reply is on its way to the engine, on this machine, for no longer than this. */
const FLUSH_MS = 50;

/** A method with messages of any type. That of a stream answers with all of its messages. */
type Handler = (request: never) => object | Promise<object>;

/**
 * Serves the engine, which runs on this machine: on loopback, without encryption, as all engine plugins do.
 */
export async function serve(handlers: Handlers): Promise<RunningServer> {
  const server: Server = new grpc.Server({ "grpc.max_receive_message_length": MAX_MESSAGE });
  const calls = new RunningCalls();
  const methods: Record<string, { responseStream: boolean }> = { ...ResourceProviderService };
  const entries = Object.entries<Handler>(handlers).map(([name, handler]) => [
    name,
    methods[name]?.responseStream ? streamed(handler, calls) : answered(handler, calls),
  ]);
  const implementation: UntypedServiceImplementation = Object.fromEntries(entries);
  // Missing methods are answered with UNIMPLEMENTED.
  server.addService(ResourceProviderService, implementation);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return {
    port,
    async stop() {
      // With an engine written in Go, this alone does not end in most runs (https://github.com/grpc/grpc-node/issues/1458),
      // and the engine would kill this process after 5 seconds.
      const isShutDown = new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
      await Promise.race([isShutDown, calls.end().then(() => sleep(FLUSH_MS))]);
    },
  };
}

/** Counts the calls that have not been answered. */
class RunningCalls {
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  begin(): void {
    this.#running++;
  }

  answered(): void {
    this.#running--;
    if (this.#running === 0) for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /** Resolves when no call is running. */
  end(): Promise<void> {
    return this.#running === 0
      ? Promise.resolve()
      : new Promise((resolve) => {
          this.#waiting.push(resolve);
        });
  }
}

function answered(handler: Handler, calls: RunningCalls) {
  return async ({ request }: ServerUnaryCall<never, object>, reply: sendUnaryData<object>) => {
    calls.begin();
    try {
      reply(null, await handler(request));
    } catch (error) {
      reply(failureOf(error));
    } finally {
      calls.answered();
    }
  };
}

function streamed(handler: Handler, calls: RunningCalls) {
  return async (call: ServerWritableStream<never, object>) => {
    calls.begin();
    try {
      for (const message of (await handler(call.request)) as object[]) call.write(message);
      call.end();
    } catch (error) {
      // `destroy` would end the stream without its status.
      call.emit("error", failureOf(error));
    } finally {
      calls.answered();
    }
  };
}
