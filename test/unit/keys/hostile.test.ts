import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { isKeyPairError } from "../../../provider/core/errors";
import {
  isPrivateKeyText,
  publicKeyOfPrivateKey,
  readPublicKey,
  readPublicKeyFile,
} from "../../../provider/keys";

/** What a reading of 16 KiB may take of the processor, in ms. A collection of garbage may fall into it, so there are several tries. */
const MOST_MS = 50;
const SIZE = 16 * 1024;

function fill(piece: string, before = "", after = ""): string {
  return (
    before +
    piece.repeat(Math.floor((SIZE - before.length - after.length) / Buffer.byteLength(piece))) +
    after
  );
}

function der(tag: number, ...content: Buffer[]): Buffer {
  const body = Buffer.concat(content);
  return Buffer.concat([Buffer.of(tag, 0x82, body.length >> 8, body.length & 0xff), body]);
}

function number(bytes: number): Buffer {
  return der(0x02, Buffer.concat([Buffer.of(0, 0xff), randomBytes(bytes - 2), Buffer.of(1)]));
}

function pem(label: string, content: Buffer): string {
  return `-----BEGIN ${label}-----\n${content.toString("base64")}\n-----END ${label}-----\n`;
}

const DSA = Buffer.from("06072a8648ce380401", "hex");
const DH = Buffer.from("06092a864886f70d010301", "hex");
const RSA = Buffer.from("06092a864886f70d0101010500", "hex");
const VERSION = Buffer.from("020100", "hex");
const SMALL = Buffer.from("0203010001", "hex");

function sshBlob(name: string, ...fields: Buffer[]): string {
  const parts = [Buffer.from(name), ...fields].flatMap((field) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(field.length);
    return [length, field];
  });
  return `${name} ${Buffer.concat(parts).toString("base64")}`;
}

const big = (bytes: number) => Buffer.concat([Buffer.of(0, 0xff), randomBytes(bytes - 2), Buffer.of(1)]);

