import { execFileSync } from "node:child_process";
import { copyFileSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { afterAll, beforeAll, expect, it } from "vitest";
import { formatPublicKeyLine, publicKeyOfPrivateKey, readPublicKey, sameKey } from "../../provider/keys";
import { describeOpenStack, startOpenStack } from "../support/openstack/openstack";
import { ensureTool } from "../support/tools";
import { newKey } from "./support/keys";
import { type OpenStackProject, openStackProject } from "./support/openstack";

/* examples/open-telekom-cloud on the real Nova, in a region whose catalogue has the form of Open Telekom Cloud's. */

const EXAMPLE = join(__dirname, "../../examples/open-telekom-cloud");

let nova: OpenStackProject;

describeOpenStack("examples/open-telekom-cloud", () => {
  beforeAll(async () => {
    const source = readFileSync(join(EXAMPLE, "index.ts"), "utf8");
    const compilerOptions = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 };
    const { outputText } = ts.transpileModule(source, { compilerOptions });
    nova = await openStackProject(await startOpenStack(), {
      // A block of its own: the program around it declares the same names.
      program: `{ ${outputText} }`,
      config: { "keypair:backend": "openstack", "keypair:region": "RegionOtc" },
    });
    copyFileSync(join(EXAMPLE, "deploy.txt"), nova.project.path("deploy.txt"));
  }, 600_000);
  afterAll(() => nova?.close());

  it("imports what PuTTYgen saved, and has the cloud make another pair", async () => {
    await nova.project.up();
    expect(await nova.mismatches()).toEqual([]);
    const saved = readFileSync(join(EXAMPLE, "deploy.txt"), "utf8");
    const deploy = (await nova.pairs()).find(({ name }) => name === "deploy");
    expect(sameKey(readPublicKey(deploy?.publicKey ?? ""), readPublicKey(saved))).toBe(true);
    const outputs = await nova.project.outputs();
    expect(outputs).toMatchObject({ deployKeyPairName: "deploy", owner: nova.user.id });
    const file = nova.project.path("bastion.ppk");
    expect(readFileSync(file, "utf8")).toMatch(/^PuTTY-User-Key-File-3: ssh-rsa/);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it.runIf(ensureTool("puttygen"))("imports the public half of a .ppk that PuTTYgen wrote", async () => {
    const { privateKey } = await newKey();
    const pem = nova.project.write("laptop.pem", privateKey);
    const file = nova.project.path("laptop.ppk");
    execFileSync("puttygen", [pem, "-O", "private", "-o", file, "--new-passphrase", "/dev/null"]);
    await nova.project.configure({ "test:ppk": "laptop.ppk" });
    await nova.project.up();
    const name = String((await nova.project.outputs())["laptopKeyPairName"]);
    const laptop = (await nova.pairs()).find((pair) => pair.name === name);
    expect(sameKey(readPublicKey(laptop?.publicKey ?? ""), publicKeyOfPrivateKey(privateKey))).toBe(true);
  });

  it("sees no change when the same key is saved in another form", async () => {
    const saved = readPublicKey(readFileSync(join(EXAMPLE, "deploy.txt"), "utf8"));
    nova.project.write("deploy.txt", `${formatPublicKeyLine(saved)} another comment\n`);
    const { changes } = await nova.project.up();
    expect(Object.keys(changes)).toEqual(["same"]);
  });

  it("takes it all away", async () => {
    await nova.project.destroy();
    expect(await nova.pairs()).toEqual([]);
  });
});
