import type { Server, ServerUnaryCall, sendUnaryData, UntypedServiceImplementation } from "@grpc/grpc-js";
import { failureOf } from "./failure";
import { grpc, ResourceProviderService } from "./protocol";
import type { Handlers } from "./provider";

/** The largest message that the engine itself accepts, in bytes. */
const MAX_MESSAGE = 400 * 1024 * 1024;

export interface RunningServer {
  /** The port on the loopback interface. */
  port: number;
  /** Takes no new calls; resolves when those under way have been answered. */
  stop(): Promise<void>;
}

/** A method with messages of any type. */
type Handler = (request: never) => object | Promise<object>;

/**
 * Serves the engine, which runs on this machine: on loopback, without encryption, as all engine plugins do.
 */
export async function serve(handlers: Handlers): Promise<RunningServer> {
  const server: Server = new grpc.Server({ "grpc.max_receive_message_length": MAX_MESSAGE });
  const entries = Object.entries<Handler>(handlers).map(([name, handler]) => [name, answered(handler)]);
  const implementation: UntypedServiceImplementation = Object.fromEntries(entries);
  // Missing methods are answered with UNIMPLEMENTED.
  server.addService(ResourceProviderService, implementation);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return { port, stop: () => new Promise((resolve) => server.tryShutdown(() => resolve())) };
}

function answered(handler: Handler) {
  return async ({ request }: ServerUnaryCall<never, object>, reply: sendUnaryData<object>) => {
    try {
      reply(null, await handler(request));
    } catch (error) {
      reply(failureOf(error));
    }
  };
}
