import { findAlgorithm, showAlgorithm } from "./algorithms";
import { readOptions } from "./authorizedKeys";
import { publicKeyOfBase64 } from "./blob";
import { invalidKey } from "./invalid";
import { cleanComment, type PublicKey } from "./publicKey";

/** The form of sshd(8), "AUTHORIZED_KEYS FILE FORMAT": `[options] algorithm base64 [comment]`. The line is trimmed. */
export function readOpenSshLine(line: string): PublicKey {
  const [first, rest] = splitWord(line);
  if (findAlgorithm(first) !== undefined) return readAfterAlgorithm(first, rest);

  const { options, rest: afterOptions } = readOptions(line);
  return { ...readAfterAlgorithm(...splitWord(afterOptions)), options, format: "authorized_keys" };
}

/** Whether a key starts in this line: for telling several keys from one that is broken over lines. */
export function startsKey(line: string): boolean {
  return /(?:^|[\s"'])(?:ssh|ecdsa|sk)-[a-z0-9@.-]+[ \t]+AAAA/.test(line) || line.startsWith("AAAA");
}

export function splitWord(text: string): [word: string, rest: string] {
  const end = text.search(/[ \t]/);
  return end === -1 ? [text, ""] : [text.slice(0, end), text.slice(end).trimStart()];
}

function readAfterAlgorithm(algorithm: string, rest: string): PublicKey {
  const [base64, comment] = splitWord(rest);
  if (base64 === "") throw invalidKey(`the key is cut short: nothing follows ${showAlgorithm(algorithm)}`);
  const key = publicKeyOfBase64(base64, { format: "openssh", comment: cleanComment(comment) });
  if (key.algorithm !== algorithm) {
    throw invalidKey(`the line says ${showAlgorithm(algorithm)}, the key inside is ${key.algorithm}`);
  }
  return key;
}
