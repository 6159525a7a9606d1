import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { expect, it, onTestFinished } from "vitest";
import { SECRET } from "./support/expected";
import { newKey } from "./support/keys";
import { holdStore, pairs } from "./support/localStore";
import { engineProject } from "./support/project";
import { step } from "./support/step";

it("privateKeyFile is checked before the cloud is called, written once, and never lost", async () => {
  const program = (file: string, more = "") => `
    const { privateKey } = new KeyPair("bastion", { keyPairName: "bastion", privateKeyFile: "${file}" ${more}});
    exports.privateKey = privateKey;`;

  const project = await engineProject({ program: program("missing/bastion.pem") });
  onTestFinished(() => project.close());

  await step("the preview finds that its folder is missing", async () => {
    const run = await project.preview({ fails: true });
    expect(run.errors("bastion")).toEqual([
      `resource 'bastion': privateKeyFile: cannot write ${project.path("missing/bastion.pem")}: its folder is not there. Make the folder (\`mkdir -p\`), or name another file.`,
    ]);
    expect(existsSync(project.path(".keypair"))).toBe(false);
  });

  await step("a file that holds another key stops an up, and stays as it is", async () => {
    const { privateKey } = await newKey();
    project.write("keys/others.pem", privateKey);
    project.program(program("keys/others.pem"));
    const run = await project.up({ fails: true });
    expect(run.output).toContain("keys/others.pem holds another private key already (SHA256:");
    expect(run.output).toContain("It is never overwritten: move it away, or name another file.");
    expect(project.read("keys/others.pem")).toBe(privateKey);
    expect(existsSync(project.path(".keypair"))).toBe(false);
  });

  await step("up writes the key as the cloud sent it, for its owner only", async () => {
    project.program(program("keys/bastion.pem"));
    await project.up();
    expect(project.read("keys/bastion.pem")).toBe((await project.outputs())["privateKey"]);
    expect(statSync(project.path("keys/bastion.pem")).mode & 0o777).toBe(0o600);
    expect(readdirSync(project.path("keys")).sort()).toEqual(["bastion.pem", "others.pem"]);
  });

  await step("nothing to write needs no file and no folder; a replacement needs the folder", async () => {
    renameSync(project.path("keys"), project.path("elsewhere"));
    expect((await project.preview()).ops("bastion")).toEqual(["same"]);
    expect((await project.up()).ops("bastion")).toEqual(["same"]);
    project.program(program("keys/bastion.pem", ', tags: { team: "ops" }'));
    const run = await project.up({ fails: true });
    expect(run.output).toContain(
      `cannot write ${project.path("keys/bastion.pem")}: its folder is not there. Make the folder (\`mkdir -p\`), or name another file.`,
    );
    expect(pairs(project)).toMatchObject([{ name: "bastion", tags: {} }]);
    renameSync(project.path("elsewhere"), project.path("keys"));
  });

  await step("another file name is an update of the file alone; .ppk gets PuTTY's format", async () => {
    project.program(program("keys/bastion.ppk"));
    const [before] = pairs(project);
    const run = await project.up();
    expect(run.ops("bastion")).toEqual(["update"]);
    expect(project.read("keys/bastion.ppk")).toMatch(/^PuTTY-User-Key-File-[23]: ssh-rsa\n/);
    expect(statSync(project.path("keys/bastion.ppk")).mode & 0o777).toBe(0o600);
    expect(pairs(project)).toEqual([before]);
  });

  await step("savePrivateKey: false takes the key out of the state, true puts it back", async () => {
    const { privateKey } = await project.outputs();
    project.program(program("keys/bastion.pem", ", savePrivateKey: false"));
    expect((await project.up()).ops("bastion")).toEqual(["update"]);
    expect(project.resource("bastion").outputs).not.toHaveProperty("privateKey");
    expect(await project.outputs()).not.toHaveProperty("privateKey");
    expect((await project.up()).ops("bastion")).toEqual(["same"]);
    expect((await project.refresh()).changes).toEqual({ same: 2 });

    project.program(program("keys/bastion.pem"));
    expect((await project.up()).ops("bastion")).toEqual(["update"]);
    expect(project.resource("bastion").outputs?.["privateKey"]).toEqual(SECRET);
    expect((await project.outputs())["privateKey"]).toBe(privateKey);
  });

  await step("a file that no longer holds the key is an error", async () => {
    project.program(program("keys/bastion.pem", ", savePrivateKey: false"));
    await project.up();
    renameSync(project.path("keys/bastion.pem"), project.path("keys/away.pem"));
    project.program(program("keys/bastion.pem"));
    const run = await project.up({ fails: true });
    expect(run.errors("bastion").join()).toMatch(
      /the private key SHA256:\S+ is not in the state \(savePrivateKey was false\), and keys\/bastion\.pem does not hold it on this machine/,
    );
    renameSync(project.path("keys/away.pem"), project.path("keys/bastion.pem"));
    expect((await project.up()).ops("bastion")).toEqual(["update"]);
    expect(project.resource("bastion").outputs?.["privateKey"]).toEqual(SECRET);
  });

  await step("a replacement writes the new key, and moves the old one aside", async () => {
    const before = project.read("keys/bastion.pem");
    project.program(program("keys/bastion.pem", ', tags: { team: "ops" }'));
    const run = await project.up();
    expect(run.ops("bastion")).toEqual(["delete-replaced", "replace", "create-replacement"]);
    expect(project.read("keys/bastion.pem")).toBe((await project.outputs())["privateKey"]);
    expect(project.read("keys/bastion.pem")).not.toBe(before);
    const [, aside = ""] =
      /private key of the pair before this one was moved to (\S+):/.exec(run.warnings("bastion").join()) ??
      [];
    expect(readFileSync(aside, "utf8")).toBe(before);
    expect(statSync(aside).mode & 0o777).toBe(0o600);
  });

  await step("destroy leaves the file: machines may still trust the key", async () => {
    await project.destroy();
    expect(pairs(project)).toEqual([]);
    expect(project.read("keys/bastion.pem")).toContain("BEGIN RSA PRIVATE KEY");
  });

  await step("up after destroy does not write over the file", async () => {
    const before = project.read("keys/bastion.pem");
    const run = await project.up({ fails: true });
    expect(run.output).toContain("keys/bastion.pem holds another private key already");
    expect(project.read("keys/bastion.pem")).toBe(before);
    expect(pairs(project)).toEqual([]);
  });
});

