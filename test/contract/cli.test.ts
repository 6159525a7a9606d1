import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { KeyPairStore } from "../../provider/backends/local/store";
import { PROGRAMS } from "../../provider/cli/adopt/program";
import { runCli } from "../../provider/cli/program";
import type { Tags } from "../../provider/core/model";
import {
  type EcsEmulator,
  type EcsEmulatorOptions,
  startEcsEmulator,
  TEST_ACCESS_KEY,
} from "../emulator/ecs/server";
import { newLine } from "./support/workbench";

/* `pulumi-keypair list` and `adopt`, against the emulator of ECS and the local store. */

let folder: string;
const closers: (() => unknown)[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "keypair-cli-"));
  vi.stubEnv("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "true");
  vi.stubEnv("ALIBABA_CLOUD_ACCESS_KEY_ID", TEST_ACCESS_KEY.id);
  vi.stubEnv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", TEST_ACCESS_KEY.secret);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const close of closers.splice(0)) await close();
  rmSync(folder, { recursive: true });
});

async function ecs(options: EcsEmulatorOptions = {}): Promise<EcsEmulator> {
  const emulator = await startEcsEmulator({ hasFastKeys: true, ...options });
  closers.push(() => emulator.close());
  return emulator;
}

function store(): KeyPairStore {
  const opened = new KeyPairStore(join(folder, "store.sqlite"));
  closers.push(() => opened.close());
  return opened;
}

async function run(...args: string[]) {
  const printed = { out: "", err: "" };
  const exitCode = await runCli(args, {
    stdin: () => Readable.from([]),
    print: (text) => {
      printed.out += text;
    },
    complain: (text) => {
      printed.err += text;
    },
  });
  return { exitCode, ...printed };
}

const onEcs = ({ endpoint }: EcsEmulator) => ["--backend", "alibaba", "--endpoint", endpoint];
const onStore = () => ["--backend", "local", "--path", join(folder, "store.sqlite")];
const toFolder = () => ["--out", join(folder, "out")];
const written = () => (existsSync(join(folder, "out")) ? readdirSync(join(folder, "out")).toSorted() : []);
const read = (file: string) => readFileSync(join(folder, "out", file), "utf8");
const namesIn = ({ out }: { out: string }) =>
  JSON.parse(out).keyPairs.map(({ name, region }: { name: string; region: string }) => `${name} ${region}`);

