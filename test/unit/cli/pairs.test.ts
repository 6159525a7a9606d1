import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { findPairs } from "../../../provider/cli/pairs/find";
import type { PairsOptions } from "../../../provider/cli/pairs/options";
import { settingsFor } from "../../../provider/cli/pairs/settings";
import { EXIT, runCli } from "../../../provider/cli/program";
import type { ResolvedConnection } from "../../../provider/core/backend";
import { DEFAULT_TIMEOUT_SECONDS, type ProviderSettings } from "../../../provider/core/connection";
import { KeyPairError } from "../../../provider/core/errors";
import type { Connection } from "../../../provider/core/model";
import { catalogOf, FakeBackend } from "../core/support/fakeBackend";
import { ed25519Key } from "../core/support/keys";

const SECRET = "a-secret-of-the-stack";

describe("what the stack's configuration says", () => {
  const config = JSON.stringify({
    "keypair:backend": { value: "alibaba", secret: false },
    "keypair:region": { value: "cn-hangzhou", secret: false },
    "keypair:accessKeyId": { value: "an-id", secret: false },
    "keypair:accessKeySecret": { value: SECRET, secret: true },
    "keypair:defaultTags": { value: '{"team":"ops"}', objectValue: { team: "ops" }, secret: false },
    "other:region": { value: "elsewhere", secret: false },
  });
  let complaints: string;
  let asked: (string | undefined)[];
  const settings = (options: PairsOptions, exported: () => string = () => config) =>
    settingsFor(options, {
      complain: (text) => {
        complaints += text;
      },
      exportConfiguration: async (stack) => {
        asked.push(stack);
        return exported();
      },
    });
  const failing = () => {
    throw new KeyPairError({ code: "Configuration", message: "no stack is selected" });
  };

  beforeEach(() => {
    complaints = "";
    asked = [];
    const folder = mkdtempSync(join(tmpdir(), "keypair-pairs-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, "Pulumi.yaml"), "name: test\nruntime: nodejs\n");
    vi.spyOn(process, "cwd").mockReturnValue(folder);
  });
  afterEach(() => void vi.restoreAllMocks());

  it("is read in the folder of a project, of the selected stack or the one that is named", async () => {
    expect(await settings({})).toMatchObject({
      connection: { backend: "alibaba", region: "cn-hangzhou" },
      credentials: { accessKeyId: "an-id", accessKeySecret: SECRET },
      defaultTags: { team: "ops" },
    });
    await settings({ stack: "prod" });
    expect(asked).toEqual([undefined, "prod"]);
    expect(complaints).toBe("");
  });

  it("is not asked for outside of a project, unless a stack is named", async () => {
    vi.spyOn(process, "cwd").mockReturnValue(tmpdir());
    expect((await settings({})).connection).toEqual({});
    expect(asked).toEqual([]);
    await settings({ stack: "org/project/prod" });
    expect(asked).toEqual(["org/project/prod"]);
  });

  it("is needed where the command line names no cloud, else its absence is told", async () => {
    await expect(settings({}, failing)).rejects.toThrow("no stack is selected");
    await expect(settings({ backend: "local", stack: "prod" }, failing)).rejects.toThrow(
      "no stack is selected",
    );
    expect((await settings({ backend: "local" }, failing)).connection).toEqual({});
    expect(complaints).toBe("pulumi-keypair: the stack's configuration is not used: no stack is selected.\n");
  });

  it("is never repeated where it cannot be read", async () => {
    for (const text of [`${config}x`, `${SECRET}`, "null", "[]"]) {
      const error: unknown = await settings({}, () => text).catch((thrown: unknown) => thrown);
      expect(String(error) + JSON.stringify(error) + complaints).not.toContain(SECRET);
    }
  });
});

describe("the place of a pair", () => {
  class Elsewhere extends FakeBackend {
    constructor(override readonly region: string | undefined) {
      super();
      this.put("web", ed25519Key("web").publicKey);
    }
  }
  const catalog = {
    ...catalogOf(new FakeBackend()),
    open: async ({ region }: ResolvedConnection) => new Elsewhere(region),
  };
  const connectionIn = async (connection: Connection, options: PairsOptions) => {
    const settings: ProviderSettings = {
      connection,
      credentials: {},
      timeoutSeconds: DEFAULT_TIMEOUT_SECONDS,
      projectFolder: "/",
    };
    const { pairs } = await findPairs(options, settings, catalog);
    return pairs.map((pair) => pair.connection);
  };

  it("is said as far as the configuration does not say it", async () => {
    const configured: Connection = { backend: "local", region: "here", path: "store" };
    expect(await connectionIn(configured, {})).toEqual([{}]);
    expect(await connectionIn(configured, { backend: "local", region: ["here", "there"] })).toEqual([
      {},
      { region: "there" },
    ]);
    expect(await connectionIn({ region: "here" }, { backend: "local", region: ["here"] })).toEqual([
      { backend: "local" },
    ]);
    expect(await connectionIn({}, { backend: "local", path: "store" })).toEqual([
      { backend: "local", path: "store" },
    ]);
  });

  it("is said with its endpoint where the configured one, even the same, does not serve the region", async () => {
    const endpoint = "http://127.0.0.1:1";
    const configured: Connection = { backend: "alibaba", region: "cn-hangzhou", endpoint };
    const options: PairsOptions = { region: ["cn-hangzhou", "cn-shanghai"], endpoint };
    expect(await connectionIn(configured, options)).toEqual([{}, { region: "cn-shanghai", endpoint }]);
    const everywhere = { ...configured, endpoint: "http://{region}.test" };
    expect(await connectionIn(everywhere, { region: ["cn-shanghai"] })).toEqual([{ region: "cn-shanghai" }]);
  });

  it("has to be said somewhere", async () => {
    await expect(connectionIn({}, {})).rejects.toThrow(
      "it is not said which cloud to look at. Name it with --backend, or run this in the folder of a Pulumi project whose stack configures keypair:backend.",
    );
  });
});

describe("the command line", () => {
  it.each([
    [["list", "--region", "a,,b"], "It has an empty name."],
    [["list", "--region", "a", "--all-regions"], "cannot be used with option '--region <names>'"],
    [["list", "--tag", "team"], "A tag is given as key=value."],
    [["list", "--tag", "=ops"], "A tag is given as key=value."],
    [["list", "--tag", "a=1", "--tag", "a=2"], "The key a is given twice."],
    [["list", "--backend", "aws"], "argument 'aws' is invalid"],
    [["adopt", "--language", "cobol"], "argument 'cobol' is invalid"],
    [["adopt", "--as", "folder"], "argument 'folder' is invalid"],
    [["adopt", "extra"], "too many arguments"],
  ])("%j is wrong usage", async (args, said) => {
    let err = "";
    const complain = (text: string) => {
      err += text;
    };
    expect(await runCli(args, { stdin: () => process.stdin, print() {}, complain })).toBe(EXIT.usage);
    expect(err).toContain(said);
  });

  it.each([
    ["list", [0, 1, 2]],
    ["adopt", [0, 1, 2, 3]],
  ])("the help of %s tells its exit codes", async (name, codes) => {
    let out = "";
    const print = (text: string) => {
      out += text;
    };
    expect(await runCli([name, "--help"], { stdin: () => process.stdin, print, complain() {} })).toBe(0);
    for (const code of codes) expect(out).toMatch(new RegExp(`^  ${code}  \\w`, "m"));
  });
});
