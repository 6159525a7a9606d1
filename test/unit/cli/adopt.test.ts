import { runInNewContext, runInThisContext } from "node:vm";
import fc from "fast-check";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { createBackendCatalog } from "../../../provider/backends";
import { resourceNames } from "../../../provider/cli/adopt/names";
import { type Declaration, PROGRAMS, type Program } from "../../../provider/cli/adopt/program";
import { keyPairSets } from "../../../provider/cli/adopt/sets";
import { whyLeftOut } from "../../../provider/cli/adopt/unusable";
import { nameMatcher } from "../../../provider/cli/pairs/options";
import { escapedInPython, escapedInTypeScript, quoted, visible } from "../../../provider/cli/quoted";
import { ed25519Key } from "../core/support/keys";
import { found } from "./support/found";

/** Texts that end a literal, a comment or a line, or mean something to one of the languages. */
const HOSTILE = [
  `"'\``,
  "\\",
  '\\\\"',
  "line\nbreak\r\n\u0085\u2028\u2029\0\x1b[2J",
  ["$", "{process.exit(1)}"].join(""),
  ["$$", "{pulumi.stack} $ $$ $$$"].join(""),
  "*/ // # ''' \"\"\" %s {x}",
  "\u202e\u200b\ufeff\u00a0\u3000",
  "键 😀 👩‍👩‍👧 \u{e0001}",
  "__proto__",
  "constructor",
  "yes",
  "null",
  "~",
  "1e3",
  "- a: b",
  " lead and trail ",
  "",
  "\\u0041 \\N{BULLET} \\x41",
];

const hostileTags = Object.fromEntries(HOSTILE.map((text, n) => [text, HOSTILE.at(-1 - n) ?? ""]));

/** Every argument, each with hostile values. */
const DECLARATIONS: Declaration[] = [
  ...HOSTILE.filter(Boolean).map(
    (text): Declaration => ({
      type: "KeyPair",
      name: text,
      comment: `about ${text}`,
      args: {
        keyPairName: text,
        publicKeyBody: `ssh-rsa AAAA ${text}`,
        tags: { [text]: text },
        resourceGroupId: text,
        onExisting: "adopt",
        connection: {
          backend: "alibaba",
          region: text,
          endpoint: text,
          profile: text,
          cloud: text,
          path: text,
        },
      },
    }),
  ),
  {
    type: "KeyPairSet",
    name: "set",
    args: {
      publicKeys: hostileTags,
      regions: HOSTILE,
      keyPairNamePrefix: "",
      tags: hostileTags,
      onExisting: "adopt",
    },
  },
];

const program = (declarations: Declaration[]): Program => ({
  header: HOSTILE.map((text) => `Left out ${text}.`),
  declarations,
  isForPlugin: false,
});

/** Runs the program with classes that only note what they are given. */
function runTypeScript(text: string): Declaration[] {
  const { outputText, diagnostics } = ts.transpileModule(text, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
    reportDiagnostics: true,
  });
  expect(diagnostics).toEqual([]);
  const made: Declaration[] = [];
  const noting = (type: Declaration["type"]) =>
    class {
      constructor(name: string, args: Declaration["args"], options: object) {
        expect({ ...options }).toEqual({ protect: true });
        made.push({ type, name, args });
      }
    };
  const required: string[] = [];
  runInNewContext(outputText, {
    exports: {},
    require(name: string) {
      required.push(name);
      return { KeyPair: noting("KeyPair"), KeyPairSet: noting("KeyPairSet") };
    },
  });
  expect(required).toEqual(["pulumi-keypair"]);
  return made;
}

/** Reads the program as Pulumi's language for YAML does. */
function readYaml(text: string, version: "1.1" | "1.2"): Declaration[] {
  const { resources } = parse(text, { version, uniqueKeys: true, prettyErrors: true });
  return Object.entries<{ type: string; properties: object; options: object }>(resources).map(
    ([name, { type, properties, options }]) => {
      expect(options).toEqual({ protect: true });
      const args = interpolated(properties);
      return {
        type: type.replace("keypair:", "") as Declaration["type"],
        name,
        args: args as Declaration["args"],
      };
    },
  );
}

/** pulumi-yaml v1.25.0, pkg/pulumiyaml/ast/interpolation.go; keys of maps too. An expression is an error here. */
function interpolated(value: unknown): unknown {
  if (typeof value === "string") {
    return value.replace(/\$\$|\$\{/g, (mark) => {
      if (mark === "$$") return "$";
      throw new Error(`an expression: ${value}`);
    });
  }
  if (Array.isArray(value)) return value.map(interpolated);
  if (typeof value !== "object" || value === null) throw new Error(`neither text nor map: ${value}`);
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [interpolated(key), interpolated(member)]),
  );
}

/** JSON makes the objects of another context plain ones. */
const plain = (value: unknown) => JSON.parse(JSON.stringify(value));
const withoutComments = (declarations: Declaration[]) => declarations.map(({ comment: _, ...said }) => said);

