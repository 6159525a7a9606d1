import { type Dirent, readdirSync } from "node:fs";
import { extname, join, parse } from "node:path";
import type { PublicKey } from "../../keys";
import { sameKeyLine } from "../keyPair/compare";
import { resolvePublicKey } from "../keyPair/publicKeySource";
import { fileError } from "../privateKeyFile/fileError";
import { fileOf } from "../projectFolder";
import { about, type Findings } from "../resource/findings";
import { memberNameProblem } from "./members";

/** A member's key, and where the program gives it. */
export interface GivenKey {
  member: string;
  /** The argument, or the file's name: problems are reported there. */
  property: string;
  key: PublicKey & { line: string };
}

/**
 * The keys of a folder's files, in the order of their names. A file's name without its ending is the member's name. Hidden files are
 * skipped. Any other entry that holds no key is reported by its name. Of a file that holds a private key, only the public half is
 * returned. Several files of one key and one name give one member.
 * @param folder  As the program gives it.
 */
export function keysOfFolder(folder: string, projectFolder: string, findings: Findings): GivenKey[] {
  const path = fileOf(folder, projectFolder);
  const entries = entriesOf(path, findings);
  // Else a checkout that left the files out would remove everybody.
  if (entries?.length === 0)
    findings.fail(
      "publicKeyFolder",
      `${path} holds no key file. If all members of it are to leave, take publicKeyFolder out of the program`,
    );
  const keys = (entries ?? []).flatMap((entry) => {
    const { name } = entry;
    if (entry.isDirectory()) {
      findings.fail(name, `${join(path, name)} is a folder, and only the files of publicKeyFolder are read`);
      return [];
    }
    const read = () => resolvePublicKey({ publicKeyFile: join(path, name) }, projectFolder);
    const { name: member, ext } = parse(name);
    const problem = memberNameProblem(member) ?? putAsideProblem(name, member, ext);
    if (problem) {
      findings.fail(name, problem);
      return [];
    }
    const key = findings.attempt(name, () => about(name, read));
    return key ? [{ member, property: name, key }] : [];
  });
  return [...Map.groupBy(keys, ({ member }) => member).values()].map((ofMember) =>
    oneOfMember(ofMember, folder, findings),
  );
}

/** The endings of key files. */
const KEY_ENDINGS: readonly string[] = [".pub", ".pem", ".ppk", ".key"];

/** What people, editors and tools end the name of a file with that is not to be used any more. */
const PUT_ASIDE: readonly string[] = [".bak", ".disabled", ".off", ".old", ".orig", ".save", ".swp", ".tmp"];

/**
 * Who renames `bert.pub` to `bert.old` wants no member `bert`, and to `bert.pub.txt` no member `bert.pub`. The public half of
 * `deploy.key` is `deploy.key.pub`.
 */
function putAsideProblem(name: string, member: string, ext: string): string | undefined {
  if (name.endsWith("~") || PUT_ASIDE.includes(ext.toLowerCase()))
    return `${name} counts as put aside: take the file out of publicKeyFolder, or begin its name with a dot. If it is a member's key, give it the ending .pub.`;
  if (ext === ".pub" || !KEY_ENDINGS.includes(extname(member))) return undefined;
  return `"${member}" would be a member: take the file out of publicKeyFolder, or begin its name with a dot. For a member of its own, give it another name.`;
}

/** Of the files that `ssh-keygen` makes (`anna`, `anna.pub`), the public one. Files with different keys are reported. */
function oneOfMember(ofMember: GivenKey[], folder: string, findings: Findings): GivenKey {
  const kept = ofMember.find(({ property }) => extname(property) === ".pub") ?? (ofMember[0] as GivenKey);
  for (const other of ofMember) {
    if (sameKeyLine(other.key.line, kept.key.line)) continue;
    const [first, second] = [other, kept].map(({ property }) => join(folder, property)).sort();
    findings.fail(
      other.property,
      `${first} and ${second} both name ${kept.member}, with different keys: keep one of them`,
    );
  }
  return kept;
}

/** `undefined`: the folder cannot be read, which is reported. */
function entriesOf(path: string, findings: Findings): Dirent[] | undefined {
  const entries = findings.attempt("publicKeyFolder", () => {
    try {
      return readdirSync(path, { withFileTypes: true });
    } catch (error) {
      throw fileError(error, "read", path, "publicKeyFolder");
    }
  });
  const visible = entries?.filter(({ name }) => !name.startsWith("."));
  return visible?.sort((a, b) => (a.name < b.name ? -1 : 1));
}
