import { expect, it } from "vitest";
import { pairsOfStack } from "../../../provider/cli/adopt/ofStack";
import { KeyPairError } from "../../../provider/core/errors";
import { catalogOf, FakeBackend } from "../core/support/fakeBackend";
import { type DeploymentParts, exported } from "./support/deployments";
import { found } from "./support/found";

const PAIRS = [found("web"), found("team-anna"), found("db"), found("theirs")];

async function ofStack(exportState: () => string, stack?: string) {
  const complaints: string[] = [];
  const held = await pairsOfStack(PAIRS, stack === undefined ? {} : { stack }, {
    catalog: catalogOf(new FakeBackend()),
    exportState: async () => exportState(),
    complain: (text) => complaints.push(text),
  });
  return { names: [...held].map(({ record }) => record.name), complaints };
}

const STATE: DeploymentParts = {
  resources: [
    { name: "web", id: "web", outputs: { backend: "local" } },
    {
      name: "team",
      type: "keypair:index:KeyPairSet",
      id: "team-*",
      outputs: { keyPairs: { anna: { here: { keyPairName: "team-anna", backend: "local" } } } },
    },
    { name: "theirs", type: "alicloud:ecs/ecsKeyPair:EcsKeyPair", id: "theirs" },
  ],
};

it("the pairs of the stack are those of its key pairs and sets, not those of other packages: these can be taken over", async () => {
  expect(await ofStack(() => exported(STATE), "dev")).toEqual({
    names: ["web", "team-anna"],
    complaints: [],
  });
});

it("outside of a project there is no stack to ask", async () => {
  const asked = () => {
    throw new Error("asked");
  };
  expect(await ofStack(asked)).toEqual({ names: [], complaints: [] });
});

it("a state that cannot be read is complained about, and the pairs are taken over all the same", async () => {
  const fails = () => {
    throw new KeyPairError({ code: "Configuration", message: "no stack is selected" });
  };
  expect(await ofStack(fails, "dev")).toEqual({
    names: [],
    complaints: [
      "pulumi-keypair: it is not known which pairs the stack has already: no stack is selected.\n",
    ],
  });
});
