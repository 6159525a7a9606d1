import { describe, it } from "vitest";
import { ecsProject, REGION } from "./support/alibaba";
import { literal, newKey } from "./support/keys";

/* Where the engine deletes a state after, or although, another state holds its pair. */

describe.concurrent("a pair that another state holds by now is not deleted for the old one", () => {
  it("when a replacement failed half-way and is taken back", async ({ expect, onTestFinished }) => {
    const ecs = await ecsProject({});
    onTestFinished(() => ecs.close());
    const { line } = await newKey();
    const program = (team: string) => `
      const tags = { team: "${team}" };
      new KeyPair("imported", { keyPairName: "imported", publicKeyBody: ${literal(line)}, tags });
      new KeyPair("created", { keyPairName: "created", privateKeyFile: "created.pem", tags });`;
    ecs.project.program(program("ops"));
    await ecs.project.up();
    const before = ecs.project.read("created.pem");

    for (const action of ["ImportKeyPair", "CreateKeyPair"])
      ecs.emulator.faults.add({ fault: "error", status: 403, code: "Forbidden.RAM", action });
    ecs.project.program(program("dev"));
    await ecs.project.up({ fails: true, flags: ["--continue-on-error"] });
    expect(ecs.names()).toEqual([]);

    ecs.emulator.faults.clear();
    ecs.project.program(program("ops"));
    await ecs.project.up();
    expect(ecs.names()).toEqual(["created", "imported"]);
    expect(await ecs.mismatches()).toEqual([]);
    expect(ecs.project.read("created.pem")).not.toBe(before);
    expect((await ecs.project.up({ flags: ["--refresh"] })).changes).toEqual({ same: 3 });
  });

  it("when the resource was renamed without an alias, and adopts", async ({ expect, onTestFinished }) => {
    const ecs = await ecsProject({});
    onTestFinished(() => ecs.close());
    const { line } = await newKey();
    const program = (name: string) => `
      new KeyPair("${name}", { keyPairName: "web", publicKeyBody: ${literal(line)}, onExisting: "adopt" });`;
    ecs.project.program(program("before"));
    await ecs.project.up();
    ecs.project.program(program("after"));
    const run = await ecs.project.up();
    expect(run.warnings("before").join()).toContain("this run made it again or took it over");
    expect(ecs.names()).toEqual(["web"]);
    expect((await ecs.project.up({ flags: ["--refresh"] })).changes).toEqual({ same: 2 });
    await ecs.project.destroy();
    expect(ecs.names()).toEqual([]);
  });

  it("when the run that took it over failed elsewhere, and the next one deletes the old resource", async ({
    expect,
    onTestFinished,
  }) => {
    const ecs = await ecsProject({});
    onTestFinished(() => ecs.close());
    const [{ line }, anothers] = await Promise.all([newKey(), newKey()]);
    ecs.emulator.store.import(REGION, { name: "taken", publicKey: anothers.line });
    const pair = (name: string, more: string) =>
      `new KeyPair("${name}", { keyPairName: "web", publicKeyBody: ${literal(line)}, ${more} })`;
    ecs.project.program(pair("before", ""));
    await ecs.project.up();

    const after = pair("after", 'onExisting: "adopt"');
    ecs.project.program(`const after = ${after};
      new KeyPair("fails", { keyPairName: "taken" }, { dependsOn: [after] });`);
    await ecs.project.up({ fails: true });
    expect(ecs.project.resources()).toHaveLength(2);

    ecs.project.program(after);
    const run = await ecs.project.up();
    expect(run.warnings("before")).toEqual([
      expect.stringContaining("was left alone: a resource of the program has it, so the stack has it still"),
    ]);
    expect(ecs.names()).toEqual(["taken", "web"]);
    expect((await ecs.project.up({ flags: ["--refresh"] })).changes).toEqual({ same: 2 });
    // The program runs, and the pair goes all the same.
    await ecs.project.destroy({ flags: ["--run-program"] });
    expect(ecs.names()).toEqual(["taken"]);
  });

  it("when the engine replaces it for a reason of its own", async ({ expect, onTestFinished }) => {
    const ecs = await ecsProject({});
    onTestFinished(() => ecs.close());
    const { line } = await newKey();
    ecs.project.program(
      `new KeyPair("web", { keyPairName: "web", publicKeyBody: ${literal(line)}, onExisting: "adopt" });`,
    );
    await ecs.project.up();
    const urn = ecs.project.resource("web").urn;
    const run = await ecs.project.up({ flags: ["--replace", urn] });
    expect(run.ops("web")).toEqual(["create-replacement", "replace", "delete-replaced"]);
    expect(ecs.names()).toEqual(["web"]);
    expect(await ecs.mismatches()).toEqual([]);
  });
});
