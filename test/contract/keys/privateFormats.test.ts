import { afterAll, describe, expect, test } from "vitest";
import {
  convertPrivateKey,
  isPrivateKeyText,
  type PublicKey,
  publicKeyOfPrivateKey,
  readPublicKey,
  readPublicKeyFile,
  sameKey,
} from "../../../provider/keys";
import { ensureTool } from "../../support/tools";
import { COMMENT, type MadeKey, madePublicKey, makeKeys, PASSPHRASE } from "./keyring";
import { Workshop } from "./workshop";

const shop = new Workshop();
const keys = ensureTool("ssh-keygen") ? makeKeys(shop) : [];
const hasPuttygen = ensureTool("puttygen");
const hasOpenssl = ensureTool("openssl");
const passphraseFile = shop.write("passphrase", PASSPHRASE);

afterAll(() => shop.remove());

const publicLine = (key: MadeKey) => madePublicKey(shop, key);

/** The public half is read from the file, and `publicKeyBody` refuses the text with that half as the way out. */
function expectPublicHalf(file: string, key: MadeKey, expected: Partial<PublicKey>): void {
  const contents = shop.read(file);
  const read = readPublicKeyFile(contents);
  expect(sameKey(read, publicLine(key))).toBe(true);
  expect(read).toMatchObject({ type: key.type, bits: key.bits, ...expected });
  expect(sameKey(publicKeyOfPrivateKey(contents.toString()), read)).toBe(true);
  expect(isPrivateKeyText(contents.toString())).toBe(true);
  expect(() => readPublicKey(contents.toString())).toThrow(
    `the text is a private key, and only a public key may be given here. Use its public half instead: ${read.algorithm} ${read.blob.toString("base64")} (without its comment).`,
  );
}

describe.each(keys)("$name", (key) => {
  const { name, type } = key;

  test("OpenSSH, without passphrase", () => {
    expectPublicHalf(name, key, { format: "openssh-private", comment: COMMENT });
  });

  test.each(["aes256-ctr", "aes256-gcm@openssh.com", "chacha20-poly1305@openssh.com"])(
    "OpenSSH, encrypted with %s",
    (cipher) => {
      const file = shop.write(`${name}.${cipher}`, shop.read(name));
      shop.run("ssh-keygen", "-q", "-p", "-P", "", "-N", PASSPHRASE, "-Z", cipher, "-f", file);
      expectPublicHalf(file, key, { format: "openssh-private" });
    },
  );

  test.skipIf(!hasPuttygen).each(["2", "3"])("PuTTY version %s", (version) => {
    const file = `${name}.${version}.ppk`;
    const comment = 'of PuTTY: "ü" \\';
    shop.run(
      "puttygen",
      ...[name, "-C", comment, "-O", "private", "--ppk-param", `version=${version}`, "-o", file],
    );
    expectPublicHalf(file, key, { format: "ppk", comment });
    expectPublicHalf(shop.write(`${file}.crlf`, withCrLf(shop.read(file))), key, { format: "ppk", comment });
  });

  test.skipIf(!hasPuttygen).each(["2", "3"])("PuTTY version %s, encrypted", (version) => {
    const file = `${name}.${version}.encrypted.ppk`;
    const parameters = version === "3" ? "version=3,memory=1024,passes=1" : "version=2";
    shop.run(
      "puttygen",
      ...[name, "-O", "private", "--ppk-param", parameters, "--new-passphrase", passphraseFile, "-o", file],
    );
    expectPublicHalf(file, key, { format: "ppk", comment: COMMENT });
  });

  test.skipIf(!hasPuttygen)("what PuTTYgen exports for OpenSSH", () => {
    const file = `${name}.exported`;
    shop.run("puttygen", name, "-O", "private-openssh", "-o", file);
    expectPublicHalf(file, key, { format: type === "ed25519" ? "openssh-private" : "pem-private" });
  });

  test.each(["PEM", "PKCS8"])("what ssh-keygen writes as %s", (form) => {
    const file = shop.write(`${name}.${form}`, shop.read(name));
    shop.run("ssh-keygen", "-q", "-p", "-P", "", "-N", "", "-m", form, "-f", file);
    const isPem = !shop.read(file).includes("OPENSSH");
    expectPublicHalf(file, key, { format: isPem ? "pem-private" : "openssh-private" });
  });

  test.skipIf(!hasOpenssl)("PKCS#8 and the traditional form, as OpenSSL writes them", () => {
    const pem = shop.write(`${name}.pem`, convertPrivateKey(shop.read(name).toString(), "pem"));
    shop.run("openssl", "pkey", "-in", pem, "-out", `${name}.pkcs8`);
    expectPublicHalf(`${name}.pkcs8`, key, { format: "pem-private" });
    if (type === "ed25519") return; // It has no traditional form.
    shop.run("openssl", "pkey", "-in", pem, "-traditional", "-out", `${name}.traditional`);
    expectPublicHalf(`${name}.traditional`, key, { format: "pem-private" });
  });

  test.skipIf(!hasOpenssl)("encrypted PEM: its public half cannot be read, and the way out is named", () => {
    const pem = shop.write(`${name}.pem`, convertPrivateKey(shop.read(name).toString(), "pem"));
    const encrypt = ["-aes-128-cbc", "-passout", `file:${passphraseFile}`];
    const files = [`${name}.pkcs8.encrypted`];
    shop.run("openssl", "pkey", "-in", pem, ...encrypt, "-out", `${name}.pkcs8.encrypted`);
    if (type !== "ed25519") {
      shop.run("openssl", "pkey", "-in", pem, ...encrypt, "-traditional", "-out", `${name}.encrypted`);
      files.push(`${name}.encrypted`);
    }
    for (const file of files) {
      expect(() => readPublicKeyFile(shop.read(file))).toThrow(
        "the private key is encrypted, in a form whose public half cannot be read without the passphrase. Write its public half to a file with `ssh-keygen -y -f FILE > FILE.pub` and use that file.",
      );
      expect(() => readPublicKey(shop.read(file).toString())).toThrow(
        "the text is a private key, and only a public key may be given here. Write its public half to a file with `ssh-keygen -y -f FILE > FILE.pub` and use that file.",
      );
    }
  });
});

test.skipIf(!hasOpenssl)(
  "an EC key with the parameters before it, as `openssl ecparam -genkey` writes it",
  () => {
    const text = shop.run("openssl", "ecparam", "-name", "prime256v1", "-genkey");
    expect(text).toContain("BEGIN EC PARAMETERS");
    shop.write("ecparam", text);
    const read = readPublicKeyFile(shop.read("ecparam"));
    expect(shop.run("ssh-keygen", "-y", "-f", "ecparam").split(" ")[1]?.trim()).toBe(
      read.blob.toString("base64"),
    );
  },
);

test.skipIf(!hasPuttygen || keys.length === 0)("ssh.com's private form is refused with the way out", () => {
  const rsa = keys.find(({ type }) => type === "rsa");
  shop.run("puttygen", rsa?.name ?? "", "-O", "private-sshcom", "-o", "sshcom");
  expect(() => readPublicKeyFile(shop.read("sshcom"))).toThrow(
    "the private key is in ssh.com's form. Load it in PuTTYgen (Conversions, Import key) and copy the public key from its window.",
  );
});

function withCrLf(text: Buffer): string {
  return text.toString().replaceAll("\n", "\r\n");
}
