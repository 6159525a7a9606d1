import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { describe } from "vitest";
import { FOLDER, python, STACK } from "./stack.mts";

/** A real Keystone and Nova on loopback (stack.py). Running for as long as this test run does. */
export interface OpenStack {
  /** Identity v3. */
  authUrl: string;
  /** A second Keystone, whose tokens expire after `shortLivedSeconds`; only when asked for. */
  shortLivedAuthUrl: string;
  shortLivedSeconds: number;
  /** For so long Nova still takes a token that was revoked. */
  tokenCacheSeconds: number;
  /** Nova, as the catalogue of RegionOne has it. */
  computeUrl: string;
  /** Key pairs that a user has at most. */
  keyPairQuota: number;
  /** A Python that has openstacksdk. */
  python: string;
  /** A user of the project `demo` (and `other`), with no key pairs. */
  newUser(options?: NewUser): Promise<User>;
  adminToken(): Promise<string>;
  /** Revokes a token, and waits until Nova has taken notice. */
  revoke(token: string): Promise<void>;
  /** Calls Keystone or Nova as the administrator. */
  admin(method: string, url: string, body?: object): Promise<Record<string, unknown>>;
}

export interface NewUser {
  role?: "member" | "reader" | "admin";
  /** In the project `demo`; else everybody's. */
  keyPairQuota?: number;
}

export interface User {
  id: string;
  name: string;
  password: string;
  projectId: string;
  /** A token of its own, for what only the user may do. */
  token(): Promise<string>;
  /** The `OS_*` variables of the user in a region. */
  variables(more?: Record<string, string>): Record<string, string>;
}

const REGION = "RegionOne";

export { python };

if (python === undefined) {
  console.warn(
    "\n*** SKIPPED: no Python 3.11 or later is here, so nothing is tested against a real OpenStack. ***\n",
  );
}

/** `describe` for tests that need the real OpenStack: skipped, and counted as skipped, where there is no Python for it. */
export const describeOpenStack = describe.skipIf(python === undefined);
export const hasOpenStack = python !== undefined;

/** Starts it, or joins the one that runs. The first time ever takes minutes, and needs PyPI. */
export async function startOpenStack({ shortLivedTokens = false } = {}): Promise<OpenStack> {
  if (python === undefined) throw new Error("there is no Python 3.11 or later");
  // The parent is the test run, whose end is the end of the servers.
  const lease = String(process.ppid);
  const options = shortLivedTokens ? ["--short-lived-tokens"] : [];
  const child = spawn(python, [STACK, "up", FOLDER, "--lease", lease, ...options], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [said, [exitCode]] = await Promise.all([text(child.stdout), once(child, "close")]);
  if (exitCode !== 0) throw new Error("the tests' OpenStack does not start (see above)");
  const cloud = JSON.parse(said);
  const admin = await adminOf(cloud.authUrl, cloud.adminPassword);
  return {
    ...cloud,
    admin,
    revoke: async (token) => {
      const headers = { "x-auth-token": token, "x-subject-token": token };
      const reply = await fetch(`${cloud.authUrl}/auth/tokens`, { method: "DELETE", headers });
      if (reply.status !== 204) throw new Error(`the token was not revoked: ${await reply.text()}`);
      await sleep(cloud.tokenCacheSeconds * 1000 + 500);
    },
    adminToken: () => tokenOf(cloud.authUrl, "admin", cloud.adminPassword, "admin"),
    newUser: (options) => newUser(cloud, admin, options),
  };
}

async function newUser(
  { authUrl, computeUrl }: Pick<OpenStack, "authUrl" | "computeUrl">,
  admin: OpenStack["admin"],
  { role = "member", keyPairQuota }: NewUser = {},
): Promise<User> {
  const name = `user-${randomBytes(4).toString("hex")}`;
  const password = randomBytes(12).toString("base64url");
  const { user } = await admin("POST", `${authUrl}/users`, {
    user: { name, password, domain_id: "default" },
  });
  const id = idOf(user);
  const roleId = await idByName(admin, `${authUrl}/roles`, role);
  const [projectId, other] = await Promise.all(
    ["demo", "other"].map((project) => idByName(admin, `${authUrl}/projects`, project)),
  );
  for (const project of [projectId, other]) {
    await admin("PUT", `${authUrl}/projects/${project}/users/${id}/roles/${roleId}`);
  }
  if (keyPairQuota !== undefined) {
    const url = `${computeUrl}/os-quota-sets/${projectId}?user_id=${id}`;
    await admin("PUT", url, { quota_set: { key_pairs: keyPairQuota, force: true } });
  }
  return {
    id,
    name,
    password,
    projectId: projectId ?? "",
    token: () => tokenOf(authUrl, name, password, "demo"),
    variables: (more = {}) => ({
      OS_AUTH_URL: authUrl,
      OS_USERNAME: name,
      OS_PASSWORD: password,
      OS_PROJECT_NAME: "demo",
      OS_USER_DOMAIN_NAME: "Default",
      OS_PROJECT_DOMAIN_NAME: "Default",
      OS_REGION_NAME: REGION,
      ...more,
    }),
  };
}

async function adminOf(authUrl: string, password: string): Promise<OpenStack["admin"]> {
  const token = await tokenOf(authUrl, "admin", password, "admin");
  return async (method, url, body) => {
    const answer = await fetch(url, {
      method,
      headers: { "x-auth-token": token, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const said = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${url}: ${answer.status} ${said}`);
    return said === "" ? {} : JSON.parse(said);
  };
}

async function tokenOf(authUrl: string, name: string, password: string, project: string): Promise<string> {
  const domain = { id: "default" };
  const identity = { methods: ["password"], password: { user: { name, domain, password } } };
  const reply = await fetch(`${authUrl}/auth/tokens`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ auth: { identity, scope: { project: { name: project, domain } } } }),
  });
  const token = reply.headers.get("x-subject-token");
  if (token === null) throw new Error(`no token for ${name}: ${await reply.text()}`);
  return token;
}

async function idByName(admin: OpenStack["admin"], url: string, name: string): Promise<string> {
  const [found] = Object.values(await admin("GET", `${url}?name=${name}`)).filter(Array.isArray);
  return idOf(found?.[0]);
}

function idOf(value: unknown): string {
  if (typeof value === "object" && value !== null && "id" in value) return String(value.id);
  throw new Error(`there is no id in ${JSON.stringify(value)}`);
}
