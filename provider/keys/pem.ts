import { createPublicKey, type KeyObject } from "node:crypto";
import { CURVES } from "./algorithms";
import { decodeBase64, wrapBase64 } from "./base64";
import { publicKeyOf } from "./blob";
import { checkDerLength } from "./der";
import { cutInBegin, invalidKey, orDamaged, otherText } from "./invalid";
import { isContent, type Line } from "./lines";
import type { PublicKey } from "./publicKey";
import { severalKeys } from "./severalKeys";
import { loadSshpk } from "./sshpk";

/** A block between `-----BEGIN label-----` and its END line (RFC 7468, and RFC 1421 for the headers). */
export interface PemBlock {
  label: string;
  headers: string[];
  base64: string;
}

const NO_SSH_KEY = "the key is damaged: its numbers are not those of an SSH key";

const WAY_OUT: { [label: string]: { is: string; next: string } } = {
  CERTIFICATE: {
    is: "an X.509 certificate",
    next: "Take the public key out of it with: openssl x509 -in FILE -noout -pubkey.",
  },
  "CERTIFICATE REQUEST": {
    is: "an X.509 certificate request",
    next: "Take the public key out of it with: openssl req -in FILE -noout -pubkey.",
  },
  "PGP PUBLIC KEY BLOCK": {
    is: "an OpenPGP key",
    next: "If it can authenticate, write it as an SSH key with: gpg --export-ssh-key KEYID.",
  },
};

/** The blocks of a PEM text, and the first line outside of them that is neither blank nor a comment. */
export function splitPem(lines: Line[]): { blocks: PemBlock[]; outside: Line | undefined } {
  const blocks: PemBlock[] = [];
  let outside: Line | undefined;
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index];
    const label = line && /^-----BEGIN ([A-Z0-9 ]{1,40})-----$/.exec(line.text)?.[1];
    if (line === undefined || label === undefined) {
      if (line && isContent(line)) outside ??= line;
      continue;
    }
    let end = index + 1;
    while (end < lines.length && !lines[end]?.text.startsWith("-----")) end++;
    if (lines[end]?.text !== `-----END ${label}-----`) {
      throw invalidKey("the key is cut short: its END line is missing or damaged");
    }
    const body = lines.slice(index + 1, end).map(({ text }) => text);
    const firstBodyLine = body.findLastIndex((text) => text.includes(":")) + 1;
    blocks.push({ label, headers: body.slice(0, firstBodyLine), base64: body.slice(firstBodyLine).join("") });
    index = end;
  }
  return { blocks, outside };
}

export function formatPem(label: string, content: Buffer, lineCharacters = 64): string {
  const lines = wrapBase64(content, lineCharacters);
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}

/** PEM: SPKI (RFC 5280) and PKCS#1 (RFC 8017). */
export function readPem(lines: Line[]): PublicKey {
  const { blocks, outside } = splitPem(lines);
  const [block, another] = blocks;
  if (block === undefined) {
    if (!lines.some(({ text }) => text.includes("END "))) throw cutInBegin();
    throw invalidKey(
      "the PEM text has no BEGIN line of its own",
      "Give the key with its line breaks, as it is in its file.",
    );
  }
  if (another) throw severalKeys(blocks.map((each) => () => readBlock(each)));
  if (outside) throw otherText(outside.number);
  return readBlock(block);
}

function readBlock(block: PemBlock): PublicKey {
  if (block.label === "PUBLIC KEY") return readDer(decodeBase64(block.base64), "spki", "spki");
  if (block.label === "RSA PUBLIC KEY") return readDer(decodeBase64(block.base64), "pkcs1", "pkcs1");
  const other = WAY_OUT[block.label];
  throw invalidKey(
    other ? `the text is ${other.is}, not an SSH public key` : "the PEM block is not a public key",
    other?.next ?? 'Give a block "PUBLIC KEY" or "RSA PUBLIC KEY", or one OpenSSH line.',
  );
}

/** Reads a public key in DER. OpenSSL checks its numbers; its length and form are checked here. */
export function readDer(der: Buffer, type: "spki" | "pkcs1", format: PublicKey["format"]): PublicKey {
  checkDerLength(der);
  const key = orDamaged(
    () => createPublicKey({ key: der, format: "der", type }),
    type === "spki"
      ? "the key is damaged, or of a kind that OpenSSL does not know: its DER is not a SubjectPublicKeyInfo"
      : "the key is damaged: its DER is not an RSAPublicKey",
  );
  const blob = blobOfKeyObject(key);
  const encoded = orDamaged(() => key.export({ type: "spki", format: "der" }), NO_SSH_KEY);
  // SPKI ends with the bytes of PKCS#1, so one comparison is enough for both.
  if (!encoded.subarray(-der.length).equals(der)) {
    throw invalidKey("the key is damaged: its DER is not the one encoding of its content");
  }
  return publicKeyOf(blob, { format });
}

/** The SSH blob of a key that OpenSSL has read. Throws `InvalidKey`, with the kind of the key, when SSH has no such keys. */
export function blobOfKeyObject(key: KeyObject): Buffer {
  refuseUnknownKind(key);
  return orDamaged(() => {
    const publicKey = key.type === "private" ? createPublicKey(key) : key;
    const pem = uncompressed(publicKey).export({ type: "spki", format: "pem" });
    return loadSshpk().parseKey(pem, "pkcs8").toBuffer("rfc4253");
  }, NO_SSH_KEY);
}

function refuseUnknownKind(key: KeyObject): void {
  const kind = key.asymmetricKeyType ?? "unknown";
  const curve = key.asymmetricKeyDetails?.namedCurve;
  if (kind === "ec" && !CURVES.some(({ openssl }) => openssl === curve)) {
    throw invalidKey(
      `SSH has no ECDSA keys on ${curve === undefined ? "a curve without a name" : `the curve ${curve}`}`,
      "Use nistp256, nistp384, nistp521 or ed25519.",
    );
  }
  if (!["rsa", "dsa", "ec", "ed25519"].includes(kind)) {
    throw invalidKey(`SSH has no keys of the kind ${kind}`, "Use an RSA, ECDSA or ed25519 key.");
  }
}

/** The same key with an uncompressed point, as SSH needs it. */
function uncompressed(key: KeyObject): KeyObject {
  return key.asymmetricKeyType === "ec"
    ? createPublicKey({ key: key.export({ format: "jwk" }), format: "jwk" })
    : key;
}
