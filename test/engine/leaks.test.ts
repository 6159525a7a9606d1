import { randomBytes } from "node:crypto";
import { readFileSync, renameSync, statSync } from "node:fs";
import { expect, it, onTestFinished } from "vitest";
import { finder, findInText, needlesOf, searchEverywhere } from "./support/leaks";
import { pairs } from "./support/localStore";
import { engineProject } from "./support/project";
import { step } from "./support/step";

/** Files of which the test, or the program, says that they hold the key. */
const HOLDS_KEYS = ["keys"];

it("the private keys of created pairs are nowhere but in the files that were asked for", async () => {
  /** All that any command printed, by what it was. */
  const printed: Record<string, string> = {};
  const needles: string[] = [];
  const program = (team: string, file = "keys/filed.pem") => `
    const tags = { team: "${team}" };
    const bastion = new KeyPair("bastion", { tags });
    const local = new KeyPair("local", { tags, tagChanges: "update", keyGeneration: { source: "local", type: "rsa" } });
    const filed = new KeyPair("filed", { privateKeyFile: "${file}", tags, tagChanges: "update" });
    const sealed = new KeyPair("sealed", {
      privateKeyFile: "${file}".replace("filed", "sealed"), privateKeyPassphrase: process.env.A_PASSPHRASE,
    });
    module.exports = {
      sealed: [sealed.privateKey, sealed.publicKey],
      openssh: [bastion.privateKeyOpenssh, bastion.publicKey],
      pem: [bastion.privateKeyPem, bastion.publicKey],
      bastion: [bastion.privateKey, bastion.publicKey],
      local: [local.privateKey, local.publicKey],
      filed: [filed.privateKey, filed.publicKey],
      derived: bastion.privateKey.apply((key) => "derived: " + key),
    };`;

  const passphrase = randomBytes(18).toString("hex");
  const project = await engineProject({ program: program("ops"), env: { A_PASSPHRASE: passphrase } });
  onTestFinished(() => project.close());

  async function keep(what: string, command: Promise<{ output: string }>): Promise<void> {
    printed[what] = (await command).output;
  }

  /** Adds the keys of now to what is looked for: each is known only once it was made. */
  async function plant(): Promise<void> {
    const outputs = await project.outputs();
    needles.push(passphrase);
    for (const name of ["bastion", "local", "filed", "sealed", "openssh", "pem"]) {
      const pair = outputs[name];
      if (!Array.isArray(pair)) throw new Error(`no keys of ${name}`);
      needles.push(...needlesOf(String(pair[0]), String(pair[1])));
    }
  }

  await step("each command runs", async () => {
    project.write("keys/occupied/file", "");
    await keep("preview", project.preview({ flags: ["--diff"] }));
    await keep("up", project.up({ flags: ["--diff"] }));
    await plant();
    await keep("up --json, nothing changed", project.up({ flags: ["--json"] }));
    await keep("preview --json, nothing changed", project.preview({ flags: ["--json"] }));
    project.program(program("dev"));
    await keep("preview of changes", project.preview({ flags: ["--diff", "--json"] }));
    await keep("up --json", project.up({ flags: ["--json"] }));
    await plant();
    project.program(program("sec"));
    await keep("up --debug", project.up({ flags: ["--debug", "--diff"] }));
    await plant();
    project.program(program("sec", "keys/occupied"));
    await keep("an up that fails", project.up({ fails: true }));
    project.program(program("sec"));
    await keep("refresh", project.refresh({ flags: ["--diff", "--debug"] }));
    await keep("export", project.pulumi(["stack", "export"]));
    await keep("history", project.pulumi(["stack", "history", "--json", "--full-dates"]));
    await keep("outputs", project.pulumi(["stack", "output", "--json"]));
    await keep("stack", project.pulumi(["stack", "--show-ids", "--show-urns"]));
  });

  await step("no command prints them", () => {
    expect(new Set(needles).size).toBeGreaterThan(3 * 15);
    expect(Object.entries(printed).flatMap(([what, text]) => findInText(what, text, needles))).toEqual([]);
  });

  await step("no file holds them: state, backups, history, logs, temporary files, the store", () => {
    for (const folder of ["state/.pulumi/stacks", "state/.pulumi/backups", "state/.pulumi/history"]) {
      expect(statSync(project.path(folder)).isDirectory()).toBe(true);
    }
    expect(searchEverywhere(project.folder, needles, HOLDS_KEYS)).toEqual([]);
  });

  await step("the search would have found them", () => {
    expect(searchEverywhere(project.folder, needles)).toEqual(["keys/filed.pem, as it is"]);
    for (const [form, text] of Object.entries({
      "as it is": JSON.stringify(project.read("keys/filed.pem")),
      "in Base64": Buffer.from(`x${project.read("keys/filed.pem")}`).toString("base64"),
      "in hexadecimal": Buffer.from(project.read("keys/filed.pem")).toString("hex"),
    })) {
      expect(findInText("planted", text, needles)).toEqual([`planted, ${form}`]);
    }
  });

  await step("only what the engine itself prints for its debug flags shows them", async () => {
    project.program(program("now"));
    const run = await project.up({
      flags: ["-v=9", "--logtostderr", "--tracing", `file:${project.path("trace.out")}`],
      env: { PULUMI_DEBUG_GRPC: project.path("grpc.json") },
    });
    await plant();
    const find = finder(needles);
    const lines = run.output.split("\n").filter((line) => find("", Buffer.from(line)).length > 0);
    const messages = lines.map(
      (line) => /"msg":"(Marshaling|Unmarshaling) property for RPC\[/.exec(line)?.[1] ?? line,
    );
    expect([...new Set(messages)].sort()).toEqual(["Marshaling", "Unmarshaling"]);
    expect(searchEverywhere(project.folder, needles, HOLDS_KEYS).sort()).toEqual([
      "grpc.json, as it is",
      "trace.out, as it is",
    ]);
    for (const file of ["grpc.json", "trace.out"])
      renameSync(project.path(file), project.path(`keys/${file}`));
  });

  await step("destroy leaves them in the file alone", async () => {
    const { output } = await project.destroy();
    expect(findInText("destroy", output, needles)).toEqual([]);
    expect(pairs(project)).toEqual([]);
    expect(searchEverywhere(project.folder, needles, HOLDS_KEYS)).toEqual([]);
    expect(readFileSync(project.path("keys/filed.pem"), "utf8")).toContain("PRIVATE KEY");
  });
});
