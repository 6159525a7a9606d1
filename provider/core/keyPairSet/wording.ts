/** What a set has in the place of an argument, or an advice, of a single key pair. */
const IN_A_SET: Readonly<Record<string, string>> = {
  keyPairName: "keyPairNamePrefix",
  publicKeyBody: "publicKeys or publicKeyFolder",
  publicKeyFile: "publicKeyFolder",
  privateKeyFile: "privateKeyFolder",
  savePrivateKey: "savePrivateKeys",
  "name another file": "give another privateKeyFolder",
};

const OF_A_SINGLE_PAIR = new RegExp(`\\b(?:${Object.keys(IN_A_SET).join("|")})\\b`, "g");

/** A message of the functions of a single key pair, with the arguments that the user of a set can give. */
export function wordedForSet(message: string): string {
  return message.replace(OF_A_SINGLE_PAIR, (words) => IN_A_SET[words] ?? words);
}
