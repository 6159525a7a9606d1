import { describe, expect, it, test } from "vitest";
import type { EcsAction } from "../../provider/backends/alibaba/api";
import type { EcsRequest } from "../emulator/ecs/request";
import { TEST_ACCESS_KEY } from "../emulator/ecs/server";
import { REGION } from "./support/ecsHarness";
import { ACTIONS, ecsWire, TEMPORARY } from "./support/ecsWire";
import { operation } from "./support/harness";
import { nodeSdk } from "./support/nodeSdk";

const wire = ecsWire();

describe("what our client sends is what the typed official SDK sends", () => {
  test.each([
    ["an access key", TEST_ACCESS_KEY],
    ["temporary credentials", TEMPORARY],
  ] as const)("for every operation, parameter for parameter, with %s", async (_, key) => {
    const sent = new Map<EcsAction, { ours?: EcsRequest | undefined; sdk?: EcsRequest | undefined }>();
    const { id, secret, ...token } = key;
    const sdk = nodeSdk({ endpoint: wire.endpoint, accessKeyId: id, accessKeySecret: secret, ...token });
    for (const action of ACTIONS) {
      const reply = await sdk(action, { RegionId: REGION, ...wire.parametersOf(action) });
      expect(reply, action).toMatchObject({ status: 200 });
      sent.set(action, { sdk: wire.requests.at(-1) });
    }
    for (const action of ACTIONS) {
      await wire.client(key).call(action, wire.parametersOf(action), operation());
      sent.set(action, { ...sent.get(action), ours: wire.requests.at(-1) });
    }
    for (const [action, { ours, sdk }] of sent) {
      expect(shape(ours), action).toEqual(shape(sdk));
    }
    expect(sent.size).toBe(12);
  });

  /** All that does not change from call to call. */
  function shape(request: EcsRequest | undefined) {
    const headers = request?.headers ?? {};
    return {
      method: request?.method,
      path: request?.path,
      parameters: [...(request?.parameters ?? [])].sort(),
      headers: Object.fromEntries(
        Object.entries(headers).filter(([name]) =>
          /^(host|accept|x-acs-(action|version|accesskey-id|security-token|credentials-provider))$/.test(
            name,
          ),
        ),
      ),
      algorithm: headers["authorization"]?.split(" ")[0],
      // The public key is in the body of ours, whose type and digest are signed too.
      signed: headers["authorization"]?.match(/SignedHeaders=([^,]*)/)?.[1]?.replace("content-type;", ""),
    };
  }

  it("except that the public key is in the body, not in the URL", async () => {
    await wire
      .client()
      .call("ImportKeyPair", { KeyPairName: "body-1", PublicKeyBody: wire.publicKey }, operation());
    const [request] = wire.requests;
    expect(request?.form).toEqual([["PublicKeyBody", wire.publicKey]]);
    expect(request?.query.map(([name]) => name).sort()).toEqual(["KeyPairName", "RegionId"]);
  });
});
