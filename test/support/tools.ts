import { spawnSync } from "node:child_process";

/** The Debian package of each tool that the tests compare with. */
const PACKAGES = { "ssh-keygen": "openssh-client", openssl: "openssl", puttygen: "putty-tools" } as const;

export type Tool = keyof typeof PACKAGES;

/** Several test processes may install at once: apt waits for the other. */
const APT = ["-qq", "-o", "DPkg::Lock::Timeout=120"];

const answers = new Map<Tool, boolean>();

/**
 * Whether the tool is there; where it is not it is installed, when this machine has apt-get and we are root. A test that has
 * to do without it says so in a line of its own: nothing is skipped silently.
 */
export function ensureTool(tool: Tool): boolean {
  const known = answers.get(tool);
  if (known !== undefined) return known;
  const isThere = isInstalled(tool) || install(tool);
  if (!isThere) {
    console.warn(
      `SKIPPED: the tests with ${tool}. It is missing and could not be installed (Debian: ${PACKAGES[tool]}).`,
    );
  }
  answers.set(tool, isThere);
  return isThere;
}

function isInstalled(tool: Tool): boolean {
  return spawnSync("sh", ["-c", `command -v ${tool}`], { stdio: "ignore" }).status === 0;
}

function install(tool: Tool): boolean {
  if (process.getuid?.() !== 0) return false;
  const apt = (...words: string[]) =>
    spawnSync("apt-get", [...APT, ...words], {
      stdio: "ignore",
      timeout: 180_000,
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    });
  const add = () => apt("install", "-y", "--no-install-recommends", PACKAGES[tool]);
  if (add().status === 0) return isInstalled(tool);
  apt("update");
  add();
  return isInstalled(tool);
}
