import { existsSync, readFileSync } from "node:fs";
import { expect, it, onTestFinished } from "vitest";
import { literal, newKey } from "./support/keys";
import { LOCAL_REGION, pairs, withStore } from "./support/localStore";
import { type EngineProject, engineProject } from "./support/project";
import { step } from "./support/step";

it("relative paths mean the project's folder, also when the program moves to another one", async () => {
  const { line } = await newKey();
  const program = `
    new KeyPair("imported", { publicKeyFile: "keys/deploy.pub" });
    new KeyPair("created", { privateKeyFile: "created.pem" });`;
  const project = await engineProject({ program });
  onTestFinished(() => project.close());
  project.write("keys/deploy.pub", line);
  await project.up();
  expect(pairs(project)).toHaveLength(2);

  await step("the program moves to src/, and nothing changes", async () => {
    project.write("src/index.js", project.read("index.js"));
    project.write("src/package.json", JSON.stringify({ name: "test", main: "index.js" }));
    project.projectFile("main: src/\n");
    expect((await project.up({ flags: ["--refresh"] })).changes).toEqual({ same: 3 });
    expect(existsSync(project.path("src/.keypair"))).toBe(false);
  });

  await step("new files are found and written in the project's folder", async () => {
    project.write(
      "src/index.js",
      `${project.read("index.js")}\nnew KeyPair("later", { privateKeyFile: "later.pem" });`,
    );
    await project.up();
    expect(project.read("later.pem")).toContain("PRIVATE KEY");
    await project.destroy();
    expect(pairs(project)).toEqual([]);
  });
});

it("a store that the configuration names later is another place: the pair moves, and none is left behind", async () => {
  const { line } = await newKey();
  const project = await engineProject({
    program: `new KeyPair("deploy", { keyPairName: "deploy", publicKeyBody: ${literal(line)} });`,
  });
  onTestFinished(() => project.close());
  await project.up();
  expect(pairs(project)).toHaveLength(1);
  await project.configure({ "keypair:path": "other.sqlite" });
  expect((await project.up()).changes).toEqual({ same: 1, replace: 1 });
  expect(pairs(project)).toEqual([]);
  expect((await project.up({ flags: ["--refresh"] })).changes).toEqual({ same: 2 });
});

const bastion = (name: string, options = "") =>
  `new KeyPair("${name}", { privateKeyFile: "bastion.pem" }${options});`;

it.concurrent.for<[string, string, (project: EngineProject) => Promise<unknown> | undefined]>([
  ["alias", bastion("after", `, { aliases: [{ name: "before" }] }`), () => undefined],
  ["stack rename", bastion("before"), (project) => project.pulumi(["stack", "rename", "renamed"])],
  [
    "state move",
    bastion("before"),
    async (project) => {
      const urn = String(project.resource("before").urn);
      project.write("Pulumi.other.yaml", project.read("Pulumi.dev.yaml"));
      await project.pulumi(["stack", "init", "other"]);
      await project.pulumi(["state", "move", "--source", "dev", "--dest", "other", "--yes", urn]);
    },
  ],
])(
  "the key file of a pair that was lost is moved aside by the run that sees it: %s",
  async ([, program, rename], { expect, onTestFinished }) => {
    const project = await engineProject({ program: bastion("before") });
    onTestFinished(() => project.close());
    await project.up();
    const lost = project.read("bastion.pem");
    withStore(project, (store) =>
      store.deleteMany(
        LOCAL_REGION,
        pairs(project).map(({ name }) => name),
      ),
    );

    project.program(program);
    await rename(project);
    const run = await project.up({ flags: ["--refresh"] });
    const [, aside = ""] = /was moved to (\S+): delete it/.exec(run.warnings().join()) ?? [];
    expect(readFileSync(aside, "utf8")).toBe(lost);
    expect(project.read("bastion.pem")).not.toBe(lost);
    expect((await project.up({ flags: ["--refresh"] })).changes).toEqual({ same: 2 });
  },
);
