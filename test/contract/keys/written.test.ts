import { createECDH, createHash, createPrivateKey, randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  convertPrivateKey,
  encryptPrivateKey,
  fingerprintSha256,
  formatPublicKeyLine,
  type GeneratedKeyPair,
  generateKeyPair,
  type KeyRequest,
  publicKeyOfPrivateKey,
  sameKey,
} from "../../../provider/keys";
import { ensureTool } from "../../support/tools";
import { COMMENT, makeKeys, PASSPHRASE } from "./keyring";
import { Workshop } from "./workshop";

const shop = new Workshop();
/** Of the keys that ssh-keygen makes. */
const otherShop = new Workshop();
const hasSshKeygen = ensureTool("ssh-keygen");
const hasPuttygen = ensureTool("puttygen");
const hasOpenssl = ensureTool("openssl");
const passphraseFile = otherShop.write("passphrase", PASSPHRASE);

afterAll(() => {
  shop.remove();
  otherShop.remove();
});

const kinds: { name: string; request: KeyRequest }[] = [
  { name: "rsa-2048", request: { type: "rsa" } },
  { name: "rsa-3072", request: { type: "rsa", bits: 3072 } },
  { name: "rsa-4096", request: { type: "rsa", bits: 4096 } },
  { name: "ecdsa-256", request: { type: "ecdsa" } },
  { name: "ecdsa-384", request: { type: "ecdsa", bits: 384 } },
  { name: "ecdsa-521", request: { type: "ecdsa", bits: 521 } },
  { name: "ed25519-256", request: { type: "ed25519" } },
];

/** Private keys are compared by it, so that a failing test prints none. */
function digest(privateKey: string | Buffer): string {
  return createHash("sha256").update(privateKey).digest("hex");
}

/** The Base64 of the public key that a tool prints as an OpenSSH line. */
function base64Of(line: string): string | undefined {
  return line.split(" ")[1]?.trim();
}

describe.each(kinds)("a generated $name", ({ name, request }) => {
  let made: GeneratedKeyPair;
  let base64: string;

  beforeAll(async () => {
    made = await generateKeyPair({ ...request, comment: COMMENT });
    base64 = made.publicKey.blob.toString("base64");
    shop.write(name, made.privateKey);
    shop.write(`${name}.pub`, `${formatPublicKeyLine(made.publicKey)}\n`);
  });

  test("says its type, size and comment", () => {
    const [type, bits] = name.split("-");
    expect(made.publicKey).toMatchObject({ type, bits: Number(bits), comment: COMMENT });
    expect(made.privateKey.split("\n", 1)[0]).toBe(
      { rsa: "-----BEGIN RSA PRIVATE KEY-----", ecdsa: "-----BEGIN EC PRIVATE KEY-----" }[type ?? ""] ??
        "-----BEGIN OPENSSH PRIVATE KEY-----",
    );
  });

  test.skipIf(!hasSshKeygen)("is read by ssh-keygen, both halves, and signs", () => {
    expect(base64Of(shop.run("ssh-keygen", "-y", "-f", name))).toBe(base64);
    expect(shop.run("ssh-keygen", "-l", "-f", `${name}.pub`)).toBe(
      `${made.publicKey.bits} ${fingerprintSha256(made.publicKey)} ${COMMENT} (${made.publicKey.type.toUpperCase()})\n`,
    );
    const message = shop.write(`${name}.message`, "signed with the private half");
    shop.run("ssh-keygen", "-q", "-Y", "sign", "-n", "test", "-f", name, message);
    shop.write("signers", `alice ${formatPublicKeyLine(made.publicKey)}\n`);
    shop.runWithInput("signed with the private half", "ssh-keygen", [
      ...["-Y", "verify", "-f", "signers", "-I", "alice", "-n", "test", "-s", `${message}.sig`],
    ]);
  });

  test.skipIf(!hasPuttygen)("is read by PuTTYgen as it is", () => {
    expect(base64Of(shop.run("puttygen", name, "-O", "public-openssh"))).toBe(base64);
  });

  test.skipIf(!hasOpenssl)("is read and checked by OpenSSL as PEM", () => {
    const file = shop.write(`${name}.pem`, convertPrivateKey(made.privateKey, "pem"));
    expect(shop.run("openssl", "pkey", "-in", file, "-check", "-noout")).toContain("Key is valid");
  });

  test.skipIf(!hasSshKeygen)("is read by ssh-keygen in OpenSSH's form, with its comment", () => {
    const file = shop.write(`${name}.openssh`, convertPrivateKey(made.privateKey, "openssh", COMMENT));
    expect(shop.run("ssh-keygen", "-y", "-f", file)).toBe(
      `${made.publicKey.algorithm} ${base64} ${COMMENT}\n`,
    );
  });

  test.skipIf(!hasPuttygen)(
    "is read by PuTTYgen as .ppk, with its comment, and written by it the same",
    () => {
      const ppk = convertPrivateKey(made.privateKey, "ppk", COMMENT);
      const file = shop.write(`${name}.ppk`, ppk);
      expect(shop.run("puttygen", file, "-O", "public-openssh")).toBe(
        `${made.publicKey.algorithm} ${base64} ${COMMENT}\n`,
      );
      shop.run("puttygen", file, "--reencrypt", "-O", "private", "-o", `${name}.again.ppk`);
      expect(digest(shop.read(`${name}.again.ppk`))).toBe(digest(ppk));
    },
  );

  test.skipIf(!hasPuttygen || !hasSshKeygen)("as .ppk has the private half that it had", () => {
    const file = shop.write(`${name}.ppk`, convertPrivateKey(made.privateKey, "ppk"));
    shop.run("puttygen", file, "-O", "private-openssh", "-o", `${name}.back`);
    const back = convertPrivateKey(shop.read(`${name}.back`).toString(), "pem");
    expect(digest(back)).toBe(digest(convertPrivateKey(made.privateKey, "pem")));
  });

  test("is the same key through every form", () => {
    const forms = ["pem", "openssh", "ppk"] as const;
    for (const first of forms) {
      for (const second of forms) {
        const converted = convertPrivateKey(convertPrivateKey(made.privateKey, first), second);
        expect(sameKey(publicKeyOfPrivateKey(converted), made.publicKey)).toBe(true);
        expect(digest(convertPrivateKey(converted, "pem"))).toBe(
          digest(convertPrivateKey(made.privateKey, "pem")),
        );
      }
    }
  });
});