describe("a generated program says what the pairs have, whatever that is,", () => {
  it("in TypeScript", () => {
    const text = PROGRAMS.typescript.text(program(DECLARATIONS));
    expect(plain(runTypeScript(text))).toEqual(plain(withoutComments(DECLARATIONS)));
    expect(text).not.toMatch(/[^\n\P{C}]|[\p{Zl}\p{Zp}]/u);
  });

  it.each(["1.1", "1.2"] as const)("in YAML %s", (version) => {
    const text = PROGRAMS.yaml.text(program(DECLARATIONS));
    expect(readYaml(text, version)).toEqual(withoutComments(DECLARATIONS));
    expect(text).not.toMatch(/[^\n\P{C}]|[\p{Zl}\p{Zp}]/u);
  });

  it("in any text that there is", () => {
    const character = fc.nat(0x10ffff).filter((number) => number < 0xd800 || number > 0xdfff);
    const part = fc.oneof(
      fc.constantFrom(...HOSTILE),
      character.map((number) => String.fromCodePoint(number)),
    );
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        const text = parts.join("");
        expect(runInThisContext(quoted(text, escapedInTypeScript))).toBe(text);
        expect(parse(quoted(text, escapedInPython))).toBe(text);
      }),
    );
  });

  it("and reads as somebody would write it", () => {
    const said: Declaration[] = [
      {
        type: "KeyPair",
        name: "web",
        comment: "Its key cannot be read.",
        args: {
          keyPairName: "web",
          publicKeyBody: "ssh-rsa AAAA anna@laptop",
          tags: { team: "ops" },
          onExisting: "adopt",
          connection: { backend: "alibaba", region: "cn-shanghai" },
        },
      },
    ];
    const pairs: Program = { header: ["Written by a test."], declarations: said, isForPlugin: true };
    expect(PROGRAMS.typescript.text(pairs)).toBe(`// Written by a test.
import { KeyPair } from "pulumi-keypair/plugin";

// Its key cannot be read.
new KeyPair(
  "web",
  {
    keyPairName: "web",
    publicKeyBody: "ssh-rsa AAAA anna@laptop",
    tags: {
      "team": "ops",
    },
    onExisting: "adopt",
    connection: {
      backend: "alibaba",
      region: "cn-shanghai",
    },
  },
  { protect: true },
);
`);
    expect(PROGRAMS.python.text(pairs)).toBe(`# Written by a test.
import pulumi
import pulumi_keypair as keypair

# Its key cannot be read.
keypair.KeyPair(
    "web",
    key_pair_name="web",
    public_key_body="ssh-rsa AAAA anna@laptop",
    tags={
        "team": "ops",
    },
    on_existing=keypair.OnExisting.ADOPT,
    connection=keypair.ConnectionArgs(backend=keypair.BackendName.ALIBABA, region="cn-shanghai"),
    opts=pulumi.ResourceOptions(protect=True),
)
`);
    expect(PROGRAMS.yaml.text(pairs)).toBe(`# Written by a test.
resources:
  # Its key cannot be read.
  "web":
    type: keypair:KeyPair
    properties:
      keyPairName: "web"
      publicKeyBody: "ssh-rsa AAAA anna@laptop"
      tags:
        "team": "ops"
      onExisting: "adopt"
      connection:
        backend: "alibaba"
        region: "cn-shanghai"
    options:
      protect: true
`);
  });
});

describe("the names of the resources", () => {
  const namesOf = (...pairs: ReturnType<typeof found>[]) => [...resourceNames(pairs).values()].toSorted();

  it("are those of the pairs, without what is special somewhere", () => {
    expect(namesOf(found("anna"), found("a.b_c-1"), found("键对"), found("x y/z:$"))).toEqual(
      ["anna", "a.b_c-1", "键对", "x-y-z--"].toSorted(),
    );
  });

  it("get their region where they would be the same, or else a number", () => {
    const pairs = [
      found("web", { region: "a" }),
      found("web", { region: "b" }),
      found("web-a", { region: "b" }),
      found("x:y", { region: "a" }),
      found("x y", { region: "a" }),
      found("pulumi"),
    ];
    expect(namesOf(...pairs)).toEqual(["pulumi-2", "web-a", "web-a-2", "web-b", "x-y-a", "x-y-a-2"]);
  });
});

