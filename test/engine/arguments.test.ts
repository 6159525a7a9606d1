import { expect, it, onTestFinished } from "vitest";
import { literal, newKey } from "./support/keys";
import { engineProject } from "./support/project";
import { step } from "./support/step";

it("the arguments can be read back from the resource", async () => {
  const created = {
    keyPairNamePrefix: "web",
    keyGeneration: { source: "local", type: "ed25519" },
    privateKeyFile: "web.pem",
    savePrivateKey: false,
    tagChanges: "update",
    onExisting: "fail",
  };
  const imported = { publicKeyFile: "deploy.pub" };
  /** Each pair's arguments that are known go into a file: a preview has no outputs. */
  const program = (pairs: Record<string, object>) => `
    const { rmSync, writeFileSync } = require("fs");
    for (const [name, args] of Object.entries(${literal(pairs)})) {
      const pair = new KeyPair(name, args);
      rmSync(name + ".json", { force: true });
      const seen = {};
      for (const argument of ${literal(Object.keys({ ...created, ...imported }))})
        pair[argument].apply((value) => {
          seen[argument] = value === undefined ? "none" : value;
          writeFileSync(name + ".json", JSON.stringify(seen));
        });
    }`;
  const seen = (name: string) => JSON.parse(project.read(`${name}.json`));
  const none = Object.fromEntries(Object.keys({ ...created, ...imported }).map((name) => [name, "none"]));

  const project = await engineProject({ program: program({ created, imported }) });
  onTestFinished(() => project.close());
  project.write("deploy.pub", (await newKey()).line);

  await step("they are known in the preview, where they are given", async () => {
    await project.preview();
    expect(seen("created")).toEqual(created);
    expect(seen("imported")).toEqual(imported);
  });

  for (const op of ["create", "same"])
    await step(`they are all known in an up (${op})`, async () => {
      expect((await project.up()).ops("created")).toEqual([op]);
      expect(seen("created")).toEqual({ ...none, ...created });
      expect(seen("imported")).toEqual({ ...none, ...imported });
    });

  await step("they are gone once the program drops them; an ignored one is the state's", async () => {
    const { keyPairNamePrefix, privateKeyFile, keyGeneration } = created;
    project.program(
      program({ created: { keyPairNamePrefix, keyGeneration, privateKeyFile }, imported }).replace(
        "new KeyPair(name, args)",
        'new KeyPair(name, args, { ignoreChanges: ["onExisting"] })',
      ),
    );
    expect((await project.up()).ops("created")).toEqual(["update"]);
    expect(seen("created")).toEqual({
      ...none,
      keyPairNamePrefix,
      keyGeneration,
      privateKeyFile,
      onExisting: "fail",
    });
  });
});