/** Each is what a regular expression that goes back, a loop in a loop or a large power would take seconds for. */
const HOSTILE: Record<string, string> = {
  "a long word": fill("A", "ssh-rsa "),
  "a long first word": fill("A"),
  "spaces only": fill(" "),
  "spaces in a line": fill(" ", "ssh-rsa", "AAAA"),
  "line ends only": fill("\r\n"),
  "carriage returns before a key": fill("\r", "", "ssh-rsa AAAA"),
  "algorithm names": fill("ssh-rsa "),
  "an endless algorithm name": fill("-rsa", "ssh"),
  "quotation marks": fill('"'),
  "backslashes before quotation marks": fill('\\"', 'command="'),
  commas: fill(",", "", " ssh-rsa AAAA"),
  "options without an end": fill('a="b\\', 'x="'),
  "BEGIN lines": fill("-----BEGIN PUBLIC KEY-----\n"),
  "BEGIN and END lines": fill("-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n"),
  "private BEGIN lines": fill("-----BEGIN RSA PRIVATE KEY-----\n"),
  "private BEGIN words": fill("BEGIN ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
  "colons in PEM": fill("a:b\n", "-----BEGIN PUBLIC KEY-----\n", "-----END PUBLIC KEY-----"),
  "RFC 4716 BEGIN lines": fill("---- BEGIN SSH2 PUBLIC KEY ----\n"),
  "RFC 4716 headers": fill("a: b\n", "---- BEGIN SSH2 PUBLIC KEY ----\n", "---- END SSH2 PUBLIC KEY ----"),
  "continued RFC 4716 headers": fill(
    "\\\n",
    "---- BEGIN SSH2 PUBLIC KEY ----\nComment: ",
    "---- END SSH2 PUBLIC KEY ----",
  ),
  ".ppk headers": fill("Private-Lines: 1\n", "PuTTY-User-Key-File-3: ssh-rsa\nEncryption: none\n"),
  "many .ppk lines": fill(
    "\n",
    "PuTTY-User-Key-File-3: ssh-rsa\nEncryption: none\nComment: \nPublic-Lines: 999999999999\n",
  ),
  "no-break spaces": fill("\u00a0", "ssh-rsa", "AAAA"),
  "zero-width spaces between words": fill("a\u200b"),
  "variation selectors": fill("\ufe0f", "ssh-rsa "),
  "keys in a line": fill("ssh-rsa AAAA "),
  "keys in quotation marks": fill('"ssh-rsa AAAA'),
  "keys in lines": fill("ssh-rsa AAAA\n"),
  "Base64 of keys": Buffer.from("ssh-rsa AAAA ".repeat(900)).toString("base64"),
  "words of a YAML file": fill("a: "),
  "a word of a YAML file": fill("a", "", ": ssh-rsa AAAA"),
  "equals signs": fill("= ", "a", '"ssh-rsa AAAA'),
  "line ends written out": fill("\\n", "-----BEGIN PUBLIC KEY-----"),
  "dashes without blanks": fill("-", "", "BEGIN"),
  "BEGIN lines with other dashes": fill("----BEGIN PUBLIC KEY----\n"),
  JWKs: fill('{"kty":"RSA","n":"AQAB","e":"AQAB"},', '{"keys":[', '{"kty":"oct"}]}'),
  "JWKs inside of each other": fill('{"keys":[', '"kty"'),
  "path characters": fill("/."),
  "a comment of control characters": fill("\u0001", "ssh-rsa AAAA "),
  "JSON of no key": fill('"kty" ', "{"),
  "an RSA modulus of 96000 bits": sshBlob("ssh-rsa", Buffer.of(3), big(12_000)),
  "an RSA exponent of 96000 bits": sshBlob("ssh-rsa", big(12_000), big(257)),
  "a DSA prime of 24000 bits": sshBlob("ssh-dss", big(3000), big(21), big(3000), big(3000)),
  "a DSA order of 24000 bits": sshBlob("ssh-dss", big(385), big(3000), big(385), big(3000)),
  "an ECDSA point of 12000 bytes": sshBlob(
    "ecdsa-sha2-nistp521",
    Buffer.from("nistp521"),
    randomBytes(12_000),
  ),
  "an SPKI modulus of 72000 bits": pem(
    "PUBLIC KEY",
    der(0x30, der(0x30, RSA), der(0x03, Buffer.of(0), der(0x30, number(9000), SMALL))),
  ),
  "a DSA private key of 24000 bits in PKCS#8": pem(
    "PRIVATE KEY",
    der(
      0x30,
      VERSION,
      der(0x30, DSA, der(0x30, number(3000), number(32), number(2999))),
      der(0x04, number(2999)),
    ),
  ),
  "a Diffie-Hellman private key of 24000 bits in PKCS#8": pem(
    "PRIVATE KEY",
    der(0x30, VERSION, der(0x30, DH, der(0x30, number(3000), number(2999))), der(0x04, number(2999))),
  ),
  "an RSA private key of 32000 bits": pem(
    "RSA PRIVATE KEY",
    der(0x30, VERSION, number(4000), SMALL, ...Array.from({ length: 6 }, () => number(1000))),
  ),
};

test.each(Object.entries(HOSTILE))("%s: refused at once", (_name, text) => {
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(SIZE);
  for (const read of [
    () => readPublicKey(text),
    () => readPublicKeyFile(Buffer.from(text)),
    () => publicKeyOfPrivateKey(text),
    () => isPrivateKeyText(text),
  ]) {
    let best = Number.POSITIVE_INFINITY;
    for (let attempt = 0; attempt < 4 && best > MOST_MS; attempt++) {
      const start = process.cpuUsage();
      try {
        read();
      } catch (error) {
        expect(isKeyPairError(error, "InvalidKey")).toBe(true);
      }
      // Not the time that passes: on a busy machine that is longer.
      const { user, system } = process.cpuUsage(start);
      best = Math.min(best, (user + system) / 1000);
    }
    expect(best).toBeLessThan(MOST_MS);
  }
});
