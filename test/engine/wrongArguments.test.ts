import { expect, it, onTestFinished } from "vitest";
import { WRONG_ARGUMENTS } from "../support/wrongArguments";
import { literal } from "./support/keys";
import { engineProject } from "./support/project";

it("each wrong argument of a program is one clear problem, at its property, and all come in one preview", async () => {
  const project = await engineProject({
    program: `
      const nested = (value) => pulumi.output(pulumi.output(Promise.resolve(value)));
      ${literal(WRONG_ARGUMENTS.map(([args]) => args))}.forEach((args, n) => {
        new KeyPair("plain-" + n, args);
        // Two resources may not write one file.
        if (args.privateKeyFile) args.privateKeyFile = "other.pem";
        const outputs = Object.fromEntries(Object.entries(args).map(([name, value]) => [name, nested(value)]));
        new KeyPair("output-" + n, outputs);
      });
      new KeyPair("date", { keyPairName: new Date() });
      new KeyPair("not-a-number", { keyGeneration: { source: "local", bits: NaN } });
      new KeyPair("buffer", { publicKeyBody: Buffer.from("ssh-rsa AAAA") });
      for (const nothing of [undefined, null]) new KeyPair("left-out-" + nothing, { keyPairName: nothing, tags: nothing });`,
  });
  onTestFinished(() => project.close());
  const run = await project.preview({ fails: true });
  for (const [index, [, property, reason]] of WRONG_ARGUMENTS.entries()) {
    for (const kind of ["plain", "output"])
      expect(run.errors(`${kind}-${index}`), `${kind} ${property}`).toEqual([
        `resource '${kind}-${index}': ${property}: ${reason}`,
      ]);
  }
  expect(run.errors("date")).toEqual(["resource 'date': keyPairName: must be a string."]);
  expect(run.errors("buffer")).toEqual(["resource 'buffer': publicKeyBody: must be a string."]);
  expect(run.errors("not-a-number")).toEqual([
    "resource 'not-a-number': keyGeneration: bits: must be a whole number.",
  ]);
  for (const name of ["left-out-undefined", "left-out-null"]) expect(run.errors(name)).toEqual([]);
});

it("a program of ECMAScript modules works", async () => {
  const project = await engineProject({ program: "" });
  onTestFinished(() => project.close());
  const manifest = JSON.parse(project.read("package.json"));
  project.write("package.json", JSON.stringify({ ...manifest, type: "module" }));
  project.write(
    "index.js",
    `
    import * as pulumi from "@pulumi/pulumi";
    import { getKeyPairOutput, getPublicKeyOutput, KeyPair } from "pulumi-keypair";
    const pair = new KeyPair("web", { keyGeneration: { source: "local", type: "ecdsa" } });
    export const found = getKeyPairOutput({ keyPairName: pair.keyPairName }).fingerprint;
    export const fingerprint = pair.fingerprint;
    export const { publicKey } = getPublicKeyOutput({ privateKey: pair.privateKey });
    export const same = pulumi.all([pair.publicKey, publicKey]).apply(([a, b]) => a === b);`,
  );
  await project.up();
  const outputs = await project.outputs();
  expect(outputs).toMatchObject({ found: outputs["fingerprint"], same: true });
  expect((await project.up({ flags: ["--refresh"] })).changes).toEqual({ same: 2 });
});
