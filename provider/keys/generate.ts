import { generateKeyPair as generate, type KeyObject } from "node:crypto";
import { promisify } from "node:util";
import { convertPrivateKey } from "./convert";
import { invalidKey } from "./invalid";
import { publicKeyOfPrivateKey } from "./privateKey";
import { cleanComment, type PublicKey } from "./publicKey";

export interface KeyRequest {
  type: "rsa" | "ecdsa" | "ed25519";
  bits?: number | undefined;
}

export interface GeneratedKeyPair {
  publicKey: PublicKey;
  /** In the form that most tools read: PEM for RSA (PKCS#1) and ECDSA (SEC1), OpenSSH's form for ed25519. */
  privateKey: string;
}

/** Sizes in bits; the first is the default. */
const SIZES: { readonly [type in KeyRequest["type"]]: readonly number[] } = {
  rsa: [2048, 3072, 4096],
  ecdsa: [256, 384, 521],
  ed25519: [256],
};

const generateAsync = promisify(generate);

/** The reason why such a key cannot be made, or `undefined`. */
export function keyGenerationProblem({ type, bits }: KeyRequest): string | undefined {
  const sizes = SIZES[type];
  if (bits === undefined || sizes.includes(bits)) return undefined;
  return sizes.length === 1
    ? `${type} keys have ${sizes[0]} bits, not ${bits}`
    : `${type} keys are made with ${sizes.slice(0, -1).join(", ")} or ${sizes.at(-1)} bits, not ${bits}`;
}

/** Makes a key pair with the operating system's random numbers, on a thread of Node's pool. */
export async function generateKeyPair({
  type,
  bits,
  comment,
}: KeyRequest & { comment?: string }): Promise<GeneratedKeyPair> {
  const problem = keyGenerationProblem({ type, bits });
  if (problem !== undefined) throw invalidKey(problem, "Choose one of these sizes.");
  const privateKey = await generatePem(type, bits ?? SIZES[type][0] ?? 0);
  const { comment: _none, ...publicKey } = publicKeyOfPrivateKey(privateKey);
  const clean = cleanComment(comment);
  return {
    publicKey: { ...publicKey, format: "openssh", ...(clean === undefined ? {} : { comment: clean }) },
    privateKey: type === "ed25519" ? convertPrivateKey(privateKey, "openssh", clean) : privateKey,
  };
}

async function generatePem(type: KeyRequest["type"], bits: number): Promise<string> {
  switch (type) {
    case "rsa":
      return pem((await generateAsync("rsa", { modulusLength: bits })).privateKey, "pkcs1");
    case "ecdsa":
      return pem((await generateAsync("ec", { namedCurve: `P-${bits}` })).privateKey, "sec1");
    case "ed25519":
      return pem((await generateAsync("ed25519")).privateKey, "pkcs8");
  }
}

function pem(key: KeyObject, type: "pkcs1" | "sec1" | "pkcs8"): string {
  return key.export({ type, format: "pem" }).toString();
}
