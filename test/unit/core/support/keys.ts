import { generateKeyPairSync } from "node:crypto";
import { convertPrivateKey, formatPublicKeyLine, publicKeyOfPrivateKey } from "../../../../provider/keys";

/** A key that exists for one run of the tests. */
export interface ThrowawayKey {
  /** PKCS#1 for RSA, PKCS#8 for ed25519. */
  privateKey: string;
  /** One OpenSSH line without a comment. */
  publicKey: string;
}

const made = new Map<string, ThrowawayKey>();

/** An ed25519 key: the same one for the same label, so that a file makes few. */
export function ed25519Key(label: string): ThrowawayKey {
  return remembered(`ed25519 ${label}`, () =>
    generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  );
}

/** An RSA key in PKCS#1, as the clouds send it; short, since a longer one takes longer to make. */
export function rsaKey(label: string): ThrowawayKey {
  return remembered(`rsa ${label}`, () =>
    generateKeyPairSync("rsa", { modulusLength: 1024 })
      .privateKey.export({ type: "pkcs1", format: "pem" })
      .toString(),
  );
}

/** A private key in each form that somebody could paste. */
export function privateKeyTexts(): Record<string, string> {
  const rsa = rsaKey("pasted").privateKey;
  const ed25519 = ed25519Key("pasted").privateKey;
  const openssh = convertPrivateKey(rsa, "openssh", "somebody@laptop");
  return {
    "PKCS#1": rsa,
    "PKCS#8": ed25519,
    OpenSSH: openssh,
    PuTTY: convertPrivateKey(rsa, "ppk", "somebody@laptop"),
    "OpenSSH without its armour": openssh.split("\n").slice(1, -2).join(""),
    "PEM in Base64": Buffer.from(rsa).toString("base64"),
    "PKCS#1 without its armour": rsa.split("\n").slice(1, -2).join(""),
    "PKCS#8 without its armour": ed25519.split("\n").slice(1, -2).join(""),
  };
}

/** Parts of a private key's text that must be seen nowhere: of its last third, since RSA keys begin with their public half. */
export function tracesOf(privateKeyText: string): string[] {
  const privatePart = privateKeyText.slice(Math.max(0, privateKeyText.indexOf("Private-Lines:")));
  const words = privatePart.split(/\s+/).filter((word) => /^[A-Za-z0-9+/=]{24,}$/.test(word));
  return words.flatMap((word, index) => {
    const start = words.length === 1 ? Math.floor(word.length * 0.66) : 0;
    const parts = word.slice(start).match(/.{20}/g) ?? [];
    return index >= Math.floor(words.length * 0.66) ? parts : [];
  });
}

function remembered(label: string, make: () => string): ThrowawayKey {
  const known = made.get(label);
  if (known) return known;
  const privateKey = make();
  const key = { privateKey, publicKey: formatPublicKeyLine(publicKeyOfPrivateKey(privateKey)) };
  made.set(label, key);
  return key;
}
