import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Findings } from "../../../provider/core/resource/findings";
import {
  convertPrivateKey,
  isPrivateKeyText,
  publicKeyOfPrivateKey,
  readPublicKey,
  readPublicKeyFile,
  sameKey,
} from "../../../provider/keys";
import { JWK_TO_PEM } from "./faults";
import { encrypted, material, materialOf } from "./material";

const REFUSED = "the text is a private key, and only a public key may be given here.";
const WRITE_PUBLIC_HALF =
  "Write its public half to a file with `ssh-keygen -y -f FILE > FILE.pub` and use that file.";

const forms = material.flatMap(({ name, pem, publicKey }) => [
  ...Object.entries(pem).map(([form, text]) => ({ form: `${name} as ${form}`, text, publicKey })),
  ...(["openssh", "ppk"] as const).map((form) => ({
    form: `${name} as ${form}`,
    text: convertPrivateKey(pem["pkcs8"] ?? "", form, "a comment"),
    publicKey,
  })),
]);

describe.each(forms)("$form", ({ text, publicKey }) => {
  test("is known as private, whole, cut, and as Base64", () => {
    for (const part of [text, text.slice(0, 60), text.replaceAll("\n", " "), text.replaceAll("\n", "\\n")]) {
      expect(isPrivateKeyText(part)).toBe(true);
    }
    const base64 = Buffer.from(text).toString("base64");
    for (const part of [base64, base64.replace(/.{76}/g, "$&\n"), `ssh-privatekey: ${base64}`]) {
      expect(isPrivateKeyText(part)).toBe(true);
    }
    expect(isPrivateKeyText(Buffer.from(text, "utf16le").toString())).toBe(true);
  });

  test("is refused as publicKeyBody, with its public line and without its comment", () => {
    const line = `${publicKey.algorithm} ${publicKey.blob.toString("base64")}`;
    expect(() => readPublicKey(text)).toThrow(
      expect.objectContaining({
        code: "InvalidKey",
        message: `${REFUSED} Use its public half instead: ${line} (without its comment).`,
      }),
    );
    // What a preview says after the colon is read as that key, also with all that follows the line.
    const findings = new Findings();
    findings.attempt("publicKeyBody", () => readPublicKey(text));
    const [, shown = ""] = findings.failures[0]?.reason.split("instead: ") ?? [];
    expect(sameKey(readPublicKey(shown), publicKey)).toBe(true);
  });

  test("gives its public half as publicKeyFile, also in UTF-16", () => {
    expect(sameKey(readPublicKeyFile(Buffer.from(text)), publicKey)).toBe(true);
    expect(sameKey(readPublicKeyFile(Buffer.from(`\ufeff${text}`, "utf16le")), publicKey)).toBe(true);
    expect(sameKey(publicKeyOfPrivateKey(`\n${text}\n\n`), publicKey)).toBe(true);
  });
});

test.each(material)("the body of $name without its armour is private", ({ pem }) => {
  for (const text of [...Object.values(pem), convertPrivateKey(pem["pkcs8"] ?? "", "openssh")]) {
    const body = text.replace(/-----.*-----/g, "").trim();
    for (const bare of [body, body.replaceAll("\n", "")]) {
      expect(isPrivateKeyText(bare)).toBe(true);
      expect(() => readPublicKey(bare)).toThrow(`${REFUSED} ${WRITE_PUBLIC_HALF}`);
    }
  }
});

