import { rmSync } from "node:fs";
import { expect, it, onTestFinished } from "vitest";
import { literal, newKey } from "./support/keys";
import { LOCAL_REGION, pairs, withStore } from "./support/localStore";
import { engineProject } from "./support/project";
import type { Run } from "./support/run";
import { step } from "./support/step";

/* All kinds of drift at once, each on a pair of its own. */

it("what somebody changed behind the stack's back is found, previewed and repaired", async () => {
  const [key, strangers] = await Promise.all([newKey(), newKey()]);
  const names = [
    "gone",
    "lost",
    "replaced",
    "created",
    "tagged",
    "retagged",
    "moved",
    "untouched",
    "ignored",
    "kept",
  ];
  const program = `
    const publicKeyBody = ${literal(key.line)};
    new KeyPair("gone", { keyPairName: "gone", publicKeyBody });
    new KeyPair("replaced", { keyPairName: "replaced", publicKeyBody });
    new KeyPair("lost", { keyPairName: "lost", privateKeyFile: "lost.pem" });
    new KeyPair("created", { keyPairName: "created", privateKeyFile: "created.pem" });
    new KeyPair("tagged", { keyPairName: "tagged", publicKeyBody, tags: { team: "ops" } });
    new KeyPair("retagged", { keyPairName: "retagged", publicKeyBody, tags: { team: "ops" }, tagChanges: "update" });
    new KeyPair("moved", { keyPairName: "moved", publicKeyBody, resourceGroupId: "rg-one" });
    new KeyPair("untouched", { keyPairName: "untouched", publicKeyBody });
    new KeyPair("ignored", { keyPairName: "ignored", publicKeyBody, tags: { team: "ops" } }, { ignoreChanges: ["tags"] });
    new KeyPair("kept", { keyPairNamePrefix: "kept", publicKeyFile: "kept.pub" }, { ignoreChanges: ["*"] });`;
  const opsOf = (run: Run) => Object.fromEntries(names.map((name) => [name, run.ops(name)]));

  const project = await engineProject({ program });
  onTestFinished(() => project.close());
  const pairOf = (name: string) => pairs(project).find((pair) => pair.name === name);

  await step("up makes the pairs, and then somebody changes them", async () => {
    project.write("kept.pub", key.line);
    await project.up();
    project.write("kept.pub", strangers.line);
    withStore(project, (store) => {
      store.deleteMany(LOCAL_REGION, ["gone", "lost", "replaced", "created"]);
      for (const name of ["replaced", "created"]) {
        store.import(LOCAL_REGION, { name, publicKey: strangers.line });
      }
      store.tag(LOCAL_REGION, ["tagged", "retagged", "ignored"], { team: "dev", owner: "somebody" });
      store.joinResourceGroup(LOCAL_REGION, "moved", "rg-other");
      // Of another tool's making: the program says nothing of tags or groups here.
      store.tag(LOCAL_REGION, ["untouched"], { cost: "42" });
      store.joinResourceGroup(LOCAL_REGION, "untouched", "rg-finance");
    });
  });

  await step("refresh finds it", async () => {
    const refreshed = await project.refresh();
    expect(refreshed.changes).toEqual({ delete: 2, update: 6, same: 3 });
    expect(project.resources().map(({ urn }) => urn.split("::").at(-1))).not.toContain("gone");
    expect(project.resource("replaced").outputs?.["publicKey"]).toBe(strangers.line);
    expect(project.resource("created").outputs?.["publicKey"]).toBe(strangers.line);
    for (const name of ["tagged", "retagged", "ignored"]) {
      const { inputs, outputs } = project.resource(name);
      expect([inputs?.["tags"], outputs?.["tags"]]).toEqual([{ team: "dev" }, { team: "dev" }]);
    }
    expect(project.resource("replaced").inputs?.["publicKeyBody"]).toBe(strangers.line);
    expect(project.resource("moved").outputs?.["resourceGroupId"]).toBe("rg-other");
    expect(project.resource("untouched").outputs).not.toHaveProperty("tags");
  });

  await step(
    "the preview refuses to overwrite the key of a pair that an earlier run found lost",
    async () => {
      const run = await project.preview({ fails: true });
      expect(run.errors("lost").join()).toContain("lost.pem holds another private key already (SHA256:");
      expect(run.errors("lost").join()).toContain("move it away, or name another file");
      rmSync(project.path("lost.pem"));
    },
  );

  await step("the preview shows what it takes to repair it", async () => {
    const run = await project.preview();
    expect(opsOf(run)).toMatchObject({
      gone: ["create"],
      lost: ["create"],
      replaced: expect.arrayContaining(["replace"]),
      created: expect.arrayContaining(["replace"]),
      tagged: expect.arrayContaining(["replace"]),
      retagged: ["update"],
      moved: ["update"],
      untouched: ["same"],
      ignored: ["same"],
      kept: ["same"],
    });
    expect(run.replaceKeys("replaced")).toEqual(["publicKeyBody"]);
    expect(run.replaceKeys("tagged")).toEqual(["tags"]);
    const { output } = await project.pulumi(["preview", "--diff"]);
    expect(output).toMatch(/~ team: "dev" => "ops"/);
  });

  await step("up leaves the pairs that hold somebody else's key, and does the rest", async () => {
    const run = await project.up({ fails: true, flags: ["--continue-on-error"] });
    for (const name of ["replaced", "created"]) {
      expect(run.warnings(name).join()).toContain(
        "was left alone: its key is not the one that this stack made",
      );
      expect(run.errors(name).join()).toContain(`a key pair "${name}" is there already`);
      expect(pairOf(name)?.publicKey).toBe(strangers.line);
    }
    expect(pairOf("gone")?.publicKey).toBe(key.line);
    expect(project.read("lost.pem")).toContain("PRIVATE KEY");
    expect(pairOf("tagged")?.tags).toEqual({ team: "ops" });
    expect(pairOf("retagged")?.tags).toEqual({ team: "ops", owner: "somebody" });
    expect(pairOf("moved")?.resourceGroupId).toBe("rg-one");
    expect(pairOf("ignored")?.tags).toEqual({ team: "dev", owner: "somebody" });
    expect(pairOf("untouched")).toMatchObject({ tags: { cost: "42" }, resourceGroupId: "rg-finance" });
  });

  await step("up repairs the rest once the strangers' pairs are gone", async () => {
    withStore(project, (store) => store.deleteMany(LOCAL_REGION, ["replaced", "created"]));
    const run = await project.up();
    expect(run.warnings("created").join()).toContain("private key of the pair before this one was moved to");
    expect(pairOf("replaced")?.publicKey).toBe(key.line);
    expect(pairOf("created")?.id).toMatch(/^ssh-/);
    const after = await project.up({ flags: ["--refresh"] });
    expect(after.changes).toEqual({ same: names.length + 1 });
  });

  await step("destroy leaves a pair that somebody replaced", async () => {
    withStore(project, (store) => {
      store.deleteMany(LOCAL_REGION, ["replaced"]);
      store.import(LOCAL_REGION, { name: "replaced", publicKey: strangers.line });
    });
    const run = await project.destroy();
    expect(run.warnings("replaced")).toEqual([
      expect.stringMatching(
        /^key pair "replaced" \(local backend, region local, .*\) was left alone: its key is not the one that this stack made \(now [0-9a-f:]{47}\), so somebody replaced it\. Delete it by hand if nobody needs it\.$/,
      ),
    ]);
    expect(pairs(project).map(({ name }) => name)).toEqual(["replaced"]);
    expect(project.resources()).toEqual([]);
  });
});
