import { execFileSync } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { EXIT, runCli } from "../../provider/cli/program";

/* What can be told of every page without running it. The engine's tests compile and run the programs. */

const ROOT = join(__dirname, "../..");
const PAGES = ["*.md", "docs/*.md", "examples/*/*.md"].flatMap((pattern) => globSync(pattern, { cwd: ROOT }));

/** What has to go well with a block of code, by its language. */
const CHECKS: Record<string, (code: string) => unknown> = {
  sh: (code) => execFileSync("sh", ["-n", "-c", code], { stdio: "pipe" }),
  json: (code) => JSON.parse(code),
  yaml: (code) => parse(code),
};
/** Compiled or run by the engine's tests, or what a command printed. */
const CHECKED_ELSEWHERE = ["ts", "typescript", "js", "python", "console", ""];

const textOf = (page: string) => readFileSync(join(ROOT, page), "utf8");
const CODE = /^```(\w*)\n([\s\S]*?)^```$/gm;

/** The anchors that GitHub gives the headings of a page. */
function anchorsOf(page: string): string[] {
  const headings = [
    ...textOf(page)
      .replaceAll(CODE, "")
      .matchAll(/^#+ +(.*)$/gm),
  ].map(([, text = ""]) => text);
  const slugs = headings.map((heading) =>
    heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, "")
      .replaceAll(" ", "-"),
  );
  return slugs.map((slug, n) => {
    const before = slugs.slice(0, n).filter((other) => other === slug).length;
    return before > 0 ? `${slug}-${before}` : slug;
  });
}

async function help(...command: string[]): Promise<string> {
  let printed = "";
  const print = (text: string) => {
    printed += text;
  };
  const exitCode = await runCli([...command, "--help"], {
    stdin: () => Readable.from([]),
    print,
    complain: print,
  });
  expect(`${command}: ${exitCode}`).toBe(`${command}: ${EXIT.done}`);
  return printed;
}

describe.each(PAGES)("%s", (page) => {
  it("links to files and headings that are there", () => {
    const links = [
      ...textOf(page)
        .replaceAll(CODE, "")
        .matchAll(/\]\(([^)\s]+)[^)]*\)/g),
    ].map((match) => match[1] ?? "");
    for (const link of links.filter((target) => !/^https?:/.test(target))) {
      const [file = "", anchor] = link.split("#");
      const target = file ? join(dirname(page), file) : page;
      expect(existsSync(join(ROOT, target)), link).toBe(true);
      if (anchor !== undefined) expect(anchorsOf(target), link).toContain(anchor);
    }
  });

  it("has blocks of code that can be read", () => {
    for (const [, language = "", code = ""] of textOf(page).matchAll(CODE)) {
      const check = CHECKS[language];
      if (check) check(code);
      else expect(CHECKED_ELSEWHERE).toContain(language);
    }
  });
});

it("the pages name commands and options that `pulumi-keypair` has", async () => {
  const named = PAGES.flatMap((page) => [...textOf(page).matchAll(/(?:npx |`)pulumi-keypair ([^\n`#]+)/g)]);
  const commands = new Set(named.map(([, words = ""]) => words.trim()));
  expect(commands.size).toBeGreaterThan(9);
  const all = await help();
  for (const words of commands) {
    const [command = "", ...args] = words.split(/\s+/);
    expect(all).toMatch(new RegExp(`^ +${command} `, "m"));
    const options = args.filter((arg) => /^--/.test(arg));
    const known = await help(command);
    for (const option of options) expect(known, words).toMatch(new RegExp(`^ +${option}\\b`, "m"));
  }
});
