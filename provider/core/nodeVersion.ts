import { KeyPairError } from "./errors";

/** As `engines` in package.json says it. */
const OLDEST = "22.13";

/** Throws `Configuration` on a Node that is too old: npm only warns of it, and it would fail later, in words of its own. */
export function checkNode(version = process.versions.node): void {
  // Numbers are compared as numbers: 22.9 is older than 22.13.
  if (version.localeCompare(OLDEST, "en", { numeric: true }) >= 0) return;
  throw new KeyPairError({
    code: "Configuration",
    message: `pulumi-keypair needs Node ${OLDEST} or later, and this is Node ${version}`,
    next: "Install a newer Node.",
  });
}
