import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A private folder in which the real tools write and read keys. */
export class Workshop {
  readonly folder = mkdtempSync(join(tmpdir(), "pulumi-keypair-keys-"));

  /** Runs a tool in the folder and returns what it prints. */
  run(tool: string, ...words: string[]): string {
    return execFileSync(tool, words, {
      cwd: this.folder,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
  }

  runWithInput(input: string, tool: string, words: string[]): string {
    return execFileSync(tool, words, {
      cwd: this.folder,
      encoding: "utf8",
      input,
      stdio: ["pipe", "pipe", "pipe"],
    });
  }

  /** As `run`, of a tool that may not be able to: an old ssh-keygen has no PKCS#8 of ed25519. */
  tryRun(tool: string, ...words: string[]): string | undefined {
    try {
      return this.run(tool, ...words);
    } catch {
      return undefined;
    }
  }

  /** A file that only we may read: ssh-keygen takes no other for a private key. */
  write(name: string, content: string | Buffer): string {
    writeFileSync(join(this.folder, name), content, { mode: 0o600 });
    return name;
  }

  read(name: string): Buffer {
    return readFileSync(join(this.folder, name));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