describe("on ECS", () => {
  it("list finds the pairs of all regions, and says of each what is to be known", async () => {
    const emulator = await ecs();
    const publicKey = await newLine();
    emulator.store.import("cn-shanghai", { name: "web", publicKey, tags: { team: "ops" } });
    emulator.store.import("eu-central-1", { name: "www", publicKey, resourceGroupId: "rg-acfmxazb4p1" });
    emulator.store.attach("cn-shanghai", "web", ["i-1", "i-2"]);
    const listed = await run("list", ...onEcs(emulator), "--all-regions", "--json");
    expect(listed).toMatchObject({ exitCode: 0, err: "" });
    expect(JSON.parse(listed.out)).toEqual({
      keyPairs: [
        expect.objectContaining({
          name: "web",
          backend: "alibaba",
          region: "cn-shanghai",
          type: "ecdsa-sha2-nistp256",
          bits: 256,
          ageDays: 0,
          instanceIds: ["i-1", "i-2"],
          tags: { team: "ops" },
          sameKeyAs: [{ name: "www", region: "eu-central-1" }],
        }),
        expect.objectContaining({
          region: "eu-central-1",
          instanceIds: [],
          resourceGroupId: "rg-acfmxazb4p1",
        }),
      ],
      lookedAt: ["cn-hangzhou", "cn-qingdao", "cn-shanghai", "eu-central-1"].map(
        (region) => `alibaba ${region}`,
      ),
      unclear: [],
    });
  });

  it("list asks for the instances of all pairs at once, and for those of each pair if these are fewer calls", async () => {
    const emulator = await ecs();
    const publicKey = await newLine();
    for (const name of ["aa", "bb", "cc"]) emulator.store.import("cn-hangzhou", { name, publicKey });
    const attach = (name: string, count: number) => {
      for (let n = 0; n < count; n++) emulator.store.attach("cn-hangzhou", name, [`i-${name}${n}`]);
    };
    const listed = async () => {
      const before = emulator.count("DescribeInstances");
      const { out } = await run("list", ...onEcs(emulator), "--region", "cn-hangzhou", "--json");
      const { keyPairs } = JSON.parse(out) as { keyPairs: { instanceIds: string[] }[] };
      return {
        instances: keyPairs.map(({ instanceIds }) => instanceIds.length),
        calls: emulator.count("DescribeInstances") - before,
      };
    };
    attach("aa", 1);
    attach("bb", 40);
    expect(await listed()).toEqual({ instances: [1, 40, 0], calls: 1 });
    attach("cc", 240);
    expect(await listed()).toEqual({ instances: [1, 40, 240], calls: 2 + 1 + 1 + 3 });
  });

  it("the filters narrow what is found", async () => {
    const emulator = await ecs();
    const add = (name: string, tags: Tags, resourceGroupId?: string, region = "cn-hangzhou") =>
      emulator.store.import(region, {
        name,
        publicKey: line,
        tags,
        ...(resourceGroupId && { resourceGroupId }),
      });
    const line = await newLine();
    add("web-1", { team: "ops", stage: "live" }, "rg-acfmxazb4p1");
    add("web-2", { team: "ops", note: "a=b" });
    add("db", { team: "ops", stage: "live" });
    add("web-3", { team: "ops", stage: "live" }, undefined, "cn-shanghai");
    const found = async (...filters: string[]) =>
      namesIn(await run("list", ...onEcs(emulator), "--json", ...filters));
    const here = ["--region", "cn-hangzhou"];
    expect(await found(...here)).toEqual(["db cn-hangzhou", "web-1 cn-hangzhou", "web-2 cn-hangzhou"]);
    expect(await found(...here, "--name-pattern", "web-*")).toEqual([
      "web-1 cn-hangzhou",
      "web-2 cn-hangzhou",
    ]);
    expect(await found(...here, "--tag", "team=ops", "--tag", "stage=live")).toEqual([
      "db cn-hangzhou",
      "web-1 cn-hangzhou",
    ]);
    expect(await found(...here, "--tag", "note=a=b")).toEqual(["web-2 cn-hangzhou"]);
    expect(await found(...here, "--resource-group", "rg-acfmxazb4p1")).toEqual(["web-1 cn-hangzhou"]);
    expect(await found("--region", "cn-hangzhou,cn-shanghai", "--name-pattern", "*-*")).toEqual([
      "web-1 cn-hangzhou",
      "web-2 cn-hangzhou",
      "web-3 cn-shanghai",
    ]);
  });

  it("a region that cannot be looked at is named; list shows the others, adopt writes nothing", async () => {
    const emulator = await ecs();
    emulator.store.import("cn-shanghai", { name: "web", publicKey: await newLine() });
    const both = [...onEcs(emulator), "--region", "cn-shanghai,not_a_region"];
    const listed = await run("list", ...both);
    expect(listed.exitCode).toBe(1);
    expect(listed.out).toMatch(/^web +cn-shanghai /m);
    expect(listed.err).toBe(
      'pulumi-keypair: alibaba not_a_region could not be looked at: "not_a_region" is not a region of Alibaba Cloud. ' +
        "Run `pulumi config set keypair:region cn-hangzhou`, set ALIBABA_CLOUD_REGION, or give `connection.region`.\n",
    );
    const adopted = await run("adopt", ...both, ...toFolder());
    expect(adopted).toMatchObject({ exitCode: 1, out: "" });
    expect(adopted.err).toContain("alibaba not_a_region could not be looked at");
    expect(written()).toEqual([]);
  });

  it("credentials that may not see instances list the pairs all the same", async () => {
    const emulator = await ecs({ accessKeys: [{ ...TEST_ACCESS_KEY, denied: ["DescribeInstances"] }] });
    emulator.store.import("cn-hangzhou", { name: "web", publicKey: await newLine() });
    const listed = await run("list", ...onEcs(emulator), "--region", "cn-hangzhou");
    expect(listed).toMatchObject({ exitCode: 0, err: "" });
    expect(listed.out).toMatch(/ 0d +\?\n/);
  });

  it("wrong credentials are an error, and are not shown", async () => {
    const emulator = await ecs();
    vi.stubEnv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "a-secret-that-is-wrong");
    const listed = await run("list", ...onEcs(emulator), "--region", "cn-hangzhou");
    expect(listed).toMatchObject({
      exitCode: 1,
      out: "",
      err: expect.stringContaining("could not be looked at"),
    });
    expect(listed.err).not.toContain("a-secret-that-is-wrong");
    expect((await run("list", ...onEcs(emulator), "--all-regions")).exitCode).toBe(1);
  });
});

