import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { type Cloud, resolveCloud } from "../../provider/backends/openstack/cloud";
import { VENDOR_PROFILES } from "../../provider/backends/openstack/vendorProfiles";
import { isKeyPairError } from "../../provider/core/errors";
import { describeOpenStack, startOpenStack } from "../support/openstack/openstack";

/*
 * The same files and variables, resolved by us and by openstacksdk. What openstacksdk says is the expectation; no cloud is
 * called.
 */

interface Case {
  title: string;
  /** By path under the folder that is HOME (`~/…`) or the program's folder (`./…`). */
  files?: Record<string, string>;
  environment?: Record<string, string>;
  cloud?: string;
  region?: string;
}

const FIXTURE = join(__dirname, "../fixtures/openstack/clouds.cases.yaml");
const WRITTEN: Case[] = parse(readFileSync(FIXTURE, "utf8"));
const PROFILES = Object.keys(VENDOR_PROFILES).map((profile) => ({
  title: `the profile ${profile}`,
  files: {
    "./clouds.yaml": `{clouds: {c: {profile: ${profile}, auth: {username: u, password: p, project_name: d, user_domain_name: D}}}}`,
  },
}));
// The address of this one has no scheme in openstacksdk (4.22), so no client can use it; ours has one.
const CASES: Case[] = [...WRITTEN, ...PROFILES.filter(({ title }) => title !== "the profile otc-swiss")];

const root = mkdtempSync(join(tmpdir(), "keypair-clouds-"));
afterAll(() => rmSync(root, { recursive: true }));

describeOpenStack("clouds.yaml and OS_* variables mean what they mean to openstacksdk", () => {
  const places = CASES.map(prepare);
  let theirs: Resolved[] = [];
  beforeAll(async () => {
    const { python } = await startOpenStack();
    theirs = resolvedByThem(python, places);
  }, 600_000);

  test.for(CASES.map((example, index) => ({ ...example, index })))("$title", ({ index, ...example }) => {
    const [place, expected] = [places[index], theirs[index]];
    if (place === undefined || expected === undefined)
      expect.fail("openstacksdk said nothing about this case");
    const ours = resolvedByUs(place, example);
    if ("error" in expected || "error" in ours) {
      expect("error" in ours, JSON.stringify({ ours, expected })).toBe("error" in expected);
    } else {
      expect(ours).toEqual(expected);
    }
  });
});

interface Place extends Case {
  home: string;
  program: string;
  environment: Record<string, string>;
}

function prepare(example: Case): Place {
  const { files = {}, environment = {} } = example;
  const place = mkdtempSync(join(root, "case-"));
  const [home, program] = [join(place, "home"), join(place, "program")];
  for (const folder of [home, program]) mkdirSync(folder);
  const real = (path: string) => path.replace(/^~/, home).replace(/^\./, program);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(real(path)), { recursive: true });
    writeFileSync(real(path), content);
  }
  const variables = Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [name, value.replace(/^~/, home)]),
  );
  return {
    ...example,
    home,
    program,
    environment: { HOME: home, XDG_CONFIG_DIRS: join(place, "none"), ...variables },
  };
}

type Resolved = Record<string, unknown> | { error: unknown };

function resolvedByThem(python: string, places: Place[]): Resolved[] {
  const file = join(root, "cases.json");
  const cases = places.map(({ program, ...place }) => ({ ...place, folder: program }));
  writeFileSync(file, JSON.stringify(cases));
  const said = execFileSync(python, [join(__dirname, "../support/openstack/sdk.py"), "config", file], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  const resolved: Record<string, unknown>[] = JSON.parse(said);
  return resolved.map((one) => {
    if ("error" in one) return one;
    const auth = Object.entries(one["auth"] ?? {}).filter(([, value]) => value !== null && value !== "");
    return { ...one, auth: Object.fromEntries(auth), region: one["region"] || undefined };
  });
}

function resolvedByUs({ program, environment }: Place, { cloud, region }: Case): Resolved {
  let resolved: Cloud;
  try {
    const asked = { ...(cloud ? { cloud } : {}), ...(region ? { region } : {}) };
    resolved = resolveCloud(asked, environment, program);
  } catch (error) {
    if (!isKeyPairError(error, "Configuration")) throw error;
    return { error: error.message };
  }
  const { name, auth, authType, interfaces, computeEndpoint, cacert, verify } = resolved;
  return {
    name,
    auth,
    auth_type: authType,
    region: resolved.region,
    interface: interfaces[0],
    endpoint: computeEndpoint ?? null,
    verify: verify && cacert !== undefined ? cacert : verify,
  };
}
