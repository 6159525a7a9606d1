import { describe, expect, it, test } from "vitest";
import { failureOf, isKeyPairNotFound, parseFault } from "../../../../provider/backends/openstack/errors";

const ACTION = { name: "import the key pair", keyPairName: "kp", changes: true, user: "alice" };
const reply = (status: number, body: object | string, headers: Record<string, string> = {}) => ({
  status,
  headers,
  text: typeof body === "string" ? body : JSON.stringify(body),
});

describe("what a cloud says of a failure", () => {
  test.for([
    [
      "Nova's form",
      reply(400, { badRequest: { code: 400, message: "Keypair data is invalid" } }),
      { cloudCode: "badRequest", message: "Keypair data is invalid", isFromService: true },
    ],
    [
      "Keystone's form",
      reply(401, {
        error: { code: 401, title: "Unauthorized", message: "The request requires authentication." },
      }),
      { cloudCode: "Unauthorized", message: "The request requires authentication", isFromService: true },
    ],
    [
      "Keystone's form without a title",
      reply(401, { error: { code: 401, message: "no" } }),
      { cloudCode: "HTTP 401", message: "no", isFromService: true },
    ],
    [
      "the form of Open Telekom Cloud's gateway",
      reply(401, { error_code: "APIGW.0301", error_msg: "Incorrect IAM authentication information" }),
      { cloudCode: "APIGW.0301", message: "Incorrect IAM authentication information", isFromService: true },
    ],
    [
      "HTML",
      reply(
        502,
        "<html><head><title>x</title><style>y</style></head><body><h1>502 Bad Gateway</h1><hr>nginx</body></html>",
      ),
      { cloudCode: "HTTP 502", message: "502 Bad Gateway nginx", isFromService: false },
    ],
    [
      "nothing",
      reply(500, ""),
      { cloudCode: "HTTP 500", message: "the reply says nothing", isFromService: false },
    ],
    [
      "JSON of another kind",
      reply(500, "[1]"),
      { cloudCode: "HTTP 500", message: "[1]", isFromService: false },
    ],
  ] as const)("is read from %s", ([, answer, fault]) => {
    expect(parseFault(answer)).toEqual(fault);
  });

  it("has the request id and the time to wait, in seconds or as a date", () => {
    const id = { "x-openstack-request-id": "req-1" };
    expect(parseFault(reply(429, "", { ...id, "retry-after": "7" }))).toMatchObject({
      requestId: "req-1",
      retryAfterMs: 7000,
    });
    const date = new Date(Date.now() + 60_000).toUTCString();
    expect(parseFault(reply(429, "", { "retry-after": date })).retryAfterMs).toBeGreaterThan(50_000);
    const overLimit = { overLimit: { code: 413, message: "slow down", retryAfter: 3 } };
    expect(parseFault(reply(413, overLimit)).retryAfterMs).toBe(3000);
  });

  it("is cut short when it is a long page", () => {
    const { details } = failureOf(reply(500, `<p>${"word ".repeat(1000)}</p>`), ACTION);
    expect(details.message).toHaveLength("could not import the key pair: ".length + 301);
  });
});

