import { expect, it, onTestFinished } from "vitest";
import { namesOf, OURS, THEIRS } from "./support/accounts";
import { ecsProject, REGION } from "./support/alibaba";
import { SECRET } from "./support/expected";
import { searchEverywhere } from "./support/leaks";
import { usePlugin } from "./support/plugin";

const SHANGHAI = "cn-shanghai";

it("three providers in one program, two regions and two accounts: each call goes with its own credentials", async () => {
  const ecs = await ecsProject({
    // No credential and no endpoint that a provider could take from elsewhere.
    env: {},
    config: { "keypair:backend": "local" },
    secretConfig: { "test:ours": OURS.secret, "test:theirs": THEIRS.secret },
    emulator: { accessKeys: [OURS, THEIRS] },
  });
  onTestFinished(() => ecs.close());
  const { project, emulator } = ecs;
  usePlugin(project);
  project.program(`
    const { KeyPair: Pair, Provider, getKeyPairsOutput } = require("pulumi-keypair/plugin");
    const config = new pulumi.Config("test");
    const at = { backend: "alibaba", endpoint: "${emulator.endpoint}" };
    const ours = { ...at, accessKeyId: "${OURS.id}", accessKeySecret: config.requireSecret("ours") };
    const theirs = { ...at, accessKeyId: "${THEIRS.id}", accessKeySecret: config.requireSecret("theirs") };
    const providers = {
      here: new Provider("here", { ...ours, region: "${REGION}" }),
      there: new Provider("there", { ...ours, region: "${SHANGHAI}" }),
      theirs: new Provider("theirs", { ...theirs, region: "${REGION}" }),
    };
    for (const [name, provider] of Object.entries(providers)) {
      const pair = new Pair(name, { keyPairName: "same-name" }, { provider });
      exports[name] = getKeyPairsOutput({ nameRegex: pair.keyPairName }, { provider }).keyPairs.apply((found) => found.length);
    }`);
  await project.up();
  expect(await project.outputs()).toEqual({ here: 1, there: 1, theirs: 1 });
  expect(namesOf(ecs, OURS)).toEqual(["same-name"]);
  expect(namesOf(ecs, THEIRS)).toEqual(["same-name"]);
  expect(ecs.names(SHANGHAI)).toEqual(["same-name"]);
  const made = emulator.calls.filter(({ action }) => action === "CreateKeyPair");
  expect(made.map(({ account, region }) => `${account} ${region}`).sort()).toEqual(
    [`${OURS.account} ${REGION}`, `${OURS.account} ${SHANGHAI}`, `${THEIRS.account} ${REGION}`].sort(),
  );
  const providers = project
    .deployment()
    .deployment.resources?.filter(({ type }) => type === "pulumi:providers:keypair");
  expect(providers).toHaveLength(3);
  for (const { inputs } of providers ?? []) expect(inputs).toMatchObject({ accessKeySecret: SECRET });
  // tmp/ has the event log, which is the test's own.
  expect(searchEverywhere(project.folder, [OURS.secret, THEIRS.secret], ["node_modules"])).toEqual([]);
  await project.destroy();
  for (const names of [namesOf(ecs, OURS), namesOf(ecs, THEIRS), ecs.names(SHANGHAI)])
    expect(names).toEqual([]);
});
