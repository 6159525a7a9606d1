import type { KeyPairError } from "../core/errors";
import { invalidKey } from "./invalid";
import type { PublicKey } from "./publicKey";

export interface Algorithm {
  /** The name in the OpenSSH line and in the blob. */
  name: string;
  type: PublicKey["type"];
  /** The algorithm of the key inside of a certificate. For a plain key it is the same as `name`. */
  plain: string;
  certificate?: "v00" | "v01";
  curve?: Curve;
}

/** A NIST curve with its SSH name (RFC 5656, section 10.1) and its OpenSSL name. */
export interface Curve {
  name: "nistp256" | "nistp384" | "nistp521";
  openssl: "prime256v1" | "secp384r1" | "secp521r1";
  bits: 256 | 384 | 521;
}

export const CURVES: readonly Curve[] = [
  { name: "nistp256", openssl: "prime256v1", bits: 256 },
  { name: "nistp384", openssl: "secp384r1", bits: 384 },
  { name: "nistp521", openssl: "secp521r1", bits: 521 },
];

/**
 * The public key algorithms of OpenSSH (`ssh -Q key`), and the first form of its certificates, which version 7.0 removed.
 * https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.certkeys
 */
const ALGORITHMS: ReadonlyMap<string, Algorithm> = new Map(
  [
    ...certifiable({ name: "ssh-rsa", type: "rsa" }),
    ...certifiable({ name: "ssh-dss", type: "dsa" }),
    ...CURVES.flatMap((curve) => certifiable({ name: `ecdsa-sha2-${curve.name}`, type: "ecdsa", curve })),
    ...certifiable({ name: "ssh-ed25519", type: "ed25519" }),
    ...certifiable({ name: "sk-ecdsa-sha2-nistp256@openssh.com", type: "sk-ecdsa", ...curveOf("nistp256") }),
    ...certifiable({ name: "sk-ssh-ed25519@openssh.com", type: "sk-ed25519" }),
    { name: "ssh-rsa-cert-v00@openssh.com", type: "rsa", plain: "ssh-rsa", certificate: "v00" } as const,
    { name: "ssh-dss-cert-v00@openssh.com", type: "dsa", plain: "ssh-dss", certificate: "v00" } as const,
  ].map((algorithm) => [algorithm.name, algorithm]),
);

export function findAlgorithm(name: string): Algorithm | undefined {
  return ALGORITHMS.get(name);
}

/** Refuses an algorithm that OpenSSH does not take for keys. Pass only a name that `showAlgorithm` lets through. */
export function refusedAlgorithm(name: string): KeyPairError {
  return name.startsWith("rsa-sha2-")
    ? invalidKey(
        `${name} is a signature algorithm; the type of the key is ssh-rsa`,
        "Begin the line with ssh-rsa.",
      )
    : invalidKey(`OpenSSH takes no keys of the type ${name}`, "Use an RSA, ECDSA or ed25519 key.");
}

/**
 * A name that may stand in a message. Only what has the form of an algorithm's name is shown, because the text may be a
 * secret.
 */
export function showAlgorithm(name: string): string {
  return ALGORITHMS.has(name) ||
    /^(ssh|ecdsa|rsa|sk|x509v3|webauthn|pgp-sign|spki-sign)-[a-z0-9.-]{1,40}(@openssh\.com)?$/.test(name)
    ? name
    : "another";
}

function certifiable(plain: Omit<Algorithm, "plain">): Algorithm[] {
  const certificate = `${plain.name.replace("@openssh.com", "")}-cert-v01@openssh.com`;
  return [
    { ...plain, plain: plain.name },
    { ...plain, name: certificate, plain: plain.name, certificate: "v01" },
  ];
}

function curveOf(name: Curve["name"]): { curve?: Curve } {
  const curve = CURVES.find((each) => each.name === name);
  return curve ? { curve } : {};
}