const others = hasSshKeygen ? makeKeys(otherShop) : [];

describe.each(others)("a converted $name of ssh-keygen", ({ name }) => {
  const text = otherShop.read(name).toString();
  const base64 = base64Of(otherShop.read(`${name}.pub`).toString());

  test.skipIf(!hasOpenssl)("as PEM is checked by OpenSSL", () => {
    if (name.startsWith("dsa")) return; // OpenSSL 3 checks none of DSA.
    const pem = otherShop.write(`${name}.checked.pem`, convertPrivateKey(text, "pem"));
    expect(otherShop.run("openssl", "pkey", "-in", pem, "-check", "-noout")).toContain("Key is valid");
  });

  test("is read by ssh-keygen as PEM, and by PuTTYgen as .ppk with the comment it had", () => {
    const pem = otherShop.write(`${name}.pem`, convertPrivateKey(text, "pem"));
    // OpenSSH reads PKCS#8 of ed25519 since 9.6.
    if (!name.startsWith("ed25519"))
      expect(base64Of(otherShop.run("ssh-keygen", "-y", "-f", pem))).toBe(base64);
    if (!hasPuttygen) return;
    const ppk = otherShop.write(`${name}.ppk`, convertPrivateKey(text, "ppk"));
    expect(otherShop.run("puttygen", ppk, "-O", "public-openssh")).toContain(`${base64} ${COMMENT}\n`);
  });

  test.skipIf(!hasPuttygen)("is converted from both versions of .ppk", () => {
    for (const version of ["2", "3"]) {
      const file = `${name}.${version}.ppk`;
      otherShop.run("puttygen", name, "-O", "private", "--ppk-param", `version=${version}`, "-o", file);
      const converted = convertPrivateKey(otherShop.read(file).toString(), "pem");
      expect(digest(converted)).toBe(digest(convertPrivateKey(text, "pem")));
    }
  });

  test.skipIf(!hasPuttygen)("is not converted while it is encrypted, and nothing of it is told", () => {
    const file = `${name}.encrypted.ppk`;
    otherShop.run(
      "puttygen",
      ...[name, "-O", "private", "--ppk-param", "memory=1024,passes=1", "--new-passphrase", passphraseFile],
      ...["-o", file],
    );
    expect(() => convertPrivateKey(otherShop.read(file).toString(), "pem")).toThrow(
      /^the private key is encrypted with a passphrase, so it cannot be written in another form\. Remove the passphrase from a copy of the file, with ssh-keygen -p -f COPY or in PuTTYgen\.$/,
    );
  });
});

const encryptedKinds = kinds.filter(({ name }) => ["rsa-2048", "ecdsa-521", "ed25519-256"].includes(name));

