import type { KeyPairArgs, Tags } from "../../core/model";
import { pythonProgram } from "./python";
import { typescriptProgram } from "./typescript";
import { yamlProgram } from "./yaml";

/** What a generated program says of a resource, in the order in which it says it. */
export interface Declaration {
  type: "KeyPair" | "KeyPairSet";
  /** The resource's name; unique in the program. */
  name: string;
  args: DeclaredArgs;
  /** What the reader has to know about it, one line. */
  comment?: string | undefined;
}

export type DeclaredArgs = Pick<
  KeyPairArgs,
  | "keyPairName"
  | "keyPairNamePrefix"
  | "publicKeyBody"
  | "tags"
  | "resourceGroupId"
  | "onExisting"
  | "connection"
> & {
  /** Of a set: member to public key. */
  publicKeys?: Tags;
  regions?: string[];
};

/** A program as the generators get it. */
export interface Program {
  /** Lines for the top of the file, without the marks of a comment. */
  header: string[];
  declarations: Declaration[];
  /** The classes of the plugin, not the dynamic ones. */
  isForPlugin: boolean;
}

export const LANGUAGES = ["typescript", "python", "yaml"] as const;
export type Language = (typeof LANGUAGES)[number];

interface LanguageParts {
  /** The file that is written. */
  file: string;
  text(program: Program): string;
  /** How the file becomes a part of a project. */
  use: string;
}

export const PROGRAMS: Record<Language, LanguageParts> = {
  typescript: {
    file: "adopted.ts",
    text: typescriptProgram,
    use: 'Load it in the program: import "./adopted";',
  },
  python: { file: "adopted.py", text: pythonProgram, use: "Load it in the program: import adopted" },
  yaml: {
    file: "adopted.yaml",
    text: yamlProgram,
    use: "Put its resources under those of Pulumi.yaml, or name it Main.yaml if the project has none.",
  },
};
