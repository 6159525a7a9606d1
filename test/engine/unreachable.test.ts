import { describe, it } from "vitest";
import { ecsProject } from "./support/alibaba";

/* Where nothing can be sent: the run ends, and says which host it was. The error of 0.1.0 came after ten minutes. */

describe.concurrent("an endpoint", () => {
  it.for([
    [
      "that refuses connections",
      "http://127.0.0.1:9",
      /key pair "web": .*127\.0\.0\.1:9 cannot be reached \(ECONNREFUSED\), for 30 s\. Check the endpoint, the network and the proxy\./,
    ],
    [
      "whose name does not resolve",
      "http://ecs.no-such-place.invalid",
      /key pair "web": .*the host ecs\.no-such-place\.invalid is not known \((ENOTFOUND|EAI_AGAIN)\)\. Check the region and the endpoint/,
    ],
  ] as const)(
    "%s ends the run within the minute",
    async ([, endpoint, message], { expect, onTestFinished }) => {
      const ecs = await ecsProject({
        program: `new KeyPair("web", { keyPairName: "web", connection: { endpoint: "${endpoint}" } });`,
      });
      onTestFinished(() => ecs.close());
      const run = await ecs.project.up({ fails: true });
      expect(run.errors("web").join()).toMatch(message);
      expect(ecs.project.resources()).toEqual([]);
    },
  );
});