describe.each(["ecdsa-256", "ed25519", "rsa"])("a private JWK of %s", (name) => {
  const { key, publicKey } = materialOf(name);
  const { d, ...open } = key.export({ format: "jwk" });
  const text = JSON.stringify({ ...open, d });

  test("is private in JSON, in a string of JSON, and in a program", () => {
    const program = `const key = { kty: "${open.kty}", d: '${d}' };`;
    for (const form of [text, JSON.stringify(text), JSON.stringify({ keys: [{ ...open, d }] }), program]) {
      expect(isPrivateKeyText(form)).toBe(true);
    }
    expect(isPrivateKeyText(JSON.stringify({ kty: "oct", k: "AyM1SysPpbyDfgZld3umj1" }))).toBe(true);
    const { kty, crv, n, e, x, y } = open;
    expect(isPrivateKeyText(JSON.stringify({ kty, crv, n, e, x, y }))).toBe(false);
  });

  test("is refused, with the command that writes its public half, and nothing of it is shown", () => {
    expect(() => readPublicKey(text)).toThrow(
      expect.objectContaining({ message: `${REFUSED} ${JWK_TO_PEM}` }),
    );
    expect(() => readPublicKeyFile(Buffer.from(text))).toThrow(
      expect.objectContaining({
        message: `the private key is a JWK, which SSH does not use. ${JWK_TO_PEM}`,
      }),
    );
  });

  test("has the public half that the command writes", () => {
    const command = /node -p "(.*)"\.$/.exec(JWK_TO_PEM)?.[1] ?? "";
    const folder = mkdtempSync(join(tmpdir(), "keypair-jwk-"));
    try {
      writeFileSync(join(folder, "FILE"), text, { mode: 0o600 });
      const pem = execFileSync(process.execPath, ["-p", command], { cwd: folder, encoding: "utf8" });
      expect(sameKey(readPublicKey(pem), publicKey)).toBe(true);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

test("a cut JWK whose public number ends in a private one looks public, and is not shown", () => {
  const { n = "", d = "", e } = materialOf("rsa").key.export({ format: "jwk" });
  for (let kept = 20; kept < 60; kept++) {
    const text = JSON.stringify({ kty: "RSA", e, n: n.slice(0, -kept) + d.slice(-kept) });
    expect(isPrivateKeyText(text)).toBe(false);
    expect(() => readPublicKey(text)).toThrow(
      expect.objectContaining({ message: expect.not.stringMatching(/AAAA/) }),
    );
  }
});

test.each(material)("the armour of $name is private with any blanks and dashes", ({ pem }) => {
  const text = convertPrivateKey(pem["pkcs8"] ?? "", "openssh");
  for (const blank of ["\u00a0", "\u3000", "\u200b \u200b", "  ", ""]) {
    const changed = text.replaceAll(
      /(BEGIN|END) OPENSSH PRIVATE KEY/g,
      `$1${blank}OPENSSH${blank}PRIVATE${blank}KEY`,
    );
    expect(isPrivateKeyText(changed.replaceAll("-----", "–")) && isPrivateKeyText(changed)).toBe(true);
    expect(() => readPublicKey(changed)).toThrow(REFUSED);
  }
});

test("public keys are not taken for private ones", () => {
  for (const { publicKey } of material) {
    const line = `${publicKey.algorithm} ${publicKey.blob.toString("base64")}`;
    for (const text of [line, `${line} my PRIVATE KEY`, publicKey.blob.toString("base64"), "", "MII"]) {
      expect(isPrivateKeyText(text)).toBe(false);
    }
  }
});

test("an encrypted PKCS#8 key is refused with the way to its public half", () => {
  const text = encrypted(materialOf("rsa"));
  expect(() => readPublicKey(text)).toThrow(`${REFUSED} ${WRITE_PUBLIC_HALF}`);
  expect(() => readPublicKeyFile(Buffer.from(text))).toThrow(
    `the private key is encrypted, in a form whose public half cannot be read without the passphrase. ${WRITE_PUBLIC_HALF}`,
  );
  expect(isPrivateKeyText(text.replace(/-----.*-----/g, "").trim())).toBe(true);
});

test.each([
  ["x25519", "the private key is of a kind that SSH does not have. Use an RSA, ECDSA or ed25519 key."],
  ["secp256k1", "SSH has no ECDSA keys on the curve secp256k1. Use nistp256, nistp384, nistp521 or ed25519."],
])("a private key that SSH does not have (%s) is refused by name", async (kind, message) => {
  const { generateKeyPairSync } = await import("node:crypto");
  const { privateKey } =
    kind === "x25519" ? generateKeyPairSync("x25519") : generateKeyPairSync("ec", { namedCurve: kind });
  const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  expect(() => readPublicKeyFile(Buffer.from(pem))).toThrow(message);
});

describe("a damaged private key", () => {
  const { pem } = materialOf("ed25519");
  const openssh = convertPrivateKey(pem["pkcs8"] ?? "", "openssh", "a comment");
  const ppk = convertPrivateKey(pem["pkcs8"] ?? "", "ppk", "a comment");
  const COPY_AGAIN = "Copy the whole key again from the file it came from.";

  test.each([
    [
      "two keys in a file",
      pem["pkcs8"] + openssh,
      /^the text holds 2 keys, but a key pair has one\. Give one of them: ssh-ed25519 SHA256:[A-Za-z0-9+/]{43}\.$/,
    ],
    [
      "lost line breaks",
      openssh.replaceAll("\n", " "),
      `the private key has lost its line breaks, or is in no known form. ${WRITE_PUBLIC_HALF}`,
    ],
    [
      "no END line",
      openssh.slice(0, -20),
      `the key is cut short: its END line is missing or damaged. ${COPY_AGAIN}`,
    ],
    [
      "other halves",
      withBytes(openssh, (bytes) => bytes.writeUInt8((bytes[70] ?? 0) ^ 1, 70)),
      /its halves are of different keys|not a usable point/,
    ],
    [
      "other check numbers",
      withBytes(openssh, (bytes) => bytes.writeUInt8((bytes[98] ?? 0) ^ 1, 98)),
      `the OpenSSH private key is damaged: its check numbers differ. ${COPY_AGAIN}`,
    ],
    [
      "other padding",
      withBytes(openssh, (bytes) => bytes.writeUInt8(9, bytes.length - 1)),
      `the OpenSSH private key is damaged: it does not end with its padding. ${COPY_AGAIN}`,
    ],
    [
      "another .ppk comment than the MAC is of",
      ppk.replace("a comment", "another comment"),
      `the .ppk file is damaged: its Private-MAC does not fit its content. ${COPY_AGAIN}`,
    ],
    [
      ".ppk without its MAC",
      ppk.replace(/Private-MAC.*\n/, ""),
      `the .ppk file is damaged or cut short: "Private-MAC" is not where it must be. ${COPY_AGAIN}`,
    ],
    [
      ".ppk with fewer lines than it says",
      ppk.replace(/Private-Lines: \d+/, "Private-Lines: 100"),
      `the .ppk file is cut short: it has fewer lines than "Private-Lines" says. ${COPY_AGAIN}`,
    ],
    [
      ".ppk of version 1",
      ppk.replace("File-3", "File-1"),
      "the version of the .ppk file is neither 2 nor 3. Load it in PuTTYgen (0.75 or later) and save it again.",
    ],
    [
      ".ppk that names another algorithm",
      ppk.replace(": ssh-ed25519", ": ssh-rsa").replace("Encryption: none", "Encryption: aes256-cbc"),
      /damaged/,
    ],
    [
      "text after a .ppk",
      `${ppk}ssh-rsa`,
      `the .ppk file is damaged: it has text after its Private-MAC. ${COPY_AGAIN}`,
    ],
  ])("%s", (_fault, text, message) => {
    expect(() => readPublicKeyFile(Buffer.from(text))).toThrow(message);
    expect(() => readPublicKey(text)).toThrow(`${REFUSED} ${WRITE_PUBLIC_HALF}`);
  });

  test("a .ppk whose comment is in an old code page is read: its MAC cannot be checked", () => {
    const latin1 = Buffer.from(ppk.replace("a comment", "Zoë"), "latin1");
    expect(sameKey(readPublicKeyFile(latin1), materialOf("ed25519").publicKey)).toBe(true);
  });

  test("more than 16 KiB is refused before anything else", () => {
    const long = openssh + "\n".repeat(16 * 1024);
    expect(() => readPublicKey(long)).toThrow("no public key has more than 16384. Give one public key.");
    expect(() => publicKeyOfPrivateKey(long)).toThrow(
      "the private key has more than 16384 characters. Give one key.",
    );
  });
});

describe("conversion", () => {
  test.each(["openssh", "pem", "ppk"] as const)("to %s gives the same text each time", (to) => {
    for (const { pem } of material) {
      const once = convertPrivateKey(pem["pkcs8"] ?? "", to, "a comment");
      expect(convertPrivateKey(pem["pkcs8"] ?? "", to, "a comment")).toBe(once);
      if (to !== "ppk") expect(convertPrivateKey(once, to, "a comment")).toBe(once);
    }
  });

  test.each(material)("of $name keeps the key and its comment", ({ pem, publicKey }) => {
    const openssh = convertPrivateKey(pem["pkcs8"] ?? "", "openssh", "first");
    const ppk = convertPrivateKey(openssh, "ppk");
    expect(publicKeyOfPrivateKey(openssh)).toEqual({
      ...publicKey,
      comment: "first",
      format: "openssh-private",
    });
    expect(publicKeyOfPrivateKey(ppk)).toEqual({ ...publicKey, comment: "first", format: "ppk" });
    expect(publicKeyOfPrivateKey(convertPrivateKey(ppk, "openssh", "second")).comment).toBe("second");
    expect(sameKey(publicKeyOfPrivateKey(convertPrivateKey(ppk, "pem")), publicKey)).toBe(true);
  });

  test("refuses what is encrypted, and tells nothing of it", () => {
    expect(() => convertPrivateKey(encrypted(materialOf("rsa")), "ppk")).toThrow(
      `the private key is encrypted, in a form whose public half cannot be read without the passphrase. ${WRITE_PUBLIC_HALF}`,
    );
  });

  test.each(["rsa", "ecdsa-256", "ecdsa-521", "ed25519"])(
    "of %s refuses a private half that does not fit the public one",
    (name) => {
      const { key, pem } = materialOf(name);
      const secret = Buffer.from(key.export({ format: "jwk" }).d ?? "", "base64url").subarray(2);
      const damaged = withBytes(convertPrivateKey(pem["pkcs8"] ?? "", "openssh"), (bytes) => {
        const at = bytes.indexOf(secret) + 5;
        bytes.writeUInt8((bytes[at] ?? 0) ^ 1, at);
      });
      for (const form of ["pem", "openssh", "ppk"] as const) {
        expect(() => convertPrivateKey(damaged, form)).toThrow(
          "the private key is damaged: what it signs does not fit its public half. Copy the whole key again from the file it came from.",
        );
      }
    },
  );

  test("puts a comment with line ends on one line, so that it cannot forge a header", () => {
    const ppk = convertPrivateKey(
      materialOf("ed25519").pem["pkcs8"] ?? "",
      "ppk",
      "x\nEncryption: aes256-cbc",
    );
    expect(ppk.split("\n")[2]).toBe("Comment: x Encryption: aes256-cbc");
  });
});

/** The OpenSSH key with its content changed. */
function withBytes(openssh: string, change: (bytes: Buffer) => void): string {
  const [begin, ...rest] = openssh.trim().split("\n");
  const bytes = Buffer.from(rest.slice(0, -1).join(""), "base64");
  change(bytes);
  return [begin, bytes.toString("base64"), rest.at(-1), ""].join("\n");
}
