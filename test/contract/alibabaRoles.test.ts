import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { type EcsEmulator, startEcsEmulator } from "../emulator/ecs/server";
import type { AccessKey } from "../emulator/ecs/signature";
import { compile } from "../support/compile";
import { LocalSts } from "./support/sts";

/* Credentials that the vendor's library gets from STS, in a process of its own, as the engine starts it. */

const BASE: AccessKey = { id: "base-id", secret: "base-secret-of-a-test" };
const TOKEN = "an-oidc-token-of-a-test";
const ROLE = "acs:ram::1000000000000001:role/deploy";

let compiled = "";
beforeAll(() => {
  compiled = compile();
});
afterAll(() => rmSync(compiled, { recursive: true }));

let home = "";
let sts: LocalSts;
let emulator: EcsEmulator;
let seen: string[] = [];

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), "keypair-roles-"));
  seen = [];
  const accessKeys = [BASE];
  sts = await new LocalSts(home, accessKeys, TOKEN).start();
  emulator = await startEcsEmulator({
    accessKeys,
    onRequest: ({ headers }) =>
      seen.push(/Credential=([^,]+)/.exec(headers["authorization"] ?? "")?.[1] ?? ""),
  });
  writeFileSync(join(home, "redirect.cjs"), sts.redirect());
  writeFileSync(join(home, "token"), TOKEN);
  return async () => {
    await Promise.all([sts.close(), emulator.close()]);
    rmSync(home, { recursive: true });
  };
});

function profiles(...given: Record<string, string>[]): void {
  mkdirSync(join(home, ".aliyun"));
  writeFileSync(join(home, ".aliyun/config.json"), JSON.stringify({ current: "deploy", profiles: given }));
}

/** Lists the key pairs of a region each time that it is asked to. */
const LISTER = `
  require(process.env.REDIRECT);
  const { createBackendCatalog } = require("./provider/backends");
  const connection = { backend: "alibaba", region: "cn-hangzhou", endpoint: process.env.ECS };
  if (process.env.PROFILE) connection.profile = process.env.PROFILE;
  const operation = () => ({ signal: new AbortController().signal, deadline: Date.now() + 20000, progress() {} });
  const catalog = createBackendCatalog();
  const opened = catalog.open(connection, {});
  process.on("message", () =>
    opened.then((backend) => backend.listKeyPairs({}, operation()))
      .then(() => "listed", (error) => error.message)
      .then((answer) => process.send(answer)));
  process.send("ready");`;

async function start(environment: NodeJS.ProcessEnv): Promise<() => Promise<string>> {
  writeFileSync(join(compiled, "lister.cjs"), LISTER);
  const child: ChildProcess = fork(join(compiled, "lister.cjs"), [], {
    cwd: compiled,
    env: {
      PATH: process.env["PATH"],
      HOME: home,
      NODE_EXTRA_CA_CERTS: sts.certificate,
      REDIRECT: join(home, "redirect.cjs"),
      ECS: emulator.endpoint,
      ALIBABA_CLOUD_ECS_METADATA_DISABLED: "true",
      ...environment,
    },
    execArgv: [],
  });
  onTestFinished(() => void child.kill());
  await once(child, "message");
  return async () => {
    child.send("list");
    const [answer] = await once(child, "message");
    return String(answer);
  };
}

describe("a role of RAM", () => {
  const base = { name: "base", mode: "AK", access_key_id: BASE.id, access_key_secret: BASE.secret };
  const first = {
    name: "first",
    mode: "ChainableRamRoleArn",
    source_profile: "base",
    ram_role_arn: `${ROLE}-first`,
    ram_session_name: "test",
    sts_region: "cn-hangzhou",
  };

  it("is assumed by way of another one (ChainableRamRoleArn)", async () => {
    profiles(base, first, { ...first, name: "deploy", source_profile: "first", ram_role_arn: ROLE });
    const list = await start({ PROFILE: "deploy" });
    expect(await list()).toBe("listed");
    expect(sts.calls).toEqual([
      { action: "AssumeRole", by: BASE.id, role: `${ROLE}-first` },
      { action: "AssumeRole", by: "STS.1", role: ROLE },
    ]);
    expect(new Set(seen)).toEqual(new Set(["STS.2"]));
  });

  it("that refuses is a plain error, which shows no credential", async () => {
    profiles({ ...base, access_key_secret: "another-secret-of-a-test" }, first);
    const list = await start({ PROFILE: "first" });
    const answer = await list();
    expect(answer).toContain('the profile "first" gives no credentials for Alibaba Cloud');
    expect(answer).not.toMatch(/secret-of-a-test|the mock refuses/);
  });

  it("is assumed again before its credentials expire, in the middle of the work", async () => {
    // The library renews credentials of which less than 15 minutes are left.
    sts.validSeconds = 15 * 60 + 3;
    profiles(base, { ...first, name: "deploy" });
    const list = await start({ PROFILE: "deploy" });
    expect(await list()).toBe("listed");
    expect(await list()).toBe("listed");
    expect(sts.calls).toHaveLength(1);
    sts.validSeconds = 3_600;
    await expect.poll(list, { timeout: 20_000, interval: 1_000 }).toSatisfy(() => sts.calls.length === 2);
    expect(seen.at(-1)).toBe("STS.2");
    expect(await list()).toBe("listed");
    expect(sts.calls).toHaveLength(2);
  });
});

describe("OIDC, as in a pod of Kubernetes or a pipeline", () => {
  it("works by a profile", async () => {
    profiles({
      name: "deploy",
      mode: "OIDC",
      oidc_provider_arn: "acs:ram::1000000000000001:oidc-provider/ack",
      oidc_token_file: join(home, "token"),
      ram_role_arn: ROLE,
      ram_session_name: "test",
      sts_region: "cn-hangzhou",
    });
    const list = await start({ PROFILE: "deploy" });
    expect(await list()).toBe("listed");
    expect(sts.calls).toEqual([{ action: "AssumeRoleWithOIDC", by: "", role: ROLE }]);
  });

  it("works by the environment, which names no profile", async () => {
    const list = await start({
      ALIBABA_CLOUD_ROLE_ARN: ROLE,
      ALIBABA_CLOUD_OIDC_PROVIDER_ARN: "acs:ram::1000000000000001:oidc-provider/ack",
      ALIBABA_CLOUD_OIDC_TOKEN_FILE: join(home, "token"),
    });
    expect(await list()).toBe("listed");
    expect(sts.calls).toEqual([{ action: "AssumeRoleWithOIDC", by: "", role: ROLE }]);
    expect(new Set(seen)).toEqual(new Set(["STS.1"]));
  });
});
