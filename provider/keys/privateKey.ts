import { decodeBase64 } from "./base64";
import { publicKeyOf } from "./blob";
import { invalidKey, WRITE_PUBLIC_HALF } from "./invalid";
import { findJwks, JWK_TO_PEM } from "./jwk";
import { splitLines } from "./lines";
import { OPENSSH_LABEL, readOpenSshPrivateKey } from "./opensshPrivate";
import { blobOfKeyObject, type PemBlock, splitPem } from "./pem";
import { readPemPrivateKey } from "./pemPrivate";
import { PPK_BEGIN, publicHalfOfPpk, readPpk } from "./ppk";
import { MAX_KEY_BYTES, type PublicKey } from "./publicKey";
import { severalKeys } from "./severalKeys";

/** A private key, by the form that it has. */
export type PrivateKeySource =
  | { form: "ppk"; text: string }
  | { form: "openssh"; content: Buffer }
  | { form: "pem"; block: PemBlock };

/**
 * The public half of a private key: PEM (PKCS#1, SEC1, PKCS#8), OpenSSH, or .ppk of version 2 or 3. The last two need
 * no passphrase. Throws `InvalidKey`, which holds no part of the text.
 */
export function publicKeyOfPrivateKey(privateKey: string): PublicKey {
  return publicHalfOf(privateKeySource(privateKey));
}

function publicHalfOf(source: PrivateKeySource): PublicKey {
  switch (source.form) {
    case "ppk":
      return publicHalfOfPpk(readPpk(source.text));
    case "openssh":
      return readOpenSshPrivateKey(source.content).publicKey;
    case "pem":
      return publicKeyOf(blobOfKeyObject(readPemPrivateKey(source.block)), { format: "pem-private" });
  }
}

export function privateKeySource(privateKey: string): PrivateKeySource {
  if (privateKey.length > MAX_KEY_BYTES) {
    throw invalidKey(`the private key has more than ${MAX_KEY_BYTES} characters`, "Give one key.");
  }
  const text = privateKey.replace(/^\ufeff/, "").trimStart();
  if (text.startsWith(PPK_BEGIN)) return { form: "ppk", text };
  if (findJwks(text).length > 0)
    throw invalidKey("the private key is a JWK, which SSH does not use", JWK_TO_PEM);
  return sourceOfBlock(onlyPrivateBlock(text));
}

function sourceOfBlock(block: PemBlock): PrivateKeySource {
  return block.label === OPENSSH_LABEL
    ? { form: "openssh", content: decodeBase64(block.base64) }
    : { form: "pem", block };
}

/** The one private key among the blocks. `openssl ecparam -genkey` writes the parameters of the curve before it. */
function onlyPrivateBlock(text: string): PemBlock {
  if (text.includes("BEGIN SSH2 ENCRYPTED PRIVATE KEY")) {
    throw invalidKey(
      "the private key is in ssh.com's form",
      "Load it in PuTTYgen (Conversions, Import key) and copy the public key from its window.",
    );
  }
  const keys = splitPem(splitLines(text)).blocks.filter(({ label }) => label.endsWith("PRIVATE KEY"));
  const [block] = keys;
  if (block === undefined) {
    throw invalidKey("the private key has lost its line breaks, or is in no known form", WRITE_PUBLIC_HALF);
  }
  if (keys.length > 1) throw severalKeys(keys.map((key) => () => publicHalfOf(sourceOfBlock(key))));
  return block;
}
