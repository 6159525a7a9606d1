import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { rules } from "../../provider/backends/openstack/rules";
import { type Fault, FaultProxy, type SeenRequest } from "../emulator/faultProxy";
import { html } from "../emulator/lostReplies";
import { openAs } from "../support/openstack/client";
import { describeOpenStack, startOpenStack } from "../support/openstack/openstack";
import { operation } from "./support/keyPairContract";
import { Team } from "./support/team";
import { defined, newLine, Workbench } from "./support/workbench";

/** Where the calls of one story go. */
interface Story {
  bench: Workbench;
  nova: FaultProxy;
}

const FAULTS: [string, Fault][] = [
  [
    "429 that says when to come again",
    { when: "before", reply: { status: 429, headers: { "retry-after": "1" }, body: '{"overLimit": {}}' } },
  ],
  ["503 before the effect", { when: "before", reply: { status: 503 } }],
  [
    "an HTML 504 after the effect",
    {
      when: "after",
      reply: { status: 504, headers: { "content-type": "text/html" }, body: html("504 Gateway Time-out") },
    },
  ],
  ["the connection closed before the effect", { when: "before", close: true }],
  ["the connection closed after the effect", { when: "after", close: true }],
];
const IMPORTED = Array.from({ length: 8 }, (_, n) => `m${n}`);
const CREATED = ["bastion", "ci", "deploy"];

const stories = new Map<string, Story>();

describeOpenStack("a set behind faults between us and a real Nova", () => {
  beforeAll(async () => {
    const cloud = await startOpenStack();
    for (const [name] of FAULTS) {
      const user = await cloud.newUser();
      const nova = await FaultProxy.start(cloud.computeUrl);
      const open = () => openAs(user.variables(), { endpoint: nova.url });
      const bench = new Workbench({ rules, open, capabilities: { unusualNames: [] } });
      await bench.open();
      stories.set(name, { bench, nova });
    }
  }, 600_000);
  afterAll(async () => {
    for (const { bench, nova } of stories.values()) {
      nova.fail();
      await bench.cleanUp();
      await bench.close();
      await nova.close();
    }
  });

  // Side by side: mostly they wait whether a lost call had an effect.
  describe.concurrent("loses nothing and makes nothing twice", () => {
    it.for(FAULTS)("%s", async ([name, fault]) => {
      const { bench, nova } = defined(stories.get(name));
      const team = new Team(bench);
      const [first, second] = [await newLine(), await newLine()];
      await team.up({ publicKeys: { anna: first, leaver: first } });
      team.grow();

      const publicKeys = { anna: second, ...Object.fromEntries(IMPORTED.map((member) => [member, first])) };
      nova.seen.length = 0;
      nova.fail(inEveryThirdCall(fault));
      expect(await team.up({ publicKeys, created: CREATED })).toBeUndefined();
      nova.fail();
      const keysOfCreated = CREATED.map((member) => [member, team.privateHalf(member)]);
      const made = { ...publicKeys, ...Object.fromEntries(keysOfCreated) };
      expect(await team.keys()).toEqual(made);
      expect(team.keysInState()).toEqual(made);
      expect(nova.seen.flatMap(importedName).sort()).toEqual(
        Object.keys(publicKeys)
          .map((member) => team.nameOf(member))
          .sort(),
      );

      team.grow();
      // Another process, which has not learned how fast it may call.
      team.clients = [bench.other];
      nova.fail(inEveryThirdCall(fault));
      await team.destroy();
      nova.fail();
      expect(await bench.backend.listKeyPairs({}, operation())).toEqual([]);
      expect(team.warnings).toEqual([]);
    });
  });
});

/** Of each kind of call the third, the sixth and the ninth. What is sent again gets through. */
function inEveryThirdCall(fault: Fault): (seen: SeenRequest) => Fault | undefined {
  const counts = new Map<string, number>();
  return ({ method, body }) => {
    const kind = method === "POST" && body.includes("public_key") ? "import" : method;
    const count = counts.get(kind) ?? 0;
    counts.set(kind, count + 1);
    return count % 3 === 2 && count < 9 ? fault : undefined;
  };
}

/** The pair that Nova imported, if it did. */
function importedName({ method, status, body }: SeenRequest): string[] {
  if (method !== "POST" || status !== 200 || !body.includes("public_key")) return [];
  return [String(JSON.parse(body).keypair.name)];
}
