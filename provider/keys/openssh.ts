import { findAlgorithm, showAlgorithm } from "./algorithms";
import { readOptions } from "./authorizedKeys";
import { publicKeyOfBase64 } from "./blob";
import { invalidKey } from "./invalid";
import { cleanComment, type PublicKey } from "./publicKey";
import { severalKeys } from "./severalKeys";

/** The form of sshd(8), "AUTHORIZED_KEYS FILE FORMAT": `[options] algorithm base64 [comment]`. The line must be trimmed. */
export function readOpenSshLine(line: string): PublicKey {
  const [first, rest] = splitWord(line);
  if (findAlgorithm(first) !== undefined) return readAfterAlgorithm(first, rest);

  const { options, rest: afterOptions } = readOptions(line);
  return { ...readAfterAlgorithm(...splitWord(afterOptions)), options, format: "authorized_keys" };
}

/** A public key inside of another text. `line` is the algorithm and the Base64, `after` is the start of what follows. */
export interface KeyInText {
  line: string;
  after: string;
}

/** Finds what looks like public keys in a text: an algorithm, blanks, and Base64 that can be a blob. */
export function findKeys(text: string): KeyInText[] {
  const keys = text.matchAll(
    /(?<=^|[\s"'`>=([,])((?:ssh|ecdsa|sk)-[a-z0-9@.-]{1,60})[ \t]{1,9}(AAAA[A-Za-z0-9+/]+={0,2})/g,
  );
  return [...keys].map(({ 0: whole, 1: algorithm, 2: base64, index }) => ({
    line: `${algorithm} ${base64}`,
    after: text.slice(index + whole.length, index + whole.length + 2),
  }));
}

/** Whether a key starts in this line. This tells several keys from one key that is broken over lines. */
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
  const others = findKeys(comment.replace(/\\[nr]/g, "\n"));
  if (others.length > 0) {
    const lines = [`${algorithm} ${base64}`, ...others.map(({ line }) => line)];
    throw severalKeys(lines.map((line) => () => readOpenSshLine(line)));
  }
  const key = publicKeyOfBase64(base64, { format: "openssh", comment: cleanComment(comment) });
  if (key.algorithm !== algorithm) {
    throw invalidKey(`the line says ${showAlgorithm(algorithm)}, but the key inside is ${key.algorithm}`);
  }
  return key;
}
