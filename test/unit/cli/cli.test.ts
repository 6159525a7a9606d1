import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { EXIT, runCli } from "../../../provider/cli/program";
import {
  convertPrivateKey,
  formatPublicKeyLine,
  generateKeyPair,
  isPrivateKeyText,
  type PrivateKeyForm,
  publicKeyOfPrivateKey,
} from "../../../provider/keys";
import { ensureTool } from "../../support/tools";

const FORMS: PrivateKeyForm[] = ["ppk", "openssh", "pem"];

let folder: string;
let line: string;
/** The same key, in each form that a private key has. */
let privateTexts: Record<PrivateKeyForm, string>;

beforeAll(async () => {
  const made = await generateKeyPair({ type: "rsa", bits: 2048 });
  line = formatPublicKeyLine(made.publicKey);
  privateTexts = {
    pem: made.privateKey,
    openssh: convertPrivateKey(made.privateKey, "openssh", "anna@laptop"),
    ppk: convertPrivateKey(made.privateKey, "ppk", "anna@laptop"),
  };
});
beforeEach(() => {
  if (folder) rmSync(folder, { recursive: true });
  folder = mkdtempSync(join(tmpdir(), "keypair-cli-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const path = (name: string) => join(folder, name);
const file = (name: string, contents: string | Buffer) => {
  writeFileSync(path(name), contents);
  return path(name);
};
async function run(args: string[], stdin = "") {
  const printed = { out: "", err: "" };
  const exitCode = await runCli(args, {
    stdin: () => Readable.from(stdin ? [Buffer.from(stdin)] : []),
    print: (text) => {
      printed.out += text;
    },
    complain: (text) => {
      printed.err += text;
    },
  });
  return { exitCode, ...printed };
}

describe("public-key", () => {
  it("prints one OpenSSH line of a public key, from a file and from standard input", async () => {
    const done = { exitCode: 0, out: `${line} anna@laptop\n`, err: "" };
    expect(await run(["public-key", file("key.pub", `${line} anna@laptop\n`)])).toEqual(done);
    expect(await run(["public-key", "-"], `\r\n${line} anna@laptop`)).toEqual(done);
  });

  it.each(FORMS)("prints only the public half of a private key (%s)", async (form) => {
    const { out, err, exitCode } = await run(["public-key", file("key", privateTexts[form])]);
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: "" });
    expect(out.trimEnd().split(" ").slice(0, 2).join(" ")).toBe(line);
  });

  it("says what is wrong with a file", async () => {
    const big = file("big", Buffer.alloc(1_000_000, "A"));
    expect(await run(["public-key", path("none")])).toEqual({
      exitCode: 1,
      out: "",
      err: `pulumi-keypair: cannot read ${path("none")}: there is no such file or folder.\n`,
    });
    expect((await run(["public-key", folder])).err).toBe(
      `pulumi-keypair: cannot read ${folder}: it is a folder.\n`,
    );
    expect((await run(["public-key", big])).err).toBe(
      `pulumi-keypair: ${big} has more than 16384 bytes, and no key has. Give a file with one key.\n`,
    );
    expect((await run(["public-key", "-"])).err).toBe(
      "pulumi-keypair: standard input: there is no key: the text is empty. Give one OpenSSH line, as in ~/.ssh/id_ed25519.pub.\n",
    );
  });
});

describe.skipIf(!ensureTool("ssh-keygen"))("fingerprint", () => {
  it.each([
    ["rsa", "2048"],
    ["ecdsa", "384"],
    ["ed25519", "256"],
  ])("prints of %s what ssh-keygen -l prints", async (type, bits) => {
    execFileSync("ssh-keygen", [
      "-q",
      "-t",
      type,
      "-b",
      bits,
      "-N",
      "",
      "-C",
      "anna at home",
      "-f",
      path("key"),
    ]);
    const printed = (hash: string) =>
      execFileSync("ssh-keygen", ["-l", "-E", hash, "-f", path("key.pub")], { encoding: "utf8" });
    const expected = { exitCode: 0, out: printed("sha256") + printed("md5"), err: "" };
    expect(await run(["fingerprint", path("key.pub")])).toEqual(expected);
    expect(await run(["fingerprint", path("key")])).toEqual(expected);
  });

  it("says where there is no comment", async () => {
    expect((await run(["fingerprint", "-"], line)).out).toMatch(
      /^2048 SHA256:\S{43} no comment \(RSA\)\n2048 MD5:[0-9a-f:]{47} no comment \(RSA\)\n$/,
    );
  });
});

describe("check", () => {
  const ed25519 = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDUAggg6jG9f9heS+G72ghvNW1MCqFDtWJBl2zxqERoP";
  // sk-ssh-ed25519@openssh.com: the type, the same point, and the application "ssh:".
  const securityKey = Buffer.concat(
    ["sk-ssh-ed25519@openssh.com", Buffer.from(ed25519.split(" ")[1] ?? "", "base64").subarray(19), "ssh:"]
      .map((part) => Buffer.from(part))
      .flatMap((part) => [Buffer.from([0, 0, 0, part.length]), part]),
  );
  const securityKeyLine = `sk-ssh-ed25519@openssh.com ${securityKey.toString("base64")}`;

  it("says of each backend whether it takes the key", async () => {
    expect(await run(["check", "-"], line)).toEqual({
      exitCode: 0,
      out: "alibaba    yes\nopenstack  yes\nlocal      yes\n",
      err: "",
    });
    const warned = await run(["check", "-", "--backend", "alibaba"], ed25519);
    expect(warned.exitCode).toBe(0);
    expect(warned.out).toBe(
      "alibaba  yes, but: ECS does not document ssh-ed25519 keys and may refuse it. Documented are RSA, DSA and ECDSA keys.\n",
    );
  });

  it("fails when one that was asked for refuses", async () => {
    const refused = await run(["check", "-"], securityKeyLine);
    expect(refused.exitCode).toBe(1);
    expect(refused.out.split("\n")[0]).toBe(
      "alibaba    no: ECS takes no keys of security devices (sk-ssh-ed25519@openssh.com). Documented are RSA, DSA and ECDSA keys.",
    );
    expect((await run(["check", "-", "--backend", "local"], securityKeyLine)).exitCode).toBe(0);
  });
});

describe("convert", () => {
  it.each(FORMS.flatMap((from) => FORMS.map((to) => [from, to] as const)))(
    "writes %s as %s, for its owner only",
    async (from, to) => {
      const out = path(to === "ppk" ? "out.ppk" : "out");
      const { exitCode, err } = await run(["convert", "-", "--to", to, "--out", out], privateTexts[from]);
      expect({ exitCode, err }).toEqual({ exitCode: 0, err: "" });
      const written = readFileSync(out, "utf8");
      const marks = { ppk: "PuTTY-User-Key-File-3: ", openssh: "-----BEGIN OPENSSH", pem: "-----BEGIN RSA" };
      expect(written.startsWith(marks[to])).toBe(true);
      const { algorithm, blob } = publicKeyOfPrivateKey(written);
      expect(`${algorithm} ${blob.toString("base64")}`).toBe(line);
      if (process.platform !== "win32") expect(statSync(out).mode & 0o777).toBe(0o600);
    },
  );

  it.each(["another key\n", ""])("never overwrites a file (%j)", async (contents) => {
    const out = file("out.ppk", contents);
    expect(await run(["convert", "-", "--to", "ppk", "--out", out], privateTexts.pem)).toEqual({
      exitCode: 1,
      out: "",
      err: `pulumi-keypair: ${out} is there already. It is never overwritten: move it away, or name another file.\n`,
    });
    expect(readFileSync(out, "utf8")).toBe(contents);
  });

  it.each([
    ["a name that ends in .ppk", "pem", "out.ppk", "ends in .ppk, which says PuTTY's form, and --to is pem"],
    ["another name", "ppk", "out", "does not end in .ppk, and --to is ppk"],
  ])("refuses %s for --to %s", async (_, to, name, reason) => {
    const { exitCode, err } = await run(["convert", "-", "--to", to, "--out", path(name)], privateTexts.pem);
    expect(exitCode).toBe(1);
    expect(err).toBe(
      `pulumi-keypair: ${path(name)} ${reason}. Give --out a name that says what the file holds.\n`,
    );
  });

  it("writes to standard output what it would write to a file, and says on standard error which key it is", async () => {
    for (const to of FORMS) {
      const out = path(to === "ppk" ? "out.ppk" : "out");
      await run(["convert", "-", "--to", to, "--out", out, "--comment", "anna"], privateTexts.pem);
      const printed = await run(
        ["convert", "-", "--to", to, "--out", "-", "--comment", "anna"],
        privateTexts.pem,
      );
      expect(printed.exitCode).toBe(0);
      // OpenSSH's format holds random bytes, so only the key is the same.
      expect(publicKeyOfPrivateKey(printed.out)).toEqual(publicKeyOfPrivateKey(readFileSync(out, "utf8")));
      expect(printed.out.endsWith("-----\n") || to === "ppk").toBe(true);
      expect(printed.err).toMatch(/^standard output: SHA256:\S{43}\n$/);
      rmSync(out);
    }
    expect(existsSync("-")).toBe(false);
  });

  it("takes private keys only", async () => {
    expect((await run(["convert", "-", "--to", "pem", "--out", path("out")], line)).err).toBe(
      "pulumi-keypair: standard input holds a public key only. `pulumi-keypair public-key` prints it as an OpenSSH line.\n",
    );
  });

  it("says of a missing folder which file was meant", async () => {
    const out = path("none/out");
    expect((await run(["convert", "-", "--to", "pem", "--out", out], privateTexts.pem)).err).toBe(
      `pulumi-keypair: cannot write ${out}: its folder is not there. Make the folder (\`mkdir -p\`), or name another file.\n`,
    );
  });
});

describe("the command line", () => {
  it.each([
    [["nope"], "error: unknown command 'nope'\n"],
    [["check"], "error: missing required argument 'file'\n"],
    [["check", "-", "--backend", "aws"], "error: option '--backend <name>' argument 'aws' is invalid."],
    [["convert", "-", "--to", "pem"], "error: required option '--out <file>' not specified\n"],
    [[], "Usage: pulumi-keypair [options] [command]\n"],
  ])("%j is wrong usage", async (args, said) => {
    const { exitCode, out, err } = await run(args);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: "" });
    expect(err).toContain(said);
  });

  it("says what to give in the place of a key's text", async () => {
    expect(await run(["public-key", privateTexts.pem])).toEqual({
      exitCode: 2,
      out: "",
      err: "pulumi-keypair: an argument is the text of a key. Give the key's file, or - and the key on standard input.\n",
    });
  });

  it("says in the help what has to be given", async () => {
    const { out } = await run(["convert", "--help"]);
    expect(out).toMatch(/--to <form> +required: /);
    expect(out).toMatch(/--out <file> +required: /);
    expect(out).toMatch(/--comment <text> +(?!required)/);
    expect(out).toContain("Usage: pulumi-keypair convert [options] <file>");
  });

  it("documents the exit codes of orphans, which are those that it has", async () => {
    const { out } = await run(["orphans", "--help"]);
    for (const code of Object.values(EXIT)) expect(out).toMatch(new RegExp(`^  ${code}  \\w`, "m"));
    const state = (pending: object[]) =>
      JSON.stringify({
        deployment: { manifest: { time: "2026-03-04T12:00:00Z" }, pending_operations: pending },
      });
    expect(await run(["orphans", "--state", "-"], state([]))).toEqual({
      exitCode: EXIT.done,
      out: "The state knows of no interrupted create of a key pair.\n",
      err: "",
    });
    const unknown = {
      type: "creating",
      resource: { urn: "urn:pulumi:s::p::t::n", type: "keypair:index:KeyPair" },
    };
    expect(await run(["orphans", "--state", "-"], state([unknown]))).toMatchObject({
      exitCode: EXIT.refused,
      out: expect.stringMatching(
        /^1 interrupted create: it is not known whether it left a key pair\.\n\nn: it is not known whether it left a key pair: the state does not hold the name/,
      ),
    });
    expect((await run(["orphans", "--state", "-"], "no state")).exitCode).toBe(EXIT.refused);
    expect((await run(["orphans", "--since"])).exitCode).toBe(EXIT.usage);
    expect(await run(["orphans", "--since", "yesterday"])).toMatchObject({
      exitCode: EXIT.usage,
      err: expect.stringContaining("'yesterday' is invalid. It is not a time"),
    });
  });

  it("says in one line that standard input cannot be read", async () => {
    const broken = new Readable({
      read() {
        this.destroy(Object.assign(new Error("EBADF: bad file descriptor"), { code: "EBADF" }));
      },
    });
    for (const stdin of [
      () => broken,
      () => {
        throw new Error("EBADF: bad file descriptor, fstat");
      },
    ]) {
      for (const args of [
        ["public-key", "-"],
        ["orphans", "--state", "-"],
      ]) {
        let err = "";
        const exitCode = await runCli(args, {
          stdin,
          print() {},
          complain: (text) => {
            err += text;
          },
        });
        expect({ exitCode, err }).toEqual({
          exitCode: 1,
          err: "pulumi-keypair: standard input cannot be read.\n",
        });
      }
    }
  });

  it("prints help and version where they were asked for", async () => {
    expect(await run(["--help"])).toMatchObject({ exitCode: 0, err: "" });
    const { version } = JSON.parse(readFileSync(join(__dirname, "../../../package.json"), "utf8"));
    expect(await run(["--version"])).toEqual({ exitCode: 0, out: `${version}\n`, err: "" });
  });
});

