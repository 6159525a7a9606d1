import { createPublicKey, sign, verify } from "node:crypto";
import { invalidKey, orDamaged } from "./invalid";
import { readOpenSshPrivateKey, writeOpenSshPrivateKey } from "./opensshPrivate";
import { readPemPrivateKey } from "./pemPrivate";
import { readPpk, writePpk } from "./ppk";
import { type PrivateKeySource, privateKeySource, publicKeyOfPrivateKey } from "./privateKey";
import {
  type PrivateValues,
  pemOfValues,
  ppkPrivateBlob,
  valuesOfKeyObject,
  valuesOfPpk,
} from "./privateValues";
import { cleanComment, type PublicKey } from "./publicKey";
import { loadSshpk } from "./sshpk";

/** `pem`: PKCS#1 for RSA, SEC1 for ECDSA, PKCS#8 for ed25519. `ppk`: PuTTY, version 3. None of them is encrypted. */
export type PrivateKeyForm = "pem" | "openssh" | "ppk";

/** A private key whose halves were both read. A test signature has shown that they belong together. */
export interface CompleteKey {
  publicKey: PublicKey;
  values: PrivateValues;
  pem: string;
}

const NOT_CONVERTED =
  "the private key cannot be written in another form: it is damaged, or of a kind that is not supported";
const CONVERT_YOURSELF = "Convert it with ssh-keygen or PuTTYgen.";

/**
 * Writes the same private key in another form. Reads every unencrypted form that `publicKeyOfPrivateKey` reads, and makes
 * sure that the key signs. Without `comment`, the key keeps the one it has; PEM has none. Throws `InvalidKey`, which holds no part of
 * the key.
 */
export function convertPrivateKey(privateKey: string, form: PrivateKeyForm, comment?: string): string {
  const { publicKey, values, pem } = readCompleteKey(privateKey);
  if (form === "pem") return pem;
  const name = cleanComment(comment) ?? publicKey.comment ?? "";
  if (form === "openssh") return writeOpenSshPrivateKey(publicKey, values, name);
  return writePpk({
    algorithm: publicKey.algorithm,
    comment: name,
    publicBlob: publicKey.blob,
    privateBlob: ppkPrivateBlob(publicKey.type, values),
  });
}

/** Whether the private half needs a passphrase. Throws `InvalidKey`. */
export function isEncryptedPrivateKey(privateKey: string): boolean {
  return isEncrypted(privateKeySource(privateKey));
}

/** Reads both halves of an unencrypted private key. Throws `InvalidKey`. */
export function readCompleteKey(privateKey: string): CompleteKey {
  const publicKey = publicKeyOfPrivateKey(privateKey);
  const source = privateKeySource(privateKey);
  if (isEncrypted(source)) {
    throw invalidKey(
      "the private key is encrypted with a passphrase, so it cannot be written in another form",
      "Remove the passphrase from a copy of the file, with ssh-keygen -p -f COPY or in PuTTYgen.",
    );
  }
  const { values, pem } = orDamaged(
    () => {
      const read = readValues(source, publicKey);
      return { values: read, pem: pemOfValues(publicKey, read) };
    },
    NOT_CONVERTED,
    CONVERT_YOURSELF,
  );
  if (!orDamaged(() => signsFor(pem, publicKey), NOT_CONVERTED, CONVERT_YOURSELF)) {
    throw invalidKey("the private key is damaged: what it signs does not fit its public half");
  }
  return { publicKey, values, pem };
}

/** Encrypted PEM was refused earlier, because its public half is encrypted too. */
function isEncrypted(source: PrivateKeySource): boolean {
  switch (source.form) {
    case "ppk":
      return readPpk(source.text).encryption !== "none";
    case "openssh":
      return readOpenSshPrivateKey(source.content).isEncrypted;
    case "pem":
      return false;
  }
}

function readValues(source: PrivateKeySource, publicKey: PublicKey): PrivateValues {
  switch (source.form) {
    case "ppk":
      return valuesOfPpk(publicKey.type, readPpk(source.text));
    case "openssh": {
      const { values } = readOpenSshPrivateKey(source.content);
      if (values === undefined) throw invalidKey(NOT_CONVERTED);
      return values;
    }
    case "pem":
      return valuesOfKeyObject(readPemPrivateKey(source.block), publicKey);
  }
}

function signsFor(pem: string, { type, blob }: PublicKey): boolean {
  const message = Buffer.from("pulumi-keypair");
  const hash = type === "ed25519" ? null : "sha256";
  const publicKey = createPublicKey(loadSshpk().parseKey(blob, "rfc4253").toString("pkcs8"));
  return verify(hash, message, publicKey, sign(hash, message, pem));
}
