import type { handleUnaryCall } from "@grpc/grpc-js";
import type { IResourceProviderServer } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { attachmentResource } from "../../core/attachment";
import type { ProviderSettings } from "../../core/connection";
import { KeyPairError } from "../../core/errors";
import { keyPairResource } from "../../core/keyPair";
import type { LookupContext } from "../../core/lookup";
import { ResourceService, type ServiceParts } from "../../core/resource/service";
import { EngineLog } from "../shared/engineLog";
import type { Parts } from "../shared/parts";
import { checkConfig, diffConfig, settingsOf } from "./configuration";
import { invoke } from "./functions";
import { packageSchema, packageVersion } from "./manifest";
import { connectEngine, Empty, messages, PluginInfo } from "./protocol";
import { Resources, type Service } from "./resources";

/** The methods of the engine's protocol that this provider has; it has no components, parameters, mappings or listings. */
type Method =
  | "handshake"
  | "attach"
  | "getPluginInfo"
  | "getSchema"
  | "checkConfig"
  | "diffConfig"
  | "configure"
  | "invoke"
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
    : never;

export type Handlers = { [M in Method]: Handler<M> };

/**
 * One configured provider: the engine starts a process for each, and asks it nothing before `configure` has ended, except for
 * what it is and whether its configuration is good.
 *
 * @param engineAddress  Where the engine listens; without one (the plugin was started by hand) it comes with `attach`.
 */
export function keyPairProvider(parts: Parts, engineAddress: string | undefined): Handlers {
  let address = engineAddress;
  let configured: ProviderSettings | undefined;
  const cancelled = new AbortController();

  const settings = (): ProviderSettings => {
    if (configured) return configured;
    throw new KeyPairError({
      code: "Configuration",
      message: "the provider was asked before it was configured",
    });
  };
  const reporter = new EngineLog(() => (address ? connectEngine(address) : undefined));
  const services = servicesOf({ ...parts, reporter, settings });
  const resources = new Resources(services, cancelled.signal);
  const lookupContext = (): LookupContext => {
    const { catalog } = parts;
    const deadline = Date.now() + settings().timeoutSeconds * 1000;
    const progress = (message: string) => reporter.progress(undefined, message);
    return { settings: settings(), catalog, operation: { signal: cancelled.signal, deadline, progress } };
  };

  return {
    handshake(request) {
      address ??= request.getEngineAddress() || undefined;
      const response = new messages.ProviderHandshakeResponse();
      response.setAcceptSecrets(true);
      return response;
    },
    attach(request) {
      address = request.getAddress();
      return new Empty();
    },
    getPluginInfo() {
      const info = new PluginInfo();
      info.setVersion(packageVersion());
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
      configured = settingsOf(request);
      const response = new messages.ConfigureResponse();
      response.setAcceptsecrets(true);
      response.setSupportspreview(true);
      return response;
    },
    invoke: (request) => invoke(request, lookupContext),

    check: (request) => resources.check(request),
    diff: (request) => resources.diff(request),
    create: (request) => resources.create(request),
    read: (request) => resources.read(request),
    update: (request) => resources.update(request),
    async delete(request) {
      await resources.delete(request);
      return new Empty();
    },

    /** The user has interrupted, or the run is over: the engine says both, and may say it twice. */
    cancel() {
      cancelled.abort();
      return new Empty();
    },
  };
}

function servicesOf(parts: ServiceParts): Map<string, Service> {
  return new Map<string, Service>([
    ["keypair:index:KeyPair", new ResourceService(keyPairResource, parts)],
    ["keypair:index:KeyPairAttachment", new ResourceService(attachmentResource, parts)],
  ]);
}
