import { type ChildProcess, execFile, spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { KeyPairStore } from "../../provider/backends/local/store";
import { FASTER } from "./support/faster";
import { step } from "./support/step";

/* `npm run quickstart`, in a folder of its own. */

const ROOT = join(__dirname, "../..");
const OPTIONS = { cwd: ROOT, env: { ...process.env, ...FASTER } };
const run = promisify(execFile);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "keypair-quickstart-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const args = (name: string, ...more: string[]) => [
  join(ROOT, "scripts/quickstart.mts"),
  "--folder",
  join(folder, name),
  ...more,
];
async function quickstart(name: string, ...more: string[]): Promise<string> {
  const { stdout, stderr } = await run(process.execPath, args(name, ...more), OPTIONS);
  return stdout + stderr;
}

/** What a run that fails says, with nothing of Pulumi before it. */
async function refusal(name: string, ...more: string[]): Promise<string> {
  const failed: unknown = await run(process.execPath, args(name, ...more), OPTIONS).catch((error) => error);
  expect(failed).toMatchObject({ code: 1, stdout: "" });
  return (failed as { stderr: string }).stderr;
}

describe("a folder with something of the user's", () => {
  const FILES = ["env", "notes", "passphrase", "project/index.ts"];
  const make = (name: string) => {
    mkdirSync(join(folder, name, "project"), { recursive: true });
    for (const file of FILES) writeFileSync(join(folder, name, file), "my own");
    return join(folder, name);
  };
  const expectUntouched = (mine: string) => {
    expect(readdirSync(mine, { recursive: true }).sort()).toEqual([...FILES, "project"].sort());
    for (const file of FILES) expect(readFileSync(join(mine, file), "utf8")).toBe("my own");
  };

  it("gets no quickstart", async () => {
    const mine = make("mine");
    expect(await refusal("mine")).toBe(
      `${mine} holds something that is not the quickstart's, so nothing is put there: name a folder that is new or empty.\n`,
    );
    expectUntouched(mine);
  });

  it("is not taken away", async () => {
    const mine = make("still-mine");
    expect(await refusal("still-mine", "--destroy")).toBe(
      `${mine} holds no quickstart (its \`state\` and \`passphrase\` are not both there), so nothing of it is taken away: name the folder that the quickstart was made in.\n`,
    );
    expectUntouched(mine);
  });
});

it("quickstart makes the pairs, keeps what the user changed, and deletes all of it", async () => {
  await step("it makes the key pairs and shows them, without the private key", async () => {
    const printed = await quickstart("whole");
    expect(printed).toContain("+ 3 created");
    expect(printed).toMatch(
      /There are now:\n +keyPairName +keyType +keyBits +fingerprintSha256\n +deploy-[0-9a-f]{7} /,
    );
    const file = join(folder, "whole/project/bastion.dev.pem");
    expect(printed).toContain(`and in ${file} (mode 0600)`);
    const privateKey = readFileSync(file, "utf8");
    for (const line of privateKey.split("\n").filter((text) => text.length === 64)) {
      expect(printed).not.toContain(line);
    }
    expect(printed).not.toContain("PRIVATE KEY-----");
    for (const secret of [file, join(folder, "whole/passphrase")])
      expect(statSync(secret).mode & 0o777).toBe(0o600);

    // The line that it prints, pasted into a shell.
    const command = /See it:\n +(.*)\n/.exec(printed)?.[1] ?? "";
    expect((await run("sh", ["-c", command], { cwd: ROOT })).stdout.trim()).toBe(privateKey.trim());
  });

  await step("the second run says that nothing changed", async () => {
    const printed = await quickstart("whole");
    expect(printed).toContain("Nothing changed. There are:");
    expect(printed).toContain("3 unchanged");
  });

  await step("it keeps what the user changed in the project", async () => {
    const command = `. ${join(folder, "whole/env")} && cd ${join(folder, "whole/project")} && sed -i.bak 's/"ops"/"dev"/' index.ts`;
    await run("sh", ["-c", command]);
    const printed = await quickstart("whole");
    expect(printed).toMatch(/There are now:/);
    expect(printed).toContain("1 replaced");
  });

  await step("it deletes all of it", async () => {
    expect(await quickstart("whole", "--destroy")).toMatch(/3 deleted[\s\S]*are gone/);
    expect(() => statSync(join(folder, "whole"))).toThrow(/ENOENT/);
    expect(await quickstart("whole", "--destroy")).toContain("There is nothing to take away");
    expect(existsSync(join(folder, "whole"))).toBe(false);
  });
});

it("a quickstart is deleted also where it was killed before it had all its folders", async () => {
  mkdirSync(join(folder, "killed"));
  writeFileSync(join(folder, "killed/passphrase"), "correct horse\n", { mode: 0o600 });
  expect(await quickstart("killed", "--destroy")).toContain("are gone");
  expect(existsSync(join(folder, "killed"))).toBe(false);
});

it("an interrupt in the middle of `up` ends it well, and the next run goes on", async () => {
  const child = spawn(process.execPath, args("interrupted"), {
    ...OPTIONS,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  const printed = await untilPrinted(child, "Updating (dev)");
  // As npm does it: once from the terminal, once passed on.
  child.kill("SIGINT");
  child.kill("SIGINT");
  expect(await ended).toBe(1);
  expect(printed()).toContain("Interrupted: what was made is recorded. Run it again to go on.");

  expect(await quickstart("interrupted")).toContain("There are now:");
  const store = new KeyPairStore(join(folder, "interrupted/project/.keypair/local.sqlite"));
  expect(store.list("local").total).toBe(2);
  store.close();

  // Taken away is what the quickstart made.
  writeFileSync(join(folder, "interrupted/notes.txt"), "mine");
  expect(await quickstart("interrupted", "--destroy")).toContain(
    `The key pairs are gone, and what was made for them. What else is in ${join(folder, "interrupted")} stays.`,
  );
  expect(readdirSync(join(folder, "interrupted"))).toEqual(["notes.txt"]);
});

/** Resolves once the text was printed; the answer gives all that was printed so far. */
function untilPrinted(child: ChildProcess, text: string): Promise<() => string> {
  let printed = "";
  return new Promise((resolve, reject) => {
    const follow = (chunk: Buffer) => {
      printed += chunk.toString();
      if (printed.includes(text)) resolve(() => printed);
    };
    child.stdout?.on("data", follow);
    child.stderr?.on("data", follow);
    child.on("close", () => reject(new Error(`it ended before it printed "${text}":\n${printed}`)));
  });
}