describe("KeyPairSets", () => {
  const line = (label: string) => ed25519Key(label).publicKey;
  const inRegion = (region: string, name: string, more: Parameters<typeof found>[1] = {}) =>
    found(name, { region, connection: { region }, ...more });

  it("hold pairs that have tags, resource group and regions in common", () => {
    const tags = { team: "ops" };
    const pairs = [
      inRegion("a", "team-anna", { tags }),
      inRegion("b", "team-anna", { tags }),
      inRegion("a", "team-bert", { tags }),
      inRegion("b", "team-bert", { tags }),
      inRegion("a", "team-carl", { tags }),
      inRegion("a", "dora", { tags, resourceGroupId: "rg-1" }),
    ];
    expect(keyPairSets(pairs)).toEqual([
      {
        type: "KeyPairSet",
        name: "team",
        args: {
          publicKeys: { anna: line("team-anna"), bert: line("team-bert") },
          regions: ["a", "b"],
          keyPairNamePrefix: "team-",
          tags,
          onExisting: "adopt",
        },
      },
      {
        type: "KeyPairSet",
        name: "key-pairs",
        args: {
          publicKeys: { "team-carl": line("team-carl") },
          regions: ["a"],
          keyPairNamePrefix: "",
          tags,
          onExisting: "adopt",
        },
      },
      {
        type: "KeyPairSet",
        name: "key-pairs-2",
        args: {
          publicKeys: { dora: line("dora") },
          regions: ["a"],
          keyPairNamePrefix: "",
          tags,
          resourceGroupId: "rg-1",
          onExisting: "adopt",
        },
      },
    ]);
  });

  it("keep apart pairs of one name that hold different keys, or have different tags", () => {
    const sets = keyPairSets([
      inRegion("a", "web", { keyOf: "one" }),
      inRegion("b", "web", { keyOf: "two" }),
      inRegion("c", "web", { keyOf: "one", tags: { x: "1" } }),
    ]);
    expect(sets.map(({ args }) => [args.publicKeys, args.regions])).toEqual([
      [{ web: line("one") }, ["a"]],
      [{ web: line("two") }, ["b"]],
      [{ web: line("one") }, ["c"]],
    ]);
  });

  it("name no region where the configuration does", () => {
    const [set] = keyPairSets([found("web", { region: "a" })]);
    expect(set?.args).not.toHaveProperty("regions");
    const [both] = keyPairSets([found("web", { region: "a" }), inRegion("b", "web")]);
    expect(both?.args.regions).toEqual(["a", "b"]);
  });

  it("have a prefix that leaves each member a name", () => {
    const prefixOf = (...names: string[]) =>
      keyPairSets(names.map((name) => found(name))).map(({ args }) => args.keyPairNamePrefix);
    expect(prefixOf("team-a-x", "team-a-y")).toEqual(["team-a-"]);
    expect(prefixOf("team-", "team-a")).toEqual([""]);
    expect(prefixOf("teamwork", "team-a")).toEqual([""]);
    // No member can be called so.
    expect(prefixOf("team-a-x", "team-a-constructor")).toEqual(["team-"]);
    expect(prefixOf("team-a-x", "team-a-fn::x")).toEqual(["team-"]);
  });

  it("have a name that a program in any language can give", () => {
    expect(keyPairSets([found("pulumi-a"), found("pulumi-b")]).map(({ name }) => name)).toEqual(["pulumi-2"]);
  });
});

describe("a pair is left out", () => {
  const catalog = createBackendCatalog();
  const why = (
    pair: ReturnType<typeof found>,
    form: "pairs" | "set" | "import" = "pairs",
    language = "typescript",
  ) => whyLeftOut(pair, form, language as "typescript", catalog);

  it("where the provider's rules would refuse it", () => {
    expect(why(found("fine", { tags: { a: "b" }, resourceGroupId: "rg-1" }))).toBeUndefined();
    expect(why(found("1st"))).toMatch(/^it does not start with a letter\. A name has/);
    expect(why(found("tagged", { tags: { "http://": "x" } }))).toContain("cannot contain");
    expect(why(found("grouped", { resourceGroupId: "mine" }))).toContain(
      '"mine" is not the id of a resource group',
    );
  });

  it("where its key cannot be read, and has to be compared", () => {
    expect(why(found("odd", { keyOf: null }))).toBe("its key cannot be read: it is two lines");
    expect(why(found("odd", { keyOf: null }), "import")).toBeUndefined();
  });

  it("where its name can be no member of a set", () => {
    expect(why(found("constructor"), "set")).toContain("cannot be the name of a member");
    expect(why(found("constructor"))).toBeUndefined();
  });

  it("where its tag would be called as a function", () => {
    const pair = found("called", { tags: { "Fn::readFile": "/etc/passwd", a: "b" } });
    expect(why(pair, "pairs", "yaml")).toBe(
      'its tag "Fn::readFile" is the call of a function in a Pulumi program in YAML',
    );
    expect(why(pair, "pairs", "python")).toBeUndefined();
  });
});

it.each([
  ["web*", "web-1", true],
  ["web*", "a-web", false],
  ["*-web", "a-web", true],
  ["a*b*c", "a-b\n-c", true],
  ["web", "web-1", false],
  ["a.b+(c)", "a.b+(c)", true],
  ["a.c", "abc", false],
])("the pattern %j and the name %j", (pattern, name, isMeant) => {
  expect(nameMatcher(pattern)(name)).toBe(isMeant);
});

it("nothing unseen reaches a terminal", () => {
  expect(visible("a\x1b[2Jb\u202ec\u{e0001}d 键")).toBe("a\\u001b[2Jb\\u202ec\\u{e0001}d 键");
});
