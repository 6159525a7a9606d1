/** What is said about each file of test/fixtures/keys/bad. */

const COPY_AGAIN = "Copy the whole key again from the file it came from.";
const NEW_KEY = "Make a new key, for example with: ssh-keygen -t rsa -b 3072.";
const ANY_FORMAT =
  "Give one OpenSSH line (as in ~/.ssh/id_ed25519.pub), RFC 4716, PEM, or the Base64 of the key.";
const ONE_LINE = "Give one OpenSSH line, as in ~/.ssh/id_ed25519.pub.";
const A_USERS_KEY = "Give the public key of a user, as in ~/.ssh/id_ed25519.pub.";
export const JWK_TO_PEM =
  "Write its public half as PEM with: node -p \"crypto.createPublicKey({ key: JSON.parse(fs.readFileSync('FILE')), format: 'jwk' }).export({ type: 'spki', format: 'pem' })\".";
const REMOVE_IT = "Remove it.";
const OTHER_KEY = "Use an RSA, ECDSA or ed25519 key.";
/** The keys that are whole in the files whose surroundings are at fault. */
const LINE = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIArVqIJaemBazj3JTLAmBjZXR9JB/ZTFZrwDrCPTnGwC";
const LINE_OF_PEM =
  "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBDWsXok/yptd6nQHskw0ZVlxEgx8RA6ofJ0gQBbKxTf4IW8BvTy51E6/j42xQ5ReK9weSBRZA8jefAl7YtnfuTQ=";

export type Faults = Record<string, [reason: string, next: string]>;