describe("what it means", () => {
  const nova = (name: string, code: number, message: string) => ({ [name]: { code, message } });
  test.for([
    [
      reply(403, nova("forbidden", 403, "Quota exceeded, too many key pairs."), {
        "x-openstack-request-id": "req-1",
      }),
      "QuotaExceeded",
      'key pair "kp": could not import the key pair: Quota exceeded, too many key pairs (code forbidden, request id req-1). Delete key pairs of user alice that are not needed, or ask for a higher quota of key pairs.',
    ],
    [
      reply(
        403,
        nova("forbidden", 403, "Policy doesn't allow os_compute_api:os-keypairs:create to be performed."),
      ),
      "PermissionDenied",
      'key pair "kp": could not import the key pair: Policy doesn\'t allow os_compute_api:os-keypairs:create to be performed (code forbidden). Give user alice a role in the project that may do this, for example `member`.',
    ],
    [
      reply(409, nova("conflictingRequest", 409, "Key pair 'kp' already exists.")),
      "AlreadyExists",
      "key pair \"kp\": could not import the key pair: Key pair 'kp' already exists (code conflictingRequest). Key pairs belong to a user: user alice has one of this name in this region. Choose another name, or set onExisting.",
    ],
    [
      reply(413, nova("overLimit", 413, "Quota exceeded, too many key pairs.")),
      "QuotaExceeded",
      'key pair "kp": could not import the key pair: Quota exceeded, too many key pairs (code overLimit). Delete key pairs of user alice that are not needed, or ask for a higher quota of key pairs.',
    ],
    [
      reply(413, nova("overLimit", 413, "This request was rate-limited.")),
      "Throttled",
      'key pair "kp": could not import the key pair: This request was rate-limited (code overLimit).',
    ],
    [
      reply(400, nova("badRequest", 400, "Keypair data is invalid: failed to generate fingerprint")),
      "Refused",
      'key pair "kp": could not import the key pair: Keypair data is invalid: failed to generate fingerprint (code badRequest). This Nova cannot read a key of this type. Use RSA, ECDSA or ed25519; the older the Nova, the fewer types it knows.',
    ],
    [
      reply(404, "<h1>404 Not Found</h1>"),
      "Configuration",
      'key pair "kp": could not import the key pair: 404 Not Found (code HTTP 404). Check the endpoint of the compute service (`keypair:endpoint`, or clouds.yaml) and proxies.',
    ],
    [
      reply(302, ""),
      "Configuration",
      'key pair "kp": could not import the key pair: the reply says nothing (code HTTP 302). Check the endpoint of the compute service (`keypair:endpoint`, or clouds.yaml) and proxies.',
    ],
    [
      reply(503, "<h1>503 Service Unavailable</h1>"),
      "OutcomeUnknown",
      'key pair "kp": could not import the key pair: 503 Service Unavailable (code HTTP 503).',
    ],
  ] as const)("is told, with what to do next: %j", ([answer, code, message]) => {
    const failure = failureOf(answer, ACTION);
    expect(failure.code).toBe(code);
    expect(failure.message).toBe(message);
  });

  it("is understood from the whole of what Nova says, which repeats a long name first", () => {
    const value = `Invalid input for field/attribute keypair. Value: {'name': '${"n".repeat(255)}'}. `;
    const without = nova("badRequest", 400, `${value}'public_key' is a required property`);
    const failure = failureOf(reply(400, without), ACTION);
    expect(failure).toMatchObject({ code: "Refused", details: { cloudCode: "GenerationUnsupported" } });
    expect(failure.message).not.toContain("required");
    const quota = nova("forbidden", 403, `${value}Quota exceeded, too many key pairs.`);
    expect(failureOf(reply(403, quota), ACTION).code).toBe("QuotaExceeded");
    const named = nova("badRequest", 400, "Value: {'name': 'public_key is required'}. It is not a name");
    expect(failureOf(reply(400, named), ACTION).details.cloudCode).toBe("badRequest");
  });

  it("is a missing key pair only in Nova's own words about a key pair", () => {
    const missing = nova("itemNotFound", 404, "Keypair kp not found for user 1");
    expect(isKeyPairNotFound(reply(404, missing))).toBe(true);
    expect(isKeyPairNotFound(reply(404, nova("itemNotFound", 404, "The resource could not be found.")))).toBe(
      false,
    );
    expect(isKeyPairNotFound(reply(404, "<p>Keypair kp not found for user 1</p>"))).toBe(false);
    expect(isKeyPairNotFound(reply(410, missing))).toBe(false);
    expect(isKeyPairNotFound(reply(200, missing))).toBe(false);
  });

  it("shows no private key that a server sends back in an error", () => {
    const body = nova(
      "badRequest",
      400,
      "-----BEGIN RSA PRIVATE KEY-----\nMIIabc\n-----END RSA PRIVATE KEY-----",
    );
    const { message, details } = failureOf(reply(400, body), ACTION);
    expect(message + JSON.stringify(details)).not.toContain("MIIabc");
  });
});
