import { createRequire } from "node:module";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { isMocked } from "./mocks";

/** What the stored provider requires (provider/fronts/dynamic/stub.ts). */
const PROVIDER = "pulumi-keypair/provider";

let isFound = false;

/**
 * Throws when the engine will not find the provider. The engine runs the stored provider in the program's folder, and not in
 * that of the component library or bundle which holds this SDK; what it says then names neither the package nor a way out.
 */
export function requireInstalledProvider(): void {
  if (isFound || isMocked()) return;
  const folder = process.cwd();
  try {
    createRequire(join(folder, "index.js")).resolve(PROVIDER);
    isFound = true;
  } catch {
    throw new pulumi.RunError(
      `the package pulumi-keypair is not installed in ${folder} or a folder above it, where Pulumi's engine looks for its ` +
        "provider: add it to the dependencies of this Pulumi project (npm install pulumi-keypair), also when a component " +
        "library or a bundle brings it along.",
    );
  }
}