describe("no private key is printed", () => {
  /** Any stretch of the private part: damaged input must not be echoed in pieces either. */
  const lines = (text: string) => text.split("\n").filter((part) => part.length >= 40);
  const commands = (input: string) => [
    ["public-key", input],
    ["fingerprint", input],
    ["check", input],
    ...FORMS.map((to) => ["convert", input, "--to", to, "--out", path(to === "ppk" ? "x.ppk" : "x")]),
    // Given in the place of its file, as an option and as a command.
    ["public-key", "--", input],
    [input],
  ];
  const damages: Record<string, (text: string) => string> = {
    whole: (text) => text,
    "cut short": (text) => text.slice(0, Math.floor(text.length * 0.7)),
    "without its first line": (text) => text.slice(text.indexOf("\n") + 1),
    "with a changed letter": (text) => text.replace(/[A-Za-z](?=.{20}\n)/g, "!"),
    "in one line": (text) => text.replaceAll("\n", " "),
  };

  it.each(FORMS.flatMap((form) => Object.keys(damages).map((damage) => [form, damage] as const)))(
    "%s, %s",
    async (form, damage) => {
      const text = damages[damage]?.(privateTexts[form]) ?? "";
      const publicParts = lines(privateTexts.ppk.split("Private-Lines")[0] ?? "");
      const input = file("key", text);
      const results = [];
      for (const args of [...commands(input), ...commands(text), ...commands("-")]) {
        results.push(await run(args, text));
        rmSync(path("x"), { force: true });
        rmSync(path("x.ppk"), { force: true });
      }
      const said = results.map(({ out, err }) => out + err).join("\n");
      for (const part of [...lines(privateTexts[form]), ...lines(text)]) {
        if (!publicParts.includes(part) && !line.includes(part))
          expect(said).not.toContain(part.slice(0, 40));
      }
      expect(isPrivateKeyText(said.replaceAll("[private key removed]", ""))).toBe(false);
    },
  );
});
