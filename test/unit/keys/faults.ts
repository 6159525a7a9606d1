/** What is said about each file of test/fixtures/keys/bad. */

const COPY_AGAIN = "Copy the whole key again from the file it came from.";
const NEW_KEY = "Make a new key, for example with: ssh-keygen -t rsa -b 3072.";
const ANY_FORMAT =
  "Give one OpenSSH line (as in ~/.ssh/id_ed25519.pub), RFC 4716, PEM, or the Base64 of the key.";
const ONE_LINE = "Give one OpenSSH line, as in ~/.ssh/id_ed25519.pub.";
const A_USERS_KEY = "Give the public key of a user, as in ~/.ssh/id_ed25519.pub.";
const ONE_OF_THEM = "Give one of them.";
const REMOVE_IT = "Remove it.";
const OTHER_KEY = "Use an RSA, ECDSA or ed25519 key.";

export type Faults = Record<string, [reason: string, next: string]>;

/** By file: what is wrong with it, and what to do. */
export const FAULTS: Faults = {
  address: ["the text is a path or an address, not a key", "To read a file use publicKeyFile."],
  "algorithm-name-damaged": [
    "the key is damaged: its blob does not begin with the name of an algorithm",
    COPY_AGAIN,
  ],
  "base64-padding-in-the-middle": [
    "the Base64 of the key is damaged: its padding stands at character 61, not at its end",
    COPY_AGAIN,
  ],
  "base64-stray-character": [
    "the Base64 of the key is damaged: character 61 is not of its alphabet",
    COPY_AGAIN,
  ],
  "base64-surplus-bits": [
    "the Base64 of the key is damaged: its last character has surplus bits",
    COPY_AGAIN,
  ],
  "base64-too-much-padding": [
    "the Base64 of the key is damaged: its padding does not fit its length",
    COPY_AGAIN,
  ],
  "base64-url-safe": [
    "the Base64 of the key is damaged: character 36 is of the URL-safe alphabet",
    COPY_AGAIN,
  ],
  "base64-without-padding": [
    "the Base64 of the key is damaged: its padding or its end is missing",
    COPY_AGAIN,
  ],
  binary: [
    "the text is UTF-16 (as PowerShell's > writes it) that was read as another encoding, or no text at all",
    "Give the file's path as publicKeyFile, or save it as UTF-8.",
  ],
  "broken-over-lines": [
    "the key is cut short, or broken over lines: line 2 may be a part of it",
    "Give it as one line.",
  ],
  "certificate-authority-line": [
    "the line has the option cert-authority: it trusts a certificate authority and is no key of a user",
    A_USERS_KEY,
  ],
  "certificate-cut-short": [
    "the key is cut short: the ssh-ed25519-cert-v01@openssh.com blob promises 83 bytes for the signature and holds 43",
    COPY_AGAIN,
  ],
  "certificate-of-unknown-type": [
    "the certificate is damaged: its type is 3, not 1 (user) or 2 (host)",
    COPY_AGAIN,
  ],
  "certificate-signed-by-a-certificate": [
    "the certificate is damaged: its signature key is no plain SSH key",
    COPY_AGAIN,
  ],
  "certificate-trailing-bytes": [
    "the key is damaged: the ssh-ed25519-cert-v01@openssh.com blob goes on after the key, for 1 byte",
    COPY_AGAIN,
  ],
  "certificate-with-damaged-principals": [
    "the key is cut short: the list of principals promises 100 bytes for an item and holds 5",
    COPY_AGAIN,
  ],
  "comments-only": ["there is no key: the text is empty", ONE_LINE],
  "dsa-512-bits": ["a DSA key has 1024 to 3072 bits, this one has 512", NEW_KEY],
  "dsa-generator-one": ["the key is damaged: its DSA generator g is out of range", COPY_AGAIN],
  "dsa-order-does-not-divide": ["the key is damaged: its DSA order q does not divide p - 1", COPY_AGAIN],
  "dsa-order-of-152-bits": [
    "the key is damaged: its DSA order q has 152 bits, not 160, 224, 256",
    COPY_AGAIN,
  ],
  "dsa-value-larger-than-prime": ["the key is damaged: its DSA public value y is out of range", COPY_AGAIN],
  "ecdsa-other-curve-inside": [
    "the key is damaged: its algorithm is ecdsa-sha2-nistp256, the curve inside is nistp384",
    COPY_AGAIN,
  ],
  "ecdsa-point-at-infinity": [
    "the key is damaged: its point has 1 byte, a point of nistp256 has 65 and begins with 04",
    COPY_AGAIN,
  ],
  "ecdsa-point-compressed": [
    "the point of the ECDSA key is compressed, which SSH does not take",
    "Write the key with the uncompressed point, for example with ssh-keygen.",
  ],
  "ecdsa-point-of-another-curve": [
    "the key is damaged: its point has 97 bytes, a point of nistp256 has 65 and begins with 04",
    COPY_AGAIN,
  ],
  "ecdsa-point-off-the-curve": ["the key is damaged: its point is not on the curve nistp256", COPY_AGAIN],
  "ecdsa-unknown-curve-inside": [
    "the key is damaged: its algorithm is ecdsa-sha2-nistp256, the curve inside is another",
    COPY_AGAIN,
  ],
  "ed25519-31-bytes": ["the key is damaged: an ed25519 key has 32 bytes, this one has 31", COPY_AGAIN],
  "ed25519-33-bytes": ["the key is damaged: an ed25519 key has 32 bytes, this one has 33", COPY_AGAIN],
  "ed25519-all-zeros": ["the key is damaged: its 32 bytes are no usable point of edwards25519", COPY_AGAIN],
  "ed25519-point-off-the-curve": [
    "the key is damaged: its 32 bytes are no usable point of edwards25519",
    COPY_AGAIN,
  ],
  "ed25519-y-not-below-p": [
    "the key is damaged: its 32 bytes are no usable point of edwards25519",
    COPY_AGAIN,
  ],
  ed448: ["ssh-ed448 is no algorithm of a public key", ANY_FORMAT],
  empty: ["there is no key: the text is empty", ONE_LINE],
  "field-promises-4-gigabytes": [
    "the key is damaged: the ssh-rsa blob promises 4294967295 bytes for the exponent, more than any key has",
    COPY_AGAIN,
  ],
  "known-hosts-line": [
    "the text before the algorithm is no option of authorized_keys (a line of known_hosts has a host's key, with which nobody logs in)",
    A_USERS_KEY,
  ],
  "longer-than-16-kib": [
    "there are 16476 bytes, and no public key has more than 16384",
    "Give one public key.",
  ],
  "no-key-in-lines": ["the text is no public key in any known format", ONE_LINE],
  "no-key": ["the text is no public key in any known format", ANY_FORMAT],
  path: ["the text is a path or an address, not a key", "To read a file use publicKeyFile."],
  "pem-cut-short": ["the key is cut short: its DER promises 294 bytes and holds 150", COPY_AGAIN],
  "pem-damaged": [
    "the key is damaged, or of a kind that OpenSSL does not know: its DER is no SubjectPublicKeyInfo",
    COPY_AGAIN,
  ],
  "pem-dh-parameters": [
    "the PEM block is not a public key",
    'Give a block "PUBLIC KEY" or "RSA PUBLIC KEY", or one OpenSSH line.',
  ],
  "pem-ed448": ["SSH has no keys of the kind ed448", OTHER_KEY],
  "pem-explicit-curve": [
    "SSH has no ECDSA keys on the curve brainpoolP256r1",
    "Use nistp256, nistp384, nistp521 or ed25519.",
  ],
  "pem-no-sequence": ["the key is damaged: its DER does not begin with a SEQUENCE", COPY_AGAIN],
  "pem-openpgp": [
    "the text is an OpenPGP key, not an SSH public key",
    "Where it can authenticate, write it as an SSH key with: gpg --export-ssh-key KEYID.",
  ],
  "pem-pkcs1-damaged": ["the key is damaged: its DER is no RSAPublicKey", COPY_AGAIN],
  "pem-rsa-768-bits": [
    "an RSA key of 768 bits is too weak: 1024 is the least that SSH servers take",
    NEW_KEY,
  ],
  "pem-rsa-pss": ["SSH has no keys of the kind rsa-pss", OTHER_KEY],
  "pem-secp256k1": [
    "SSH has no ECDSA keys on the curve secp256k1",
    "Use nistp256, nistp384, nistp521 or ed25519.",
  ],
  "pem-text-after-the-key": ["there is other text beside the key, in line 10", REMOVE_IT],
  "pem-trailing-bytes-inside": [
    "the key is damaged: its DER is not the one encoding of its content",
    COPY_AGAIN,
  ],
  "pem-trailing-bytes": ["the key is damaged: its DER goes on after the key, for 4 bytes", COPY_AGAIN],
  "pem-two-keys": ["the text holds 2 keys, a key pair has one", ONE_OF_THEM],
  "pem-with-another-end": ["the key is cut short: its END line is missing or damaged", COPY_AGAIN],
  "pem-without-end": ["the key is cut short: its END line is missing or damaged", COPY_AGAIN],
  "pem-without-line-breaks": [
    "the PEM text has no BEGIN line of its own",
    "Give the key with its line breaks, as it is in its file.",
  ],
  "pem-x25519": ["SSH has no keys of the kind x25519", OTHER_KEY],
  "pem-x509-certificate": [
    "the text is an X.509 certificate, not an SSH public key",
    "Take the public key out of it with: openssl x509 -in FILE -noout -pubkey.",
  ],
  "pem-x509-request": [
    "the text is an X.509 certificate request, not an SSH public key",
    "Take the public key out of it with: openssl req -in FILE -noout -pubkey.",
  ],
  quoted: ["the text begins with a quotation mark", "Give the key without quotation marks."],
  "rfc4716-cut-short": [
    "the key is cut short: the ssh-rsa blob promises 257 bytes for the modulus and holds 83",
    COPY_AGAIN,
  ],
  "rfc4716-empty": ["the key is cut short: the blob ends before the name of its algorithm", COPY_AGAIN],
  "rfc4716-text-after-the-key": ["there is other text beside the key, in line 5", REMOVE_IT],
  "rfc4716-two-keys": ["the text holds 2 keys, a key pair has one", ONE_OF_THEM],
  "rfc4716-without-end": [
    'the key is cut short: its line "---- END SSH2 PUBLIC KEY ----" is missing',
    COPY_AGAIN,
  ],
  "rsa-16392-bits": [
    "an RSA key of 16392 bits is too large: 16384 is the most that SSH servers take",
    NEW_KEY,
  ],
  "rsa-768-bits": ["an RSA key of 768 bits is too weak: 1024 is the least that SSH servers take", NEW_KEY],
  "rsa-called-ed25519": ["the line says ssh-ed25519, the key inside is ssh-rsa", COPY_AGAIN],
  "rsa-cut-in-base64": [
    "the key is cut short: the ssh-rsa blob promises 257 bytes for the modulus and holds 53",
    COPY_AGAIN,
  ],
  "rsa-cut-short": [
    "the key is cut short: the ssh-rsa blob promises 257 bytes for the modulus and holds 31",
    COPY_AGAIN,
  ],
  "rsa-ends-before-modulus": ["the key is cut short: the ssh-rsa blob ends before the modulus", COPY_AGAIN],
  "rsa-even-exponent": ["the key is damaged: its RSA exponent is even", COPY_AGAIN],
  "rsa-even-modulus": ["the key is damaged: its RSA modulus is even", COPY_AGAIN],
  "rsa-exponent-264-bits": ["the key is damaged: its RSA exponent has 264 bits, 256 is the most", COPY_AGAIN],
  "rsa-exponent-one": ["the RSA exponent is 1, which protects nothing", NEW_KEY],
  "rsa-exponent-zero": ["the key is damaged: the exponent in the ssh-rsa blob is zero", COPY_AGAIN],
  "rsa-negative-modulus": ["the key is damaged: the modulus in the ssh-rsa blob is negative", COPY_AGAIN],
  "rsa-signature-algorithm": ["rsa-sha2-512 is no algorithm of a public key", ANY_FORMAT],
  "rsa-trailing-bytes": [
    "the key is damaged: the ssh-rsa blob goes on after the key, for 4 bytes",
    COPY_AGAIN,
  ],
  "rsa-without-base64": ["the key is cut short: nothing follows ssh-rsa", COPY_AGAIN],
  "short-algorithm-name": [
    "the word before the key is no algorithm of a public key",
    "Begin the line with the algorithm of the key, for example ssh-rsa or ssh-ed25519.",
  ],
  "sk-ed25519-empty-application": ["the key is damaged: its application is empty", COPY_AGAIN],
  "sk-ed25519-without-application": [
    "the key is cut short: the sk-ssh-ed25519@openssh.com blob ends before the application",
    COPY_AGAIN,
  ],
  ssh1: ["the text is a key of SSH protocol 1, which no server takes any more", ANY_FORMAT],
  "text-after-the-key": ["there is other text beside the key, in line 2", REMOVE_IT],
  "text-before-the-key": ["there is other text beside the key, in line 1", REMOVE_IT],
  "two-blobs": ["the text holds 2 keys, a key pair has one", ONE_OF_THEM],
  "two-keys": ["the text holds 2 keys, a key pair has one", ONE_OF_THEM],
  "utf-16-without-mark": [
    "the text is UTF-16 (as PowerShell's > writes it) that was read as another encoding, or no text at all",
    "Give the file's path as publicKeyFile, or save it as UTF-8.",
  ],
};

/** What `publicKeyFile` says where it is not what `publicKeyBody` says. */
export const FAULTS_OF_FILES: Faults = {
  binary: [
    "the file is binary",
    "If it is DER, write it as PEM with: openssl pkey -pubin -inform DER -in FILE -pubout.",
  ],
};