describe.each(encryptedKinds)("a generated $name with a passphrase", ({ name, request }) => {
  let made: GeneratedKeyPair;
  let base64: string;

  beforeAll(async () => {
    made = await generateKeyPair(request);
    base64 = made.publicKey.blob.toString("base64");
  });

  test.skipIf(!hasSshKeygen)("is decrypted by ssh-keygen, private half and comment", async () => {
    const encrypted = await encryptPrivateKey(made.privateKey, "openssh", PASSPHRASE, COMMENT);
    const file = shop.write(`${name}.encrypted`, encrypted);
    expect(shop.tryRun("ssh-keygen", "-y", "-P", "another", "-f", file)).toBeUndefined();
    expect(shop.run("ssh-keygen", "-y", "-P", PASSPHRASE, "-f", file)).toBe(
      `${made.publicKey.algorithm} ${base64} ${COMMENT}\n`,
    );
    shop.run("ssh-keygen", "-q", "-p", "-P", PASSPHRASE, "-N", "", "-f", file);
    const decrypted = convertPrivateKey(shop.read(file).toString(), "pem");
    expect(digest(decrypted)).toBe(digest(convertPrivateKey(made.privateKey, "pem")));
  });

  test.skipIf(!hasPuttygen)(
    "is decrypted by PuTTYgen from both forms, private half and comment",
    async () => {
      for (const form of ["openssh", "ppk"] as const) {
        const encrypted = await encryptPrivateKey(made.privateKey, form, PASSPHRASE, COMMENT);
        const file = shop.write(`${name}.encrypted.${form}`, encrypted);
        decryptWithPuttygen(file, PASSPHRASE, "plain");
        const plain = shop.read("plain").toString();
        expect(plain).toContain(`Comment: ${COMMENT}\n`);
        expect(digest(convertPrivateKey(plain, "pem"))).toBe(
          digest(convertPrivateKey(made.privateKey, "pem")),
        );
      }
    },
  );
});

test.skipIf(!hasSshKeygen || !hasPuttygen)(
  "a passphrase of any script is the one that the tools derive",
  async () => {
    const passphrase = "пароль 密码 🔑 ü\\\"' ";
    const { privateKey, publicKey } = await generateKeyPair({ type: "ed25519" });
    const openssh = shop.write("any.openssh", await encryptPrivateKey(privateKey, "openssh", passphrase));
    expect(base64Of(shop.run("ssh-keygen", "-y", "-P", passphrase, "-f", openssh))).toBe(
      publicKey.blob.toString("base64"),
    );
    const ppk = shop.write("any.ppk", await encryptPrivateKey(privateKey, "ppk", passphrase));
    decryptWithPuttygen(ppk, passphrase, "any.back");
    expect(digest(convertPrivateKey(shop.read("any.back").toString(), "pem"))).toBe(
      digest(convertPrivateKey(privateKey, "pem")),
    );
  },
);

test.skipIf(!hasSshKeygen || !hasPuttygen)(
  "100 ed25519 seeds and ECDSA scalars with zero bytes at the ends are the tools' too",
  () => {
    for (let round = 0; round < 100; round++) {
      const name = `edge-${round}`;
      const zeros = { before: round % 3, after: Math.floor(round / 3) % 4 };
      const pem = round % 2 === 0 ? ed25519WithZeros(zeros) : ecdsaWithZeros(zeros);
      const line = formatPublicKeyLine(publicKeyOfPrivateKey(pem));
      const openssh = shop.write(`${name}.openssh`, convertPrivateKey(pem, "openssh"));
      expect(base64Of(shop.run("ssh-keygen", "-y", "-f", openssh))).toBe(base64Of(line));
      const ppk = shop.write(`${name}.ppk`, convertPrivateKey(pem, "ppk", "c"));
      // PuTTYgen writes the same bytes.
      shop.run("puttygen", ppk, "--reencrypt", "-O", "private", "-o", `${name}.again`);
      expect(digest(shop.read(`${name}.again`))).toBe(digest(shop.read(`${name}.ppk`)));
      shop.run("puttygen", ppk, "-O", "private-openssh-new", "-o", `${name}.new`);
      expect(digest(convertPrivateKey(shop.read(`${name}.new`).toString(), "pem"))).toBe(
        digest(convertPrivateKey(pem, "pem")),
      );
    }
  },
);

function decryptWithPuttygen(file: string, passphrase: string, out: string): void {
  const oldPassphrase = shop.write("old-passphrase", passphrase);
  const none = shop.write("no-passphrase", "");
  const words = ["--reencrypt", "--old-passphrase", oldPassphrase, "--new-passphrase", none];
  shop.run("puttygen", file, ...words, "-O", "private", "-o", out);
}

interface Zeros {
  before: number;
  after: number;
}

function ed25519WithZeros({ before, after }: Zeros): string {
  const seed = randomBytes(32)
    .fill(0, 0, before)
    .fill(0, 32 - after);
  const der = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), seed]);
  return `-----BEGIN PRIVATE KEY-----\n${der.toString("base64")}\n-----END PRIVATE KEY-----\n`;
}

function ecdsaWithZeros({ before, after }: Zeros): string {
  const scalar = randomBytes(32)
    .fill(0, 0, before)
    .fill(0, 32 - after);
  const ecdh = createECDH("prime256v1");
  ecdh.setPrivateKey(scalar);
  const point = ecdh.getPublicKey();
  const jwk = {
    kty: "EC",
    crv: "P-256",
    x: point.subarray(1, 33).toString("base64url"),
    y: point.subarray(33).toString("base64url"),
    d: scalar.toString("base64url"),
  };
  const key = createPrivateKey({ key: jwk, format: "jwk" });
  return key.export({ type: "sec1", format: "pem" }).toString();
}
