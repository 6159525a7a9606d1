import { createRequire } from "node:module";
import type * as grpcModule from "@grpc/grpc-js";
import type * as engineServices from "@pulumi/pulumi/proto/engine_grpc_pb";
import type * as engineModule from "@pulumi/pulumi/proto/engine_pb";
import type * as pluginModule from "@pulumi/pulumi/proto/plugin_pb";
import type * as services from "@pulumi/pulumi/proto/provider_grpc_pb";
import type * as messagesModule from "@pulumi/pulumi/proto/provider_pb";
import type * as statusModule from "@pulumi/pulumi/proto/status_pb";
import type * as anyModule from "google-protobuf/google/protobuf/any_pb";
import type * as emptyModule from "google-protobuf/google/protobuf/empty_pb";
import type * as structModule from "google-protobuf/google/protobuf/struct_pb";
import { registerSecret } from "../../core/redact";
import type { EngineConnection } from "../shared/engineLog";
import { type FromEngine, fromEngine, secretsMarked, toEngine } from "../shared/values";

/*
 * The engine's protocol, as @pulumi/pulumi provides it. gRPC and protobuf are loaded from the same place as
 * @pulumi/pulumi loads them, because a second copy of protobuf would not recognize the messages of the first.
 * Nothing else of @pulumi/pulumi is loaded.
 */

const own = createRequire(__filename);
const ofPulumi = createRequire(own.resolve("@pulumi/pulumi/proto/provider_pb"));

export type * as Messages from "@pulumi/pulumi/proto/provider_pb";
export type Struct = structModule.Struct;

export const grpc: typeof grpcModule = ofPulumi("@grpc/grpc-js");
export const messages: typeof messagesModule = own("@pulumi/pulumi/proto/provider_pb");
export const { PluginInfo }: typeof pluginModule = own("@pulumi/pulumi/proto/plugin_pb");
export const { Status }: typeof statusModule = own("@pulumi/pulumi/proto/status_pb");
export const { ResourceProviderService }: typeof services = own("@pulumi/pulumi/proto/provider_grpc_pb");
export const { Empty }: typeof emptyModule = ofPulumi("google-protobuf/google/protobuf/empty_pb");
export const { Any }: typeof anyModule = ofPulumi("google-protobuf/google/protobuf/any_pb");
const { Struct: StructMessage }: typeof structModule = ofPulumi("google-protobuf/google/protobuf/struct_pb");

type StructValues = Parameters<typeof StructMessage.fromJavaScript>[0];

/** The engine at this address (`host:port`). */
export function connectEngine(address: string): EngineConnection {
  const { EngineClient }: typeof engineServices = own("@pulumi/pulumi/proto/engine_grpc_pb");
  const { LogRequest }: typeof engineModule = own("@pulumi/pulumi/proto/engine_pb");
  return { client: new EngineClient(address, grpc.credentials.createInsecure()), LogRequest };
}

/**
 * Properties as the engine sends them. From here on, no text of this process shows the secrets among them.
 */
export function decode<T extends object>(properties: structModule.Struct | undefined): FromEngine<T> {
  const decoded = fromEngine<T>(properties?.toJavaScript() ?? {});
  const values = new Map<string, unknown>(Object.entries(decoded.value));
  for (const name of decoded.secrets) registerTexts(values.get(name));
  return decoded;
}

/** Properties for the engine. Those with these names are marked as secrets. */
export function encode(properties: object, secrets: Iterable<string> = []): Struct {
  return StructMessage.fromJavaScript(secretsMarked(toEngine(properties), secrets) as StructValues);
}

function registerTexts(value: unknown): void {
  if (typeof value === "string") registerSecret(value);
  else if (typeof value === "object" && value !== null) Object.values(value).forEach(registerTexts);
}