it("a private key that cannot be written once the cloud has made the pair stays in the state until it can", async () => {
  const project = await engineProject({
    program: `
      const { privateKey } = new KeyPair("bastion", { privateKeyFile: "keys/bastion.pem" });
      new KeyPair("other", { privateKeyFile: "keys/other.pem" });
      exports.privateKey = privateKey;`,
  });
  onTestFinished(() => project.close());
  mkdirSync(project.path("keys"));

  await step("the state keeps the encrypted key, the pair and the failure", async () => {
    const store = holdStore(project);
    const running = project.start("up", { flags: ["--continue-on-error"] });
    // Past the check of the file, and before the cloud makes the pairs.
    await running.says("waiting for another process that writes to the local store");
    mkdirSync(project.path("keys/bastion.pem"));
    store.release();
    const run = await running.ended;

    expect(run.exitCode).not.toBe(0);
    expect(run.errors("bastion").join()).toMatch(
      /key pair "bastion-[0-9a-f]{7}": cannot (read|write) \S*\/keys\/bastion\.pem: it is a folder\. The key pair is there and its private key is kept in the stack's state: run `pulumi up` again once the file can be written\./,
    );
    const { id, outputs, initErrors } = project.resource("bastion");
    expect(outputs).toMatchObject({ keyPairName: id, privateKey: SECRET });
    // The file is still to be written, and the state says so.
    expect(outputs).not.toHaveProperty("privateKeyFile");
    expect(initErrors).toHaveLength(1);
    expect(
      pairs(project)
        .map(({ name }) => name)
        .sort(),
    ).toEqual([id, project.resource("other").id]);
    expect(project.read("keys/other.pem")).toContain("BEGIN RSA PRIVATE KEY");
  });

  await step("up writes it and makes no other pair, although a refresh forgot the failure", async () => {
    const before = pairs(project);
    rmSync(project.path("keys/bastion.pem"), { recursive: true });
    await project.refresh();
    const run = await project.up();
    expect([run.ops("bastion"), run.ops("other")]).toEqual([["update"], ["same"]]);
    expect(project.read("keys/bastion.pem")).toBe((await project.outputs())["privateKey"]);
    expect(pairs(project)).toEqual(before);
    expect((await project.up()).changes).toEqual({ same: 3 });
  });
});

it("one privateKeyFile belongs to one resource", async () => {
  const pair = (name: string) => `new KeyPair("${name}", { privateKeyFile: "shared.pem" });`;

  const project = await engineProject({ program: pair("one") + pair("two") });
  onTestFinished(() => project.close());

  await step("the preview refuses it for two resources, and names the other", async () => {
    const run = await project.preview({ fails: true });
    expect([...run.errors("one"), ...run.errors("two")]).toEqual([
      expect.stringMatching(
        /^resource '(?:one|two)': privateKeyFile: shared\.pem is written by another resource of this program too \(urn:pulumi:\S+::(one|two)\): each key pair needs a file of its own\.$/,
      ),
    ]);
    expect(existsSync(project.path(".keypair"))).toBe(false);
  });

  await step("a replacement and another name of the resource keep it", async () => {
    project.program(pair("one"));
    await project.up();
    project.program(`new KeyPair("one", { privateKeyFile: "shared.pem", tags: { team: "ops" } });`);
    expect((await project.up()).ops("one")).toContain("create-replacement");
    project.program(
      `new KeyPair("renamed", { privateKeyFile: "shared.pem", tags: { team: "ops" } }, { aliases: [{ name: "one" }] });`,
    );
    expect((await project.up()).ops("renamed")).toEqual(["same"]);
  });
});
