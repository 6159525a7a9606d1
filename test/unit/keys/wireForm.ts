import { createHmac } from "node:crypto";

/** SSH's wire form, written and read for the tests apart from the code that they test. */

export function wire(...strings: (Buffer | string)[]): Buffer {
  return Buffer.concat(
    strings.flatMap((string) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(Buffer.byteLength(string));
      return [length, Buffer.from(string)];
    }),
  );
}

/** `count` strings, or all of them. */
export function wireStrings(data: Buffer, count = Number.POSITIVE_INFINITY): Buffer[] {
  const strings: Buffer[] = [];
  for (let at = 0; at < data.length && strings.length < count; ) {
    const end = at + 4 + data.readUInt32BE(at);
    strings.push(data.subarray(at + 4, end));
    at = end;
  }
  return strings;
}

/** RFC 4251, section 5. */
export function mpint(value: Buffer): Buffer {
  const digits = BigInt(`0x0${value.toString("hex")}`).toString(16);
  const even = digits.padStart(digits.length + (digits.length % 2), "0");
  return Buffer.from(/^[89a-f]/.test(even) ? `00${even}` : even, "hex");
}

/** What is between the BEGIN and the END line. */
export function bodyOf(pem: string): Buffer {
  return Buffer.from(pem.replace(/-----.*-----/g, ""), "base64");
}

/** The private values of an unencrypted .ppk file. */
export function ppkBody(ppk: string): Buffer {
  return Buffer.from(/Private-Lines: \d+\n([\s\S]*)Private-MAC/.exec(ppk)?.[1] ?? "", "base64");
}

/** The unencrypted .ppk file of version 3 with other private values. */
export function withPpkBody(ppk: string, body: Buffer): string {
  const header = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(ppk)?.[1] ?? "";
  const publicBlob = Buffer.from(/Public-Lines: \d+\n([\s\S]*)Private-Lines/.exec(ppk)?.[1] ?? "", "base64");
  const mac = createHmac("sha256", "")
    .update(wire(header("PuTTY-User-Key-File-3"), "none", header("Comment"), publicBlob, body))
    .digest("hex");
  const lines = `Private-Lines: 1\n${body.toString("base64")}\nPrivate-MAC: ${mac}\n`;
  return ppk.replace(/Private-Lines: [\s\S]*/, lines);
}

/** The unencrypted OpenSSH key with other private values; `change` gets those after the name of the algorithm. */
export function withOpenSshValues(openssh: string, change: (values: Buffer[]) => Buffer[]): string {
  const [begin, ...rest] = openssh.trim().split("\n");
  const body = bodyOf(openssh);
  // The magic word, then "none", "none", no options, and the number of keys.
  const head = body.subarray(0, 15 + 8 + 8 + 4 + 4);
  const [blob = Buffer.alloc(0), half = Buffer.alloc(0)] = wireStrings(body.subarray(head.length));
  const check = half.subarray(0, 8);
  const counts: { [name: string]: number } = { "ssh-rsa": 6, "ssh-dss": 5, "ssh-ed25519": 2 };
  const [name = Buffer.alloc(0)] = wireStrings(half.subarray(8), 1);
  const count = counts[name.toString()] ?? 3;
  const strings = wireStrings(half.subarray(8), count + 2);
  const changed = [name, ...change(strings.slice(1, 1 + count)), strings.at(-1) ?? ""];
  const unpadded = Buffer.concat([check, wire(...changed)]);
  const padding = Buffer.from([1, 2, 3, 4, 5, 6, 7].slice(0, (8 - (unpadded.length % 8)) % 8));
  const content = Buffer.concat([head, wire(blob, Buffer.concat([unpadded, padding]))]);
  return [begin, content.toString("base64"), rest.at(-1), ""].join("\n");
}
