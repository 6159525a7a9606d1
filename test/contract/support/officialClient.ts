import type { EcsAction, EcsRequests } from "../../../provider/backends/alibaba/api";
import { AlibabaBackend } from "../../../provider/backends/alibaba/backend";
import type { EcsCaller } from "../../../provider/backends/alibaba/client";
import { failureOf } from "../../../provider/backends/alibaba/errors";
import { parseFields, Reply } from "../../../provider/backends/alibaba/reply";
import type { Operation } from "../../../provider/core/backend";
import type { HttpReply } from "../../../provider/transport/http";
import { retry } from "../../../provider/transport/retry";

/** A call of an official SDK: the parameters go in by their names on the wire, and the reply's members come out so. */
export type SdkCall = (action: EcsAction, parameters: Record<string, unknown>) => Promise<HttpReply>;

/** Our backend with an official SDK in the place of our client, so that the SDK runs the contract suite. */
export function backendOn(call: SdkCall, regionId: string): AlibabaBackend {
  return new AlibabaBackend({
    client: new OfficialClient(call, regionId),
    region: regionId,
    endpoint: "http://emulator",
    credentialsFrom: "the SDK",
    askOwner: async () => undefined,
    release: async () => {},
  });
}

class OfficialClient implements EcsCaller {
  constructor(
    private readonly sdk: SdkCall,
    private readonly regionId: string,
  ) {}

  call<Action extends EcsAction>(
    action: Action,
    request: EcsRequests[Action],
    operation: Operation,
    keyPairName?: string,
  ): Promise<Reply> {
    const subject = {
      action,
      regionId: this.regionId,
      host: "emulator",
      ...(keyPairName !== undefined && { keyPairName }),
    };
    const send = async () => {
      const reply = await this.sdk(action, { RegionId: this.regionId, ...request });
      if (reply.status !== 200) throw failureOf(reply, subject);
      return new Reply(parseFields(reply.text) ?? {}, action);
    };
    return retry(operation, send, { idempotent: false });
  }
}
