import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import sshpk from "sshpk";
import { afterAll, describe, expect, test } from "vitest";
import {
  convertPrivateKey,
  fingerprintMd5,
  fingerprintSha256,
  formatPublicKeyLine,
  readPublicKey,
  readPublicKeyFile,
  sameKey,
} from "../../../provider/keys";
import { ensureTool } from "../../support/tools";
import { COMMENT, type MadeKey, madePublicKey, makeKeys } from "./keyring";
import { Workshop } from "./workshop";

const shop = new Workshop();
const keys = ensureTool("ssh-keygen") ? makeKeys(shop) : [];
const hasPuttygen = ensureTool("puttygen");
const hasOpenssl = ensureTool("openssl");

afterAll(() => shop.remove());

const publicLine = (key: MadeKey) => madePublicKey(shop, key);

/** `3072 SHA256:… comment (RSA)` */
function fingerprintOf(file: string, hash: "md5" | "sha256"): { bits: number; fingerprint: string } {
  const [bits, fingerprint = ""] = shop.run("ssh-keygen", "-l", "-E", hash, "-f", file).split(" ");
  return { bits: Number(bits), fingerprint };
}

describe.each(keys)("$name", (key) => {
  const { name, type, bits } = key;

  test("is read from the line that ssh-keygen writes, and written the same", () => {
    const line = shop.read(`${name}.pub`).toString();
    const read = readPublicKey(line);
    expect(read).toMatchObject({ type, bits, isCertificate: false, comment: COMMENT, format: "openssh" });
    expect(formatPublicKeyLine(read)).toBe(line.trim());
  });

  test("has the size and the fingerprints that ssh-keygen prints", () => {
    const read = publicLine(key);
    expect(fingerprintOf(`${name}.pub`, "sha256")).toEqual({ bits, fingerprint: fingerprintSha256(read) });
    expect(fingerprintOf(`${name}.pub`, "md5")).toEqual({ bits, fingerprint: `MD5:${fingerprintMd5(read)}` });
  });

  test.each([
    ["RFC4716", "rfc4716"],
    ["PKCS8", "spki"],
    ["PEM", type === "rsa" ? "pkcs1" : "spki"],
  ])("is read from what ssh-keygen exports as %s", (form, format) => {
    const text = shop.tryRun("ssh-keygen", "-e", "-m", form, "-f", `${name}.pub`);
    // ssh-keygen has no PEM of ed25519, and no SPKI of it before OpenSSL 3.2.
    if (text === undefined && type === "ed25519") return;
    const read = readPublicKey(text ?? "");
    expect(sameKey(read, publicLine(key))).toBe(true);
    expect(read.format).toBe(format);
  });

  test.skipIf(!hasPuttygen)("is read from PuTTYgen's two public formats, with its comment", () => {
    for (const [form, format] of [
      ["public", "rfc4716"],
      ["public-openssh", "openssh"],
    ] as const) {
      const read = readPublicKey(shop.run("puttygen", name, "-C", "PuTTY's", "-O", form));
      expect(sameKey(read, publicLine(key))).toBe(true);
      expect(read).toMatchObject({ comment: "PuTTY's", format });
    }
  });

  test.skipIf(!hasOpenssl)("is read from what OpenSSL writes of it", () => {
    const pkcs8 = pemOf(key);
    const texts = [shop.run("openssl", "pkey", "-in", pkcs8, "-pubout")];
    if (type === "rsa") texts.push(shop.run("openssl", "rsa", "-in", pkcs8, "-RSAPublicKey_out"));
    if (type === "ecdsa") {
      texts.push(shop.run("openssl", "ec", "-in", pkcs8, "-pubout", "-conv_form", "compressed"));
      texts.push(shop.run("openssl", "ec", "-in", pkcs8, "-pubout", "-conv_form", "hybrid"));
    }
    for (const text of texts) {
      expect(sameKey(readPublicKey(text), publicLine(key))).toBe(true);
      expect(sameKey(readPublicKey(text.replace(/-----.*-----/g, "")), publicLine(key))).toBe(true);
    }
  });

  test("is read from UTF-16, as PowerShell's > writes it", () => {
    const line = shop.read(`${name}.pub`).toString().replace("\n", "\r\n");
    const utf16 = Buffer.from(`\ufeff${line}`, "utf16le");
    expect(sameKey(readPublicKeyFile(utf16), publicLine(key))).toBe(true);
    expect(sameKey(readPublicKeyFile(Buffer.from(utf16).swap16()), publicLine(key))).toBe(true);
  });

  test.each(["ssh-rsa", "rsa-sha2-512", "ed25519", "ecdsa"])(
    "is read from a certificate of a CA: %s",
    (ca) => {
      const authority = keys.find(
        (each) => each.type === (ca.includes("rsa") ? "rsa" : ca) && each.bits !== 1024,
      );
      const signature = ca.includes("rsa") ? ["-t", ca] : [];
      shop.run(
        "ssh-keygen",
        ...["-q", "-s", authority?.name ?? "", ...signature, "-I", "id", "-n", "alice,bob", "-V", "+1d"],
        ...["-O", "no-pty", "-O", "force-command=/bin/true", `${name}.pub`],
      );
      const file = `${name}-cert.pub`;
      const certificate = readPublicKey(shop.read(file).toString());
      expect(certificate).toMatchObject({ type, bits, isCertificate: true });
      expect(shop.run("ssh-keygen", "-L", "-f", file)).toContain(
        `Type: ${certificate.algorithm} user certificate`,
      );
      expect(fingerprintOf(file, "sha256").fingerprint).toBe(fingerprintSha256(certificate));
      expect(fingerprintOf(file, "md5").fingerprint).toBe(`MD5:${fingerprintMd5(certificate)}`);
      expect(sameKey(certificate, publicLine(key))).toBe(false);
      const withoutComment = shop.read(file).toString().split(" ", 2).join(" ");
      const secondOpinion = sshpk.parseCertificate(withoutComment, "openssh");
      expect(secondOpinion.subjectKey.toBuffer("rfc4253").equals(publicLine(key).blob)).toBe(true);
    },
  );
});

test.skipIf(keys.length === 0)("unusual keys have the fingerprints that ssh-keygen prints", () => {
  for (const name of ["sk-ed25519.pub", "sk-ecdsa.pub", "rsa-numbers-with-leading-zeros.pub"]) {
    const file = resolve(__dirname, "../../fixtures/keys/good", name);
    const read = readPublicKeyFile(readFileSync(file));
    expect(fingerprintOf(file, "sha256").fingerprint).toBe(fingerprintSha256(read));
  }
});

/** The key as OpenSSL takes it; ssh-keygen writes none of ed25519, PuTTY and OpenSSL share no form, so our own is used. */
function pemOf({ name }: MadeKey): string {
  return shop.write(`${name}.pem`, convertPrivateKey(shop.read(name).toString(), "pem"));
}