/** By file: what is wrong with it, and what to do. */
export const FAULTS: Faults = {
  address: ["the text is a path or an address, not a key", "To read a file use publicKeyFile."],
  "algorithm-name-damaged": [
    "the key is damaged: its blob does not begin with the name of an algorithm",
    COPY_AGAIN,
  ],
  "algorithm-only": [
    "the key is cut short: only the name of its algorithm, or a part of it, is there",
    COPY_AGAIN,
  ],
  "base64-of-several-lines": [
    "the text holds 2 keys, but a key pair has one",
    "Give one of them: ssh-ed25519 SHA256:i7IpEZezOImdXA8snIHO3YEIQrEznuRbXsXsqOllkJc, ssh-ed25519 SHA256:MwWRKMBqEUW4kxwYkaSF0gAqkPNNOXs9OtDiGD/qMtE.",
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
    "the text is UTF-16 (as PowerShell's > writes it) that was read as another encoding, or it is binary",
    "Give the file's path as publicKeyFile, or save it as UTF-8.",
  ],
  "blank-before-the-comment-is-a-no-break-space": [
    "there is an invisible character at line 1, column 81: no-break space (U+00A0)",
    `Put a plain blank in its place or remove it, or use this line: ${LINE}`,
  ],
  "blank-is-a-no-break-space": [
    "there is an invisible character at line 1, column 12: no-break space (U+00A0)",
    `Put a plain blank in its place or remove it, or use this line: ${LINE}`,
  ],
  "blank-is-a-zero-width-space": [
    "there is an invisible character at line 1, column 12: zero-width space (U+200B)",
    `Put a plain blank in its place or remove it, or use this line: ${LINE}`,
  ],
  "blank-is-an-ideographic-space": [
    "there is an invisible character at line 1, column 12: ideographic space (U+3000)",
    `Put a plain blank in its place or remove it, or use this line: ${LINE}`,
  ],
  "broken-over-lines": [
    "the key is cut short, or broken over lines: line 2 may be a part of it",
    "Give it as one line.",
  ],
  "certificate-authority-line": [
    "the line has the option cert-authority: it names a certificate authority, not a user's key",
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
    "the certificate is damaged: its signature key is not a plain SSH key",
    COPY_AGAIN,
  ],
  "certificate-trailing-bytes": [
    "the key is damaged: the ssh-ed25519-cert-v01@openssh.com blob has 1 byte after the end of the key",
    COPY_AGAIN,
  ],
  "certificate-with-damaged-principals": [
    "the key is cut short: the list of principals promises 100 bytes for an item and holds 5",
    COPY_AGAIN,
  ],
  "comments-only": ["there is no key: the text holds comments only", ONE_LINE],
  "dsa-512-bits": ["a DSA key has 1024 to 3072 bits, but this one has 512", NEW_KEY],
  "dsa-generator-one": ["the key is damaged: its DSA generator g is out of range", COPY_AGAIN],
  "dsa-order-does-not-divide": ["the key is damaged: its DSA order q does not divide p - 1", COPY_AGAIN],
  "dsa-order-of-152-bits": [
    "the key is damaged: its DSA order q has 152 bits, not 160, 224, 256",
    COPY_AGAIN,
  ],
  "dsa-value-larger-than-prime": ["the key is damaged: its DSA public value y is out of range", COPY_AGAIN],
  "ecdsa-nistp224": ["OpenSSH takes no keys of the type ecdsa-sha2-nistp224", OTHER_KEY],
  "ecdsa-other-curve-inside": [
    "the key is damaged: its algorithm is ecdsa-sha2-nistp256, but the curve inside is nistp384",
    COPY_AGAIN,
  ],
  "ecdsa-point-at-infinity": [
    "the key is damaged: its point has 1 byte, but a point of nistp256 has 65 and begins with 04",
    COPY_AGAIN,
  ],
  "ecdsa-point-compressed": [
    "the point of the ECDSA key is compressed, which SSH does not take",
    "Write the key with the uncompressed point, for example with ssh-keygen.",
  ],
  "ecdsa-point-of-another-curve": [
    "the key is damaged: its point has 97 bytes, but a point of nistp256 has 65 and begins with 04",
    COPY_AGAIN,
  ],
  "ecdsa-point-off-the-curve": ["the key is damaged: its point is not on the curve nistp256", COPY_AGAIN],
  "ecdsa-unknown-curve-inside": [
    "the key is damaged: its algorithm is ecdsa-sha2-nistp256, but the curve inside is another",
    COPY_AGAIN,
  ],
  "ed25519-31-bytes": ["the key is damaged: an ed25519 key has 32 bytes, but this one has 31", COPY_AGAIN],
  "ed25519-33-bytes": ["the key is damaged: an ed25519 key has 32 bytes, but this one has 33", COPY_AGAIN],
  "ed25519-all-zeros": [
    "the key is damaged: its 32 bytes are not a usable point of edwards25519",
    COPY_AGAIN,
  ],
  "ed25519-point-off-the-curve": [
    "the key is damaged: its 32 bytes are not a usable point of edwards25519",
    COPY_AGAIN,
  ],
  "ed25519-y-not-below-p": [
    "the key is damaged: its 32 bytes are not a usable point of edwards25519",
    COPY_AGAIN,
  ],
  "ed448-blob": ["OpenSSH takes no keys of the type ssh-ed448", OTHER_KEY],
  ed448: ["OpenSSH takes no keys of the type ssh-ed448", OTHER_KEY],
  empty: ["there is no key: the text is empty", ONE_LINE],
  "field-promises-4-gigabytes": [
    "the key is damaged: the ssh-rsa blob promises 4294967295 bytes for the exponent, more than any key has",
    COPY_AGAIN,
  ],
  "github-keys-page-with-a-damaged-key": [
    "the text holds 3 keys, but a key pair has one",
    "Give one of them: ssh-ed25519 SHA256:y56/0ndCQV4NmN9YrI5NBgHQSw4ORSbNgpdm5ddQkus, ssh-ed25519 SHA256:n3YYkHbvcHoZUb7pxT6YcslofrqFWNvdAhI7yRY4DqA. Of the keys, 1 cannot be read.",
  ],
  "github-keys-page": [
    "the text holds 7 keys, but a key pair has one",
    "Give one of them: ssh-ed25519 SHA256:ndYSGpzDwO6iub34z7uaCsWRG13HPLyGqS8myBTgrmE, ssh-ed25519 SHA256:tKxyMbEq8rXmbmCDL71oyUc0/jN/2MY1URZANDlp1p4, ssh-ed25519 SHA256:+v+VYMNV+Z5/vkWoM4mO8IPjDLR2dx2g9C5Mv1TCfgA, ssh-ed25519 SHA256:J6qM85DYcBM4LcWP7x1pt9PC19f7Pe3TToSPQfloElo, ssh-ed25519 SHA256:8JDBo+JyR7ICHOCwum2ChfToRTuwwTbT1f/Z92tYOd4, ssh-ed25519 SHA256:OofpEOE/OWyRMqsr8R4kDIoMHajB8B9O4xei3818gs8, ssh-ed25519 SHA256:5uHUn0BlouMDO16MaBiyBbhrVs73KfaWV9Bwnt5dQw0.",
  ],
  "html-page": [
    "the text is an HTML or XML page, not a key",
    "Download the key itself: on GitHub, https://github.com/NAME.keys lists the keys of a user.",
  ],
  "jwk-damaged": ["the text is a JWK that is damaged, or of a kind that SSH does not have", OTHER_KEY],
  "jwk-public": ["the text is a JWK, which SSH does not use", JWK_TO_PEM],
  "jwk-secp256k1": [
    "SSH has no ECDSA keys on the curve secp256k1",
    "Use nistp256, nistp384, nistp521 or ed25519.",
  ],
  "jwk-set-of-two": [
    "the text holds 2 keys, but a key pair has one",
    "Give one of them: ssh-ed25519 SHA256:+gSSrZIfP5Xxe7gUrmezZ6bS5F04vDvt5Ec93vZmkEA, ecdsa-sha2-nistp256 SHA256:FFuHoI42lyboMKXy5L2OD18tNpEp5oxXwJzV14OkDuI.",
  ],
  "jwk-x25519": ["SSH has no keys of the kind x25519", OTHER_KEY],
  "known-hosts-line-of-a-port": [
    "the text before the key is not an option of authorized_keys (a line of known_hosts holds a host's key, which no user logs in with)",
    A_USERS_KEY,
  ],
  "known-hosts-line": [
    "the text before the key is not an option of authorized_keys (a line of known_hosts holds a host's key, which no user logs in with)",
    A_USERS_KEY,
  ],
  "longer-than-16-kib": [
    "the text has 16476 bytes, but no public key has more than 16384",
    "Give one public key.",
  ],
  "no-break-space-in-pem": [
    "there is an invisible character at line 1, column 11: no-break space (U+00A0)",
    `Put a plain blank in its place or remove it, or use this line: ${LINE_OF_PEM}`,
  ],
  "no-key-in-lines": ["the text is not a public key in any known format", ONE_LINE],
  "no-key": ["the text is not a public key in any known format", ANY_FORMAT],
  path: ["the text is a path or an address, not a key", "To read a file use publicKeyFile."],
  "pem-begin-cut": ["the key is cut short: its BEGIN line is not whole", COPY_AGAIN],
  "pem-cut-short": ["the key is cut short: its DER promises 294 bytes and holds 150", COPY_AGAIN],
  "pem-damaged": [
    "the key is damaged, or of a kind that OpenSSL does not know: its DER is not a SubjectPublicKeyInfo",
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
  "pem-four-dashes": [
    "the dashes, spaces or letters of line 1 are not those of PEM",
    `Write the line as "-----BEGIN PUBLIC KEY-----", or use this line: ${LINE_OF_PEM}`,
  ],
  "pem-no-sequence": ["the key is damaged: its DER does not begin with a SEQUENCE", COPY_AGAIN],
  "pem-openpgp": [
    "the text is an OpenPGP key, not an SSH public key",
    "If it can authenticate, write it as an SSH key with: gpg --export-ssh-key KEYID.",
  ],
  "pem-pkcs1-damaged": ["the key is damaged: its DER is not an RSAPublicKey", COPY_AGAIN],
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
  "pem-trailing-bytes": ["the key is damaged: its DER has 4 bytes after the end of the key", COPY_AGAIN],
  "pem-two-keys": [
    "the text holds 2 keys, but a key pair has one",
    "Give one of them: ssh-rsa SHA256:4Cqt/hs4I56bmHJt6dX7lYShDdgm+5bynEUTdJuto5o.",
  ],
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
  quoted: [
    "the key stands in quotation marks: it begins at line 1, column 2",
    "Give the key alone: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIInueX9lBA89Fv0mCDYBRpGbBs0vXtRFAeW5OutLzgPQ",
  ],
  "rfc4716-begin-cut": ["the key is cut short: its BEGIN line is not whole", COPY_AGAIN],
  "rfc4716-cut-short": [
    "the key is cut short: the ssh-rsa blob promises 257 bytes for the modulus and holds 83",
    COPY_AGAIN,
  ],
  "rfc4716-dashes-off-and-cut": [
    "the dashes, spaces or letters of line 1 are not those of RFC 4716",
    'Write the line as "---- BEGIN SSH2 PUBLIC KEY ----".',
  ],
  "rfc4716-empty": ["the key is cut short: the blob ends before the name of its algorithm", COPY_AGAIN],
  "rfc4716-en-dashes": [
    "the dashes, spaces or letters of line 1 are not those of RFC 4716",
    `Write the line as "---- BEGIN SSH2 PUBLIC KEY ----", or use this line: ${LINE}`,
  ],
  "rfc4716-end-with-three-dashes": [
    "the dashes, spaces or letters of line 3 are not those of RFC 4716",
    `Write the line as "---- END SSH2 PUBLIC KEY ----", or use this line: ${LINE}`,
  ],
  "rfc4716-five-dashes": [
    "the dashes, spaces or letters of line 1 are not those of RFC 4716",
    `Write the line as "---- BEGIN SSH2 PUBLIC KEY ----", or use this line: ${LINE}`,
  ],
  "rfc4716-text-after-the-key": ["there is other text beside the key, in line 5", REMOVE_IT],
  "rfc4716-two-keys": [
    "the text holds 2 keys, but a key pair has one",
    "Give one of them: ssh-ed25519 SHA256:LI9bzZJFs0Fi0sw6Fbmlq7MJaeeYtjHfficG8Uyn/HI, ssh-rsa SHA256:4Cqt/hs4I56bmHJt6dX7lYShDdgm+5bynEUTdJuto5o.",
  ],
  "rfc4716-without-blanks": [
    "the dashes, spaces or letters of line 1 are not those of RFC 4716",
    `Write the line as "---- BEGIN SSH2 PUBLIC KEY ----", or use this line: ${LINE}`,
  ],
  "rfc4716-without-end": [
    'the key is cut short: its line "---- END SSH2 PUBLIC KEY ----" is missing',
    COPY_AGAIN,
  ],
  "rsa-16392-bits": [
    "an RSA key of 16392 bits is too large: 16384 is the most that SSH servers take",
    NEW_KEY,
  ],
  "rsa-768-bits": ["an RSA key of 768 bits is too weak: 1024 is the least that SSH servers take", NEW_KEY],
  "rsa-called-ed25519": ["the line says ssh-ed25519, but the key inside is ssh-rsa", COPY_AGAIN],
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
  "rsa-signature-algorithm": [
    "rsa-sha2-512 is a signature algorithm; the type of the key is ssh-rsa",
    "Begin the line with ssh-rsa.",
  ],
  "rsa-trailing-bytes": [
    "the key is damaged: the ssh-rsa blob has 4 bytes after the end of the key",
    COPY_AGAIN,
  ],
  "rsa-without-base64": ["the key is cut short: nothing follows ssh-rsa", COPY_AGAIN],
  "short-algorithm-name": [
    "the word before the key is not the name of a key type",
    "Begin the line with the type of the key, for example ssh-rsa or ssh-ed25519.",
  ],
  "sk-ed25519-empty-application": ["the key is damaged: its application is empty", COPY_AGAIN],
  "sk-ed25519-without-application": [
    "the key is cut short: the sk-ssh-ed25519@openssh.com blob ends before the application",
    COPY_AGAIN,
  ],
  ssh1: ["the text is a key of SSH protocol 1, which no server takes any more", ANY_FORMAT],
  "syntax-hcl-assignment": [
    "the key stands in an assignment of a Terraform, TOML or program file: it begins at line 1, column 17",
    `Give the key alone: ${LINE}`,
  ],
  "syntax-json-array-of-keys": [
    "the text holds 2 keys, but a key pair has one",
    "Give one of them: ssh-ed25519 SHA256:+Ot8uDXbDYPfnirh5qv83NvS31eKTToLgWPHIqs2MiE, ssh-ed25519 SHA256:12Ne+NyzZsg0l1Qzq1ZBcSDvrJQ5wPN6PH8G3zui1y0.",
  ],
  "syntax-json-entry": [
    "the key stands in a JSON string: it begins at line 2, column 17",
    `Give the key alone: ${LINE}`,
  ],
  "syntax-json-pem": [
    "the line ends of the key are written out as \\n, the first at line 1, column 28",
    `Give the key with real line ends, or use this line: ${LINE_OF_PEM}`,
  ],
  "syntax-json-slashes-escaped": [
    "the key stands in quotation marks: it begins at line 1, column 2",
    `Give the key alone: ${LINE}`,
  ],
  "syntax-json-string": [
    "the key stands in quotation marks: it begins at line 1, column 2",
    `Give the key alone: ${LINE}`,
  ],
  "syntax-line-end-written-out": [
    "characters of another file follow the key that begins at line 1, column 1",
    `Give the key alone: ${LINE}`,
  ],
  "syntax-pem-line-ends-written-out": [
    "the line ends of the key are written out as \\n, the first at line 1, column 27",
    `Give the key with real line ends, or use this line: ${LINE_OF_PEM}`,
  ],
  "syntax-program-assignment": [
    "the key stands in an assignment of a Terraform, TOML or program file: it begins at line 1, column 14",
    `Give the key alone: ${LINE}`,
  ],
  "syntax-program-entry": [
    "the key stands in an entry of a YAML file or of a program: it begins at line 1, column 17",
    `Give the key alone: ${LINE}`,
  ],
  "syntax-rfc4716-line-ends-written-out": [
    "the line ends of the key are written out as \\n, the first at line 1, column 32",
    `Give the key with real line ends, or use this line: ${LINE}`,
  ],
  "syntax-shell-assignment": [
    "the key stands in a shell assignment: it begins at line 1, column 13",
    `Give the key alone: ${LINE}`,
  ],
  "syntax-shell-command": [
    "the key stands in a shell command: it begins at line 1, column 7",
    `Give the key alone: ${LINE}`,
  ],
  "syntax-shell-export-without-quotes": [
    "the key stands in a shell assignment: it begins at line 1, column 19",
    `Give the key alone: ${LINE}`,
  ],
  "syntax-xml-element": [
    "the key stands in an XML or HTML element: it begins at line 1, column 6",
    `Give the key alone: ${LINE}`,
  ],
  "syntax-yaml-entry": [
    "the key stands in an entry of a YAML file or of a program: it begins at line 1, column 12",
    `Give the key alone: ${LINE}`,
  ],
  "syntax-yaml-list-item": [
    "the key stands in an item of a YAML list: it begins at line 1, column 5",
    `Give the key alone: ${LINE}`,
  ],
  "syntax-yaml-list": [
    "the key stands in an item of a YAML list: it begins at line 2, column 5",
    `Give the key alone: ${LINE}`,
  ],
  "text-after-the-key": ["there is other text beside the key, in line 2", REMOVE_IT],
  "text-before-the-key": ["there is other text beside the key, in line 1", REMOVE_IT],
  "two-blobs": [
    "the text holds 2 keys, but a key pair has one",
    "Give one of them: ssh-ed25519 SHA256:LI9bzZJFs0Fi0sw6Fbmlq7MJaeeYtjHfficG8Uyn/HI, ssh-rsa SHA256:4Cqt/hs4I56bmHJt6dX7lYShDdgm+5bynEUTdJuto5o.",
  ],
  "two-keys-in-a-line": [
    "the text holds 2 keys, but a key pair has one",
    "Give one of them: ssh-ed25519 SHA256:nucjOAVKtDSPcI3y41srN56h8wk4+z7wNny1a38clgo, ssh-ed25519 SHA256:8Qj9FJf04tMNFQElYP4JCH5CLMzJFD/cj1GTfLoQMJE.",
  ],
  "two-keys-with-line-end-written-out": [
    "the text holds 2 keys, but a key pair has one",
    "Give one of them: ssh-ed25519 SHA256:wpMa9YxoineFiRTAlOtn1cx0NVugtncSZMXgEGdB9Kk, ssh-ed25519 SHA256:vfCfveYxotrWmETGQyFShGSyvN4ipTul3H02nwuDpVU.",
  ],
  "two-keys": [
    "the text holds 2 keys, but a key pair has one",
    "Give one of them: ssh-ed25519 SHA256:LI9bzZJFs0Fi0sw6Fbmlq7MJaeeYtjHfficG8Uyn/HI, ssh-rsa SHA256:4Cqt/hs4I56bmHJt6dX7lYShDdgm+5bynEUTdJuto5o.",
  ],
  "utf-16-without-mark": [
    "the text is UTF-16 (as PowerShell's > writes it) that was read as another encoding, or it is binary",
    "Give the file's path as publicKeyFile, or save it as UTF-8.",
  ],
  "white-space-only": ["there is no key: the text holds white space only", ONE_LINE],
  "x509v3-type": ["OpenSSH takes no keys of the type x509v3-ssh-rsa", OTHER_KEY],
  "zero-width-space-beside-the-blank": [
    "there is an invisible character at line 1, column 13: zero-width space (U+200B)",
    `Put a plain blank in its place or remove it, or use this line: ${LINE}`,
  ],
  "zero-width-spaces-in-the-base64": [
    "there are 2 invisible characters, the first at line 1, column 43: zero-width space (U+200B)",
    `Put a plain blank in its place or remove it, or use this line: ${LINE}`,
  ],
};

/** What `publicKeyFile` says where it is not what `publicKeyBody` says. */
export const FAULTS_OF_FILES: Faults = {
  binary: [
    "the file is binary",
    "If it is DER, write it as PEM with: openssl pkey -pubin -inform DER -in FILE -pubout.",
  ],
};
