import type { Operation } from "../../core/backend";
import { defined } from "../../core/defined";
import type { KeyPairError } from "../../core/errors";
import { registerSecret } from "../../core/redact";
import type { HttpPool } from "../../transport/http";
import { retry } from "../../transport/retry";
import type { Cloud } from "./cloud";
import { configurationError, failureOf, isRecord, placeOfSettings, titleOf, unreadable } from "./errors";

/** A token of Keystone, and what came with it. */
export interface Token {
  id: string;
  catalog: unknown;
  projectId?: string;
  userId?: string;
  userName?: string;
}

type Identity = Record<string, unknown>;

const ACTION = { name: "get a token from Keystone", changes: false };

/**
 * Asks Keystone for a token. Safe to repeat, so it is retried like any reading call.
 *
 * Contract: https://docs.openstack.org/api-ref/identity/v3/#authentication-and-token-management
 */
export async function authenticate(cloud: Cloud, http: HttpPool, operation: Operation): Promise<Token> {
  const request = {
    method: "POST",
    url: new URL(`${identityUrl(cloud)}/auth/tokens`),
    headers: { "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify(authRequest(cloud)),
    signal: operation.signal,
  } as const;
  const reply = await retry(
    operation,
    async () => {
      const answer = await http.send(request);
      if (answer.status !== 201 && answer.status !== 200) throw authFailure(cloud, failureOf(answer, ACTION));
      return answer;
    },
    { idempotent: true },
  );
  const id = reply.headers["x-subject-token"];
  const token = parseToken(reply.text);
  if (id === undefined || token === undefined) {
    throw unreadable(reply, ACTION).with({
      code: "Configuration",
      next: `Check that auth_url (${request.url.host}) is the address of Keystone, with /v3 at its end.`,
    });
  }
  registerSecret(id);
  return { id, ...token };
}

/** The URL of Identity v3: clouds.yaml often has the address without a version, or with the old one. */
export function identityUrl(cloud: Cloud): string {
  const authUrl = cloud.auth["auth_url"];
  if (authUrl === undefined) {
    throw configurationError(
      `${titleOf(cloud, "auth_url")} is not set`,
      `Set it ${placeOfSettings(cloud)} to the address of Keystone, for example https://iam.eu-de.otc.t-systems.com/v3.`,
    );
  }
  const url = URL.parse(authUrl);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw configurationError(
      `${titleOf(cloud, "auth_url")} is not a URL`,
      "Write it with https:// at its start.",
    );
  }
  const path = url.pathname.replace(/\/+$/, "").replace(/\/v2\.0$/, "");
  return url.origin + (path.endsWith("/v3") ? path : `${path}/v3`);
}

/** The body of the request. Registers its secrets, so that no message can hold one. */
export function authRequest(cloud: Cloud): { auth: { identity: Identity; scope?: Identity } } {
  for (const secret of ["password", "token", "application_credential_secret", "passcode"]) {
    registerSecret(cloud.auth[secret]);
  }
  switch (cloud.authType) {
    case "password":
    case "v3password":
      return { auth: { identity: passwordIdentity(cloud), ...scope(cloud) } };
    case "token":
    case "v3token":
      return {
        auth: { identity: { methods: ["token"], token: { id: required(cloud, "token") } }, ...scope(cloud) },
      };
    case "v3applicationcredential":
      return { auth: { identity: applicationCredentialIdentity(cloud) } };
    default:
      throw configurationError(
        `${titleOf(cloud, "auth_type")} is "${cloud.authType}", which is not supported`,
        "Supported are password, token, v3applicationcredential, and keys (ak, sk) of Open Telekom Cloud.",
      );
  }
}

function passwordIdentity(cloud: Cloud): Identity {
  const { auth } = cloud;
  const password = required(cloud, "password");
  const user = auth["user_id"] ? { id: auth["user_id"] } : namedUser(cloud);
  const passcode = auth["passcode"];
  return passcode === undefined
    ? { methods: ["password"], password: { user: { ...user, password } } }
    : {
        methods: ["password", "totp"],
        password: { user: { ...user, password } },
        totp: { user: { ...user, passcode } },
      };
}

