import { expect, it, onTestFinished } from "vitest";
import { literal, newKey } from "./support/keys";
import { LOCAL_REGION, pairs, withStore } from "./support/localStore";
import { CLASSES, pluginProgram, pluginProject } from "./support/plugin";
import { engineProject } from "./support/project";
import { step } from "./support/step";

/** Ways to say `ignoreChanges`, as the options of the resource and as what the program says before it. */
const WAYS: [how: string, options: string, before: string][] = [
  ["all of a resource", `{ ignoreChanges: ["*"] }`, ""],
  ["an argument", `{ ignoreChanges: ["tags"] }`, ""],
  ["a member of an argument", `{ ignoreChanges: ["tags.team"] }`, ""],
  [
    "by a transformation of the stack",
    "{}",
    `pulumi.runtime.registerStackTransformation(({ props, opts }) =>
       ({ props, opts: pulumi.mergeOptions(opts, { ignoreChanges: ["tags"] }) }));`,
  ],
  [
    "by a transform of the resource",
    `{ transforms: [({ props, opts }) => ({ props, opts: { ...opts, ignoreChanges: ["tags"] } })] }`,
    "",
  ],
];

it("drift of what the program ignores replaces nothing, in both fronts, however and whenever it is said", async () => {
  const { line } = await newKey();
  const cases = Object.values(CLASSES).flatMap((type) =>
    WAYS.map(([how, ...way]) => [`${type}, ${how}`, type, ...way] as const),
  );
  const program = (isIgnoring: boolean) =>
    cases
      .map(([, type, options, before], n) => {
        const args = `{ keyPairName: "pair-${n}", publicKeyBody: ${literal(line)}, tags: { team: "ops", cost: "1" } }`;
        // Each way stands for itself: a stack's transformation would be everybody's.
        const own = before.replace(
          "({ props, opts }) =>",
          `({ name, props, opts }) => name !== "pair-${n}" ? undefined :`,
        );
        return `${isIgnoring ? own : ""} new ${type}("pair-${n}", ${args}, ${isIgnoring ? options : "{}"});`;
      })
      .join("\n");
  const project = await pluginProject({ program: program(false) });
  onTestFinished(() => project.close());

  await step("pairs that were made without options get them", async () => {
    await project.up();
    pluginProgram(project, program(true));
    expect((await project.up()).changes).toEqual({ same: cases.length + 1 });
  });

  await step("then somebody changes a tag, and up with a refresh leaves it", async () => {
    const names = pairs(project).map(({ name }) => name);
    withStore(project, (store) => store.tag(LOCAL_REGION, names, { team: "other", robot: "1" }));
    const run = await project.up({ flags: ["--refresh"] });
    for (const [n, [which]] of cases.entries())
      expect(run.ops(`pair-${n}`), which).toEqual(["refresh", "same"]);
    const left = { team: "other", cost: "1", robot: "1" };
    expect(pairs(project).map(({ tags }) => tags)).toEqual(cases.map(() => left));
  });

  await step("without the option the program's tag comes back, and another tool's stays", async () => {
    pluginProgram(project, program(false).replaceAll("}, {});", `, tagChanges: "update" }, {});`));
    const run = await project.up();
    for (const [n, [which]] of cases.entries()) expect(run.ops(`pair-${n}`), which).toEqual(["update"]);
    const mended = { team: "ops", cost: "1", robot: "1" };
    expect(pairs(project).map(({ tags }) => tags)).toEqual(cases.map(() => mended));
  });
});

it("a key that somebody replaced is left to a program that ignores all changes", async () => {
  const [key, theirs] = await Promise.all([newKey(), newKey()]);
  const program = (options: string) => `
    new KeyPair("imported", { keyPairName: "imported", publicKeyBody: ${literal(key.line)} }, ${options});
    new KeyPair("created", { keyPairName: "created" }, ${options});`;
  const project = await engineProject({ program: program("{}") });
  onTestFinished(() => project.close());
  await project.up();
  project.program(program(`{ ignoreChanges: ["*"] }`));
  await project.up();
  withStore(project, (store) => {
    store.deleteMany(LOCAL_REGION, ["imported", "created"]);
    for (const name of ["imported", "created"]) store.import(LOCAL_REGION, { name, publicKey: theirs.line });
  });

  await step("up with a refresh replaces nothing", async () => {
    const run = await project.up({ flags: ["--refresh"] });
    for (const name of ["imported", "created"]) expect(run.ops(name)).toEqual(["refresh", "same"]);
    expect((await project.up({ flags: ["--refresh"] })).changes).toEqual({ same: 3 });
  });

  await step("destroy leaves the pairs, which are somebody else's", async () => {
    const run = await project.destroy();
    for (const name of ["imported", "created"])
      expect(run.warnings(name).join()).toContain("somebody replaced it");
    expect(pairs(project).map(({ publicKey }) => publicKey)).toEqual([theirs.line, theirs.line]);
  });
});
