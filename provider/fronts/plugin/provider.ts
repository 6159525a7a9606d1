import type { handleServerStreamingCall, handleUnaryCall } from "@grpc/grpc-js";
import type { IResourceProviderServer } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { attachmentResource } from "../../core/attachment";
import type { ProviderSettings } from "../../core/connection";
import { KeyPairError } from "../../core/errors";
import { keyPairResource } from "../../core/keyPair";
import { keyPairSetResource } from "../../core/keyPairSet";
import type { LookupContext } from "../../core/lookup";
import { checkNode } from "../../core/nodeVersion";
import { RunMemory } from "../../core/resource/runMemory";
import { ResourceService, type ServiceParts } from "../../core/resource/service";
import { EngineLog } from "../shared/engineLog";
import { announcingCatalog } from "../shared/parts";
import { checkConfig, diffConfig, settingsOf } from "./configuration";
import { invoke } from "./functions";
import { list } from "./listing";
import { PACKAGE_VERSION, packageSchema } from "./manifest";
import { connectEngine, Empty, messages, PluginInfo } from "./protocol";
import { Resources, type Service } from "./resources";

/** The protocol methods that this provider supports; it has no components and no parameters. */
type Method =
  | "handshake"
  | "attach"
  | "getPluginInfo"
  | "getSchema"
  | "checkConfig"
  | "diffConfig"
  | "configure"
  | "getMapping"
  | "invoke"
  | "list"
  | "check"
  | "diff"
  | "create"
  | "read"
  | "update"
  | "delete"
  | "cancel";

type Handler<M extends Method> =
  IResourceProviderServer[M] extends handleUnaryCall<infer Request, infer Response>
    ? (request: Request) => Response | Promise<Response>
    : IResourceProviderServer[M] extends handleServerStreamingCall<infer Request, infer Response>
      ? (request: Request) => Promise<Response[]>
      : never;

export type Handlers = { [M in Method]: Handler<M> };

export interface KeyPairProvider {
  handlers: Handlers;
  /** Lets go of connections and files. */
  close(): Promise<void>;
}

/** One run of the engine with this provider, from its configuration on. */
interface Session {
  settings: ProviderSettings;
  resources: Resources;
  cancelled: AbortController;
}

/**
 * The provider of one process. The engine starts a process for each configured provider. Until `configure`
 * has ended, it only asks what the provider is and whether its configuration is valid. A plugin that was
 * started by hand serves one run after the other, and each run configures it again.
 *
 * @param engineAddress  Where the engine listens; `undefined`: the plugin was started by hand, and `attach`
 *   brings the address.
 */
export function keyPairProvider(engineAddress: string | undefined): KeyPairProvider {
  let address = engineAddress;
  let session: Session | undefined;

  const configured = (): Session => {
    if (session) return session;
    throw new KeyPairError({
      code: "Configuration",
      message: "the provider was asked before it was configured",
    });
  };
  const reporter = new EngineLog(() => (address ? connectEngine(address) : undefined));
  const catalog = announcingCatalog(reporter);
  const begin = (settings: ProviderSettings): Session => {
    const cancelled = new AbortController();
    const parts = { catalog, reporter, run: new RunMemory(), settings: () => settings };
    return { settings, cancelled, resources: new Resources(servicesOf(parts), cancelled.signal) };
  };
  const lookupContext = (): LookupContext => {
    const { settings, cancelled } = configured();
    const deadline = Date.now() + settings.timeoutSeconds * 1000;
    const progress = (message: string) => reporter.progress(undefined, message);
    return { settings, catalog, operation: { signal: cancelled.signal, deadline, progress } };
  };

  const handlers: Handlers = {
    handshake(request) {
      // Surer than the command line, where flags stand before it.
      address = request.getEngineAddress() || address;
      const response = new messages.ProviderHandshakeResponse();
      response.setAcceptSecrets(true);
      response.setSupportsAutonamingConfiguration(true);
      return response;
    },
    attach(request) {
      address = request.getAddress();
      return new Empty();
    },
    getPluginInfo() {
      const info = new PluginInfo();
      info.setVersion(PACKAGE_VERSION);
      return info;
    },
    getSchema(request) {
      const response = new messages.GetSchemaResponse();
      response.setSchema(packageSchema(request.getVersion()));
      return response;
    },

    checkConfig,
    diffConfig,
    configure(request) {
      // Not at the start: the engine calls a plugin that ends by itself a bug.
      checkNode();
      session = begin(settingsOf(request));
      const response = new messages.ConfigureResponse();
      response.setAcceptsecrets(true);
      response.setSupportspreview(true);
      response.setSupportsAutonamingConfiguration(true);
      return response;
    },
    /** This provider is no other one's successor: there is nothing to map. */
    getMapping: () => new messages.GetMappingResponse(),
    invoke: (request) => invoke(request, lookupContext),
    list: (request) => list(request, lookupContext),

    check: (request) => configured().resources.check(request),
    diff: (request) => configured().resources.diff(request),
    create: (request) => configured().resources.create(request),
    read: (request) => configured().resources.read(request),
    update: (request) => configured().resources.update(request),
    async delete(request) {
      await configured().resources.delete(request);
      return new Empty();
    },

    /** The user has interrupted, or the run is over. The engine calls this in both cases, perhaps twice. */
    cancel() {
      session?.cancelled.abort();
      return new Empty();
    },
  };
  return { handlers: reporter.beforeAnswers(handlers), close: () => catalog.closeAll() };
}

function servicesOf(parts: ServiceParts): Map<string, Service> {
  return new Map<string, Service>([
    ["keypair:index:KeyPair", new ResourceService(keyPairResource, parts)],
    ["keypair:index:KeyPairSet", new ResourceService(keyPairSetResource, parts)],
    ["keypair:index:KeyPairAttachment", new ResourceService(attachmentResource, parts)],
  ]);
}
