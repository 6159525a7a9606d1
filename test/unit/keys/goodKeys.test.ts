import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import {
  fingerprintMd5,
  fingerprintSha256,
  formatPublicKeyLine,
  type PublicKey,
  readPublicKey,
  readPublicKeyFile,
  sameKey,
} from "../../../provider/keys";
import { material, spkiOf } from "./material";

const FOLDER = resolve(__dirname, "../../fixtures/keys/good");

const GOOD: Record<string, Partial<PublicKey>> = {
  "authorized-keys-with-options": {
    format: "authorized_keys",
    type: "ed25519",
    comment: "two  words",
    options: "from,command,no-pty",
  },
  "base64-blob": { format: "base64", type: "rsa", bits: 2048 },
  "base64-blob-in-lines": { format: "base64", type: "rsa", bits: 2048 },
  "base64-blob-with-comment": { format: "base64", type: "ed25519", comment: "synthetic" },
  "base64-pkcs1": { format: "base64", type: "rsa", bits: 2048 },
  "base64-spki": { format: "base64", type: "rsa", bits: 2048 },
  "base64-of-a-line": { format: "base64", type: "ed25519", comment: "synthetic" },
  "base64-of-a-pem-in-lines": { format: "base64", type: "ecdsa", bits: 256 },
  "byte-order-mark-beside-the-blank": { format: "openssh", type: "ed25519", comment: "synthetic" },
  dsa: { format: "openssh", algorithm: "ssh-dss", type: "dsa", bits: 1024, isCertificate: false },
  "dsa-certificate-v00": {
    algorithm: "ssh-dss-cert-v00@openssh.com",
    type: "dsa",
    bits: 1024,
    isCertificate: true,
  },
  "dsa-numbers-with-leading-zeros": { format: "openssh", type: "dsa", bits: 1024 },
  "ed25519-certificate": {
    algorithm: "ssh-ed25519-cert-v01@openssh.com",
    type: "ed25519",
    bits: 256,
    isCertificate: true,
  },
  "github-keys-page-of-one-key": { format: "openssh", type: "ed25519" },
  "no-break-space-in-the-comment": { format: "openssh", type: "ed25519", comment: "Zoë\u00a0Müller" },
  "openssh-utf-16-be": { format: "openssh", type: "ed25519", comment: "synthetic" },
  "openssh-utf-16-le": { format: "openssh", type: "ed25519", comment: "synthetic" },
  "openssh-with-bom-and-crlf": { format: "openssh", type: "ed25519", comment: "with a comment" },
  "openssh-without-comment": { format: "openssh", type: "ed25519", bits: 256, isCertificate: false },
  "rfc4716-with-continued-comment": {
    format: "rfc4716",
    type: "rsa",
    comment: "a comment that goes on over three lines",
  },
  "rsa-certificate-v00": {
    algorithm: "ssh-rsa-cert-v00@openssh.com",
    type: "rsa",
    bits: 2048,
    isCertificate: true,
  },
  "rsa-numbers-with-leading-zeros": { format: "openssh", type: "rsa", bits: 2048 },
  "sk-ecdsa": { algorithm: "sk-ecdsa-sha2-nistp256@openssh.com", type: "sk-ecdsa", bits: 256 },
  "sk-ed25519": { algorithm: "sk-ssh-ed25519@openssh.com", type: "sk-ed25519", bits: 256 },
};

function fixture(name: string): PublicKey {
  return readPublicKeyFile(readFileSync(join(FOLDER, `${name}.pub`)));
}

test.each(Object.entries(GOOD))("%s is read", (name, expected) => {
  const key = fixture(name);
  expect(key).toMatchObject(expected);
  expect(sameKey(readPublicKey(formatPublicKeyLine(key)), key)).toBe(true);
});

describe.each(material)("$name", ({ publicKey, ...made }) => {
  test("is read from SPKI and from its body alone", () => {
    const pem = spkiOf({ publicKey, ...made });
    const body = pem.replace(/-----.*-----/g, "").trim();
    expect(readPublicKey(pem)).toEqual({ ...publicKey, format: "spki" });
    expect(readPublicKey(body)).toEqual({ ...publicKey, format: "base64" });
    expect(readPublicKey(body.replaceAll("\n", ""))).toEqual({ ...publicKey, format: "base64" });
  });

  test("has the fingerprints of its blob", () => {
    const sha256 = createHash("sha256").update(publicKey.blob).digest("base64").replace(/=+$/, "");
    const md5 = createHash("md5").update(publicKey.blob).digest("hex");
    expect(fingerprintSha256(publicKey)).toBe(`SHA256:${sha256}`);
    expect(fingerprintMd5(publicKey).replaceAll(":", "")).toBe(md5);
    expect(fingerprintMd5(publicKey)).toMatch(/^([0-9a-f]{2}:){15}[0-9a-f]{2}$/);
  });
});

test("a certificate has the fingerprint of the key that it certifies, and is another key", () => {
  const plain = fixture("base64-blob");
  expect(fingerprintSha256(fixture("rsa-certificate-v00"))).toBe(fingerprintSha256(plain));
  expect(fingerprintMd5(fixture("rsa-certificate-v00"))).toBe(fingerprintMd5(plain));
  expect(sameKey(fixture("rsa-certificate-v00"), plain)).toBe(false);
});

test("a comment that nobody can see is none", () => {
  expect(fixture("invisible-comment")).not.toHaveProperty("comment");
});

test("numbers with needless zeros, which OpenSSH takes, are written without them", () => {
  expect(sameKey(fixture("dsa-numbers-with-leading-zeros"), fixture("dsa"))).toBe(true);
  const { blob } = fixture("rsa-numbers-with-leading-zeros");
  expect(blob.length).toBe(279);
});

describe("the line", () => {
  const key = fixture("openssh-without-comment");

  test("has no comment when the key has none", () => {
    expect(formatPublicKeyLine(key)).toBe(`ssh-ed25519 ${key.blob.toString("base64")}`);
    expect(formatPublicKeyLine({ ...key, comment: " \t\n" })).toBe(formatPublicKeyLine(key));
  });

  test("stays one line, whatever the comment holds", () => {
    const comment = "a\nb\rc\u0000d\u0085e\u2028f\u2029g\u001b[31mh\ud800i\ufeff";
    expect(formatPublicKeyLine({ ...key, comment })).toBe(
      `${formatPublicKeyLine(key)} a b c d e f g [31mh i`,
    );
  });

  test("keeps letters of any script", () => {
    expect(formatPublicKeyLine({ ...key, comment: "Zoë 钥匙 🔑" })).toMatch(/ Zoë 钥匙 🔑$/);
  });
});

test("white space, blank lines and comment lines around a line do not count", () => {
  const line = formatPublicKeyLine(fixture("dsa"));
  for (const text of [
    `\n\n  ${line}  \n\n`,
    `# mine\r\n${line}\r\n# end`,
    `\t${line.replaceAll(" ", "\t ")}`,
  ]) {
    expect(sameKey(readPublicKey(text), fixture("dsa"))).toBe(true);
  }
});
