import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { handleUnaryCall } from "@grpc/grpc-js";
import type * as services from "@pulumi/pulumi/proto/provider_grpc_pb";
import { encode, grpc, type Messages, messages } from "../../../../provider/fronts/plugin/protocol";
import { keyPairProvider } from "../../../../provider/fronts/plugin/provider";
import { serve } from "../../../../provider/fronts/plugin/server";

const { ResourceProviderClient }: typeof services = createRequire(__filename)(
  "@pulumi/pulumi/proto/provider_grpc_pb",
);

export const URN = "urn:pulumi:dev::test::keypair:index:KeyPair::deploy";

type Server = services.IResourceProviderServer;
type Method = keyof Server & string;
type Response<M extends Method> =
  Server[M] extends handleUnaryCall<infer _Request, infer Response> ? Response : never;

/** The provider behind its own server, and the local backend in a folder of the test's: spoken to as the engine does. */
export class PluginUnderTest {
  readonly folder = mkdtempSync(join(tmpdir(), "keypair-plugin-"));
  /** Of the local backend. */
  readonly path = join(this.folder, "store.sqlite");
  #close = async () => {};
  #client: services.ResourceProviderClient | undefined;

  async start(configuration: Record<string, unknown> = {}): Promise<this> {
    const { handlers, close } = keyPairProvider(undefined);
    const server = await serve(handlers);
    const client = new ResourceProviderClient(`127.0.0.1:${server.port}`, grpc.credentials.createInsecure());
    this.#client = client;
    this.#close = async () => {
      client.close();
      await server.stop();
      await close();
      rmSync(this.folder, { recursive: true });
    };
    await this.configure(configuration);
    return this;
  }

  /** As the engine does at the start of a run. */
  async configure(configuration: Record<string, unknown> = {}): Promise<void> {
    const request = new messages.ConfigureRequest();
    request.setArgs(encode({ backend: "local", path: this.path, ...configuration }));
    await this.call("configure", request);
  }

  /** Rejects with what the engine would get: `code` (https://grpc.io/docs/guides/status-codes/) and `details`. */
  call<M extends Method>(method: M, request: object): Promise<Response<M>> {
    const callbackStyle = this.#client as unknown as Record<string, typeof unary<M>>;
    return new Promise((resolve, reject) => {
      callbackStyle[method]?.call(this.#client, request, (error, response) =>
        error ? reject(error) : resolve(response),
      );
    });
  }

  /** The messages of a listing. */
  list(request: Messages.ListRequest): Promise<Messages.ListResponse.AsObject[]> {
    return new Promise((resolve, reject) => {
      const seen: Messages.ListResponse.AsObject[] = [];
      this.#client
        ?.list(request)
        .on("data", (response: Messages.ListResponse) => seen.push(response.toObject()))
        .on("end", () => resolve(seen))
        .on("error", reject);
    });
  }

  close(): Promise<void> {
    return this.#close();
  }
}

declare function unary<M extends Method>(
  request: object,
  callback: (error: Error | null, response: Response<M>) => void,
): void;