function applicationCredentialIdentity(cloud: Cloud): Identity {
  const { auth } = cloud;
  const secret = required(cloud, "application_credential_secret");
  const id = auth["application_credential_id"];
  const methods = ["application_credential"];
  if (id !== undefined) return { methods, application_credential: { id, secret } };
  const name = required(cloud, "application_credential_name");
  const user = auth["user_id"] ? { id: auth["user_id"] } : namedUser(cloud);
  return { methods, application_credential: { name, secret, user } };
}

function namedUser(cloud: Cloud): Identity {
  const name = required(cloud, "username");
  const domain = domainOf(cloud, "user");
  if (domain !== undefined) return { name, domain };
  throw configurationError(
    `${titleOf(cloud, "user_domain_name")} is not set, and a user who is named by ${titleOf(cloud, "username")} needs it`,
    `Set it ${placeOfSettings(cloud)} (on Open Telekom Cloud to the account's name, like OTC-EU-DE-…), or name the user by its id.`,
  );
}

/** What the token is for: a project, a domain or the system. Without any of them Keystone takes the user's default. */
function scope(cloud: Cloud): { scope?: Identity } {
  const { auth } = cloud;
  if (auth["project_id"]) return { scope: { project: { id: auth["project_id"] } } };
  if (auth["project_name"]) {
    const domain = domainOf(cloud, "project") ?? domainOf(cloud, "user");
    return { scope: { project: { name: auth["project_name"], ...defined({ domain }) } } };
  }
  if (auth["domain_id"]) return { scope: { domain: { id: auth["domain_id"] } } };
  if (auth["domain_name"]) return { scope: { domain: { name: auth["domain_name"] } } };
  if (auth["system_scope"]) return { scope: { system: { all: true } } };
  return {};
}

function domainOf({ auth }: Cloud, whose: "user" | "project"): Identity | undefined {
  const id = auth[`${whose}_domain_id`];
  if (id !== undefined) return { id };
  const name = auth[`${whose}_domain_name`];
  if (name !== undefined) return { name };
  const [anyId, anyName] = [
    auth["default_domain_id"] ?? auth["domain_id"],
    auth["default_domain_name"] ?? auth["domain_name"],
  ];
  if (anyId !== undefined) return { id: anyId };
  return anyName === undefined ? undefined : { name: anyName };
}

function required(cloud: Cloud, setting: string): string {
  const value = cloud.auth[setting];
  if (value !== undefined) return value;
  throw configurationError(
    `${titleOf(cloud, setting)} is not set, and the authentication "${cloud.authType}" needs it`,
    `Set it ${placeOfSettings(cloud)}${cloud.file === undefined ? "" : " or in secure.yaml"}.`,
  );
}

/** Keystone answers 404 for a token that has ended. A request that it does not understand comes from the configuration. */
function authFailure(cloud: Cloud, failure: KeyPairError): KeyPairError {
  const byToken = /^(?:v3)?token$/.test(cloud.authType);
  const isTokenGone = byToken && /validate token/i.test(failure.details.message);
  if (failure.code !== "Unauthenticated" && !isTokenGone) {
    return failure.code === "Refused" ? failure.with({ code: "Configuration" }) : failure;
  }
  return failure.with({
    code: "Unauthenticated",
    message: `Keystone refused the ${byToken ? "token" : "credentials"} of ${titleOf(cloud)}`,
    ...(byToken && {
      next: "Get a new token: only a password or an application credential can renew one by itself.",
    }),
  });
}

function parseToken(text: string): Omit<Token, "id"> | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  const token = isRecord(parsed) ? parsed["token"] : undefined;
  if (!isRecord(token)) return undefined;
  const project = idAndName(token["project"]);
  const user = idAndName(token["user"]);
  return {
    catalog: token["catalog"],
    ...defined({ projectId: project.id, userId: user.id, userName: user.name }),
  };
}

function idAndName(value: unknown): { id?: string; name?: string } {
  if (!isRecord(value)) return {};
  const { id, name } = value;
  return defined({
    id: typeof id === "string" ? id : undefined,
    name: typeof name === "string" ? name : undefined,
  });
}