describe("on the local store", () => {
  it("adopt never overwrites a file, and writes all or none", async () => {
    store().import("local", { name: "web", publicKey: await newLine() });
    const args = ["adopt", ...onStore(), ...toFolder(), "--as", "import"];
    expect((await run(...args)).exitCode).toBe(0);
    expect(written()).toEqual(["adopted-import.json", "adopted.ts"]);
    rmSync(join(folder, "out/adopted-import.json"));
    writeFileSync(join(folder, "out/adopted.ts"), "mine");
    expect(await run(...args)).toEqual({
      exitCode: 1,
      out: "",
      err: `pulumi-keypair: ${join(folder, "out/adopted.ts")} is there already. Files are never overwritten: move them away, or name another folder with --out.\n`,
    });
    expect(written()).toEqual(["adopted.ts"]);
    expect(read("adopted.ts")).toBe("mine");
  });

  it("adopt has nothing to write where there is no pair, and says where else there may be some", async () => {
    store();
    const adopted = await run("adopt", ...onStore(), ...toFolder(), "--name-pattern", "web*");
    expect(adopted).toMatchObject({ exitCode: 1, out: "" });
    expect(adopted.err).toMatch(
      /^pulumi-keypair: there is no key pair to take over \(local backend, region local, /,
    );
    expect(adopted.err).toMatch(/store\.sqlite\)\. Give --region, if they are in another one\. /);
    const inTwo = [...onStore(), "--region", "a,b"];
    expect((await run("adopt", ...inTwo, ...toFolder())).err).toContain(
      "pulumi-keypair: there is no key pair to take over (local backend, regions a, b). " +
        "`pulumi-keypair list` takes the same options and shows what is there.",
    );
    expect((await run("list", ...inTwo)).out).toBe("There are no key pairs (local backend, regions a, b).\n");
    expect(written()).toEqual([]);
  });

  it("adopt names what is left out, in the program too, and what its exit code says", async () => {
    const opened = store();
    opened.import("local", { name: "web", publicKey: await newLine() });
    opened.import("local", { name: "called", publicKey: await newLine(), tags: { "fn::readFile": "x" } });
    const adopted = await run("adopt", ...onStore(), ...toFolder(), "--language", "yaml");
    const reason = 'its tag "fn::readFile" is the call of a function in a Pulumi program in YAML';
    expect(adopted).toEqual({
      exitCode: 3,
      out: expect.stringContaining("adopted.yaml: 1 key pair.\n"),
      err: `pulumi-keypair: left out "called" (local local): ${reason}.\n`,
    });
    expect(read("adopted.yaml")).toContain(`# Left out "called" (local local): ${reason}.\n`);
    expect(read("adopted.yaml")).not.toMatch(/^ +"fn::/m);
  });

  it("a list of all regions is for Alibaba Cloud", async () => {
    store();
    expect(await run("list", ...onStore(), "--all-regions")).toMatchObject({
      exitCode: 1,
      err: expect.stringContaining("--all-regions is for Alibaba Cloud: local backend"),
    });
  });
});

const python = ["python3", "python"].find((name) => spawnSync(name, ["--version"]).status === 0);

describe.skipIf(python === undefined)("a generated program in Python", () => {
  const hostile = [
    `"'\\`,
    "a\nb\r\u2028\0\x1b",
    "{x} %s ''' \"\"\"",
    "键 😀 \u202e",
    "\\N{BULLET}",
    "__class__",
    "#",
  ];

  it("compiles, and says what the pairs have, whatever that is", () => {
    const tags = Object.fromEntries(hostile.map((text, n) => [text, hostile.at(-1 - n) ?? ""]));
    const text = PROGRAMS.python.text({
      header: hostile,
      isForPlugin: true,
      declarations: [
        ...hostile.map((name) => ({
          type: "KeyPair" as const,
          name,
          comment: name,
          args: {
            keyPairName: name,
            publicKeyBody: name,
            tags,
            connection: { backend: "alibaba" as const, region: name },
          },
        })),
        {
          type: "KeyPairSet",
          name: "set",
          args: { publicKeys: tags, regions: hostile, keyPairNamePrefix: "", onExisting: "adopt" },
        },
      ],
    });
    writeFileSync(join(folder, "adopted.py"), text);
    execFileSync(python ?? "", ["-m", "py_compile", join(folder, "adopted.py")]);

    // Classes that only print what they are given.
    writeFileSync(join(folder, "pulumi.py"), "class ResourceOptions(dict):\n  pass\n");
    writeFileSync(
      join(folder, "pulumi_keypair.py"),
      `import json
class ConnectionArgs(dict):
  pass
class BackendName:
  ALIBABA = "alibaba"
class OnExisting:
  ADOPT = "adopt"
def noted(kind):
  return lambda name, **args: print(json.dumps([kind, name, args]))
KeyPair = noted("KeyPair")
KeyPairSet = noted("KeyPairSet")
`,
    );
    const out = execFileSync(python ?? "", [join(folder, "adopted.py")], { encoding: "utf8" });
    const opts = { protect: true };
    expect(
      out
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line)),
    ).toEqual([
      ...hostile.map((name) => [
        "KeyPair",
        name,
        {
          key_pair_name: name,
          public_key_body: name,
          tags,
          connection: { backend: "alibaba", region: name },
          opts,
        },
      ]),
      [
        "KeyPairSet",
        "set",
        { public_keys: tags, regions: hostile, key_pair_name_prefix: "", on_existing: "adopt", opts },
      ],
    ]);
  });
});
