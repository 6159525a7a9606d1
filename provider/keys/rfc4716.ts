import { publicKeyOfBase64 } from "./blob";
import { invalidKey, otherText } from "./invalid";
import { isContent, type Line } from "./lines";
import { cleanComment, type PublicKey } from "./publicKey";
import { severalKeys } from "./severalKeys";

export const RFC4716_BEGIN = "---- BEGIN SSH2 PUBLIC KEY ----";
export const RFC4716_END = "---- END SSH2 PUBLIC KEY ----";

/**
 * Reads RFC 4716: headers `Tag: value`, which a backslash at the end of a line continues, then the Base64 of the blob. Lines
 * longer than its 72 bytes are read too, because PuTTYgen writes them.
 */
export function readRfc4716(lines: Line[]): PublicKey {
  const begins = lines.flatMap(({ text }, index) => (text === RFC4716_BEGIN ? [index] : []));
  if (begins.length > 1) {
    throw severalKeys(begins.map((from, key) => () => readRfc4716(lines.slice(from, begins[key + 1]))));
  }
  const [begin = 0] = begins;
  const end = lines.findIndex(({ text }) => text === RFC4716_END);
  if (end < begin) throw invalidKey(`the key is cut short: its line "${RFC4716_END}" is missing`);
  const outside = [...lines.slice(0, begin), ...lines.slice(end + 1)].find(isContent);
  if (outside) throw otherText(outside.number);

  const { headers, body } = splitHeaders(lines.slice(begin + 1, end));
  return publicKeyOfBase64(body.join(""), {
    format: "rfc4716",
    comment: cleanComment(unquote(headers.get("comment"))),
  });
}

function splitHeaders(lines: Line[]): { headers: Map<string, string>; body: string[] } {
  const headers = new Map<string, string>();
  let index = 0;
  for (let line = lines[index]; line?.text.includes(":"); line = lines[++index]) {
    const separator = line.text.indexOf(":");
    const value = [line.text.slice(separator + 1)];
    while (value.at(-1)?.endsWith("\\")) {
      value.push(value.pop()?.slice(0, -1) ?? "", lines[++index]?.text ?? "");
    }
    headers.set(line.text.slice(0, separator).toLowerCase(), value.join("").trim());
  }
  const body = lines.slice(index).map(({ text }) => text);
  return { headers, body };
}

function unquote(value: string | undefined): string | undefined {
  return value !== undefined && /^".*"$/.test(value) ? value.slice(1, -1) : value;
}
