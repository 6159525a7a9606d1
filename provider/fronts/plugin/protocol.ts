import * as grpc from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest } from "@pulumi/pulumi/proto/engine_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import type { EngineConnection } from "../shared/engineLog";
import { type FromEngine, fromEngine, registerSecretsOf, secretsMarked, toEngine } from "../shared/values";

/*
 * The engine's protocol, as @pulumi/pulumi provides it. There is one copy of protobuf (a second one would not recognize the
 * messages of the first): scripts/bundle.mts puts it into the plugin's one file. Nothing else of @pulumi/pulumi is loaded.
 */

export type * as Messages from "@pulumi/pulumi/proto/provider_pb";
export { Any, Empty, grpc, messages, PluginInfo, ResourceProviderService, Status, Struct };

type StructValues = Parameters<typeof Struct.fromJavaScript>[0];

/** The engine at this address (`host:port`). */
export function connectEngine(address: string): EngineConnection {
  return { client: new EngineClient(address, grpc.credentials.createInsecure()), LogRequest };
}

/**
 * Properties as the engine sends them. From here on, no text of this process shows the secrets among them.
 */
export function decode<T extends object>(properties: Struct | undefined): FromEngine<T> {
  const decoded = fromEngine<T>(properties?.toJavaScript() ?? {});
  registerSecretsOf(decoded.value, decoded.secrets);
  return decoded;
}

/** Properties for the engine. Those with these names are marked as secrets. */
export function encode(properties: object, secrets: Iterable<string> = []): Struct {
  return Struct.fromJavaScript(secretsMarked(toEngine(properties), secrets) as StructValues);
}
