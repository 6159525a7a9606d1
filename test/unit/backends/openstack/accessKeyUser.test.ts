import { beforeEach, describe, expect, it, test } from "vitest";
import { OpenStackBackend } from "../../../../provider/backends/openstack/backend";
import { NovaClient } from "../../../../provider/backends/openstack/novaClient";
import { Session } from "../../../../provider/backends/openstack/session";
import type { HttpPool, HttpReply, HttpRequest } from "../../../../provider/transport/http";

const CLOUD = {
  name: "otc",
  file: "/etc/openstack/clouds.yaml",
  authType: "aksk",
  auth: {
    auth_url: "https://iam.example.org/v3",
    access_key: "AKFORTESTS",
    secret_key: "secret-key-for-tests-only",
    project_id: "p",
  },
  region: "eu-de",
  interfaces: ["public"],
  serviceType: "compute",
  verify: true,
};
const operation = () => ({
  signal: new AbortController().signal,
  deadline: Date.now() + 5_000,
  progress: () => {},
});
const reply = (status: number, body: object): HttpReply => ({
  status,
  headers: {},
  text: JSON.stringify(body),
});
/** As Nova says it: nova/exception.py, KeypairNotFound. */
const notFoundFor = (user: string) => (name: string) =>
  reply(404, { itemNotFound: { code: 404, message: `Keypair ${name} not found for user ${user}` } });

let requests: HttpRequest[];
beforeEach(() => {
  requests = [];
});

/** A cloud that lists one pair of the user, as Nova does without its owner, and answers like this for any other name. */
function opened(answer: (name: string) => HttpReply, userId?: string): OpenStackBackend {
  const http = {
    async send(request: HttpRequest) {
      requests.push(request);
      const [, name] = /os-keypairs\/([^?]+)/.exec(request.url.href) ?? [];
      if (name !== undefined) return answer(decodeURIComponent(name));
      return reply(200, { keypairs: [{ keypair: { name: "web", fingerprint: "f", public_key: "k" } }] });
    },
  };
  const session = new Session(CLOUD, "https://ecs.example.org/v2.1", {}, http as unknown as HttpPool);
  return new OpenStackBackend(session, new NovaClient(session, userId), userId, async () => {});
}

describe("the user of an access key", () => {
  it("is the one that Nova's 404 names, and is asked for once", async () => {
    const backend = opened(notFoundFor("6fc0d2cbbfab40b1"));
    const owners = await Promise.all([backend.owner(operation()), backend.owner(operation())]);
    expect([...owners, await backend.owner(operation())]).toEqual(Array(3).fill({ id: "6fc0d2cbbfab40b1" }));
    expect(requests).toHaveLength(1);
    expect(requests[0]).toMatchObject({ method: "GET" });
    expect(requests[0]?.headers["authorization"]).toMatch(/^SDK-HMAC-SHA256 /);
  });

  it("owns what a listing shows, which names no owner", async () => {
    const backend = opened(notFoundFor("bob"));
    expect(await backend.listKeyPairs({}, operation())).toMatchObject([{ name: "web", ownerId: "bob" }]);
  });

  it("is never the user whose pairs an administrator works on", async () => {
    const backend = opened(notFoundFor("admin"), "alice");
    expect(await backend.owner(operation())).toEqual({ id: "alice" });
    expect(await backend.listKeyPairs({}, operation())).toMatchObject([{ name: "web", ownerId: "alice" }]);
    expect(requests.filter(({ url }) => url.pathname.includes("/os-keypairs/") && url.search)).toEqual([]);
  });

  test.for([
    ["the cloud names none", () => reply(404, { itemNotFound: { code: 404, message: "No such keypair." } })],
    ["something else answers", () => reply(404, { error: { code: 404, message: "No such path." } })],
    ["the user may only list", () => reply(403, { forbidden: { code: 403, message: "Policy forbids it." } })],
  ] as const)("is not known where %s", async ([, answer]) => {
    const backend = opened(answer);
    expect(await backend.owner(operation())).toBeUndefined();
    expect(await backend.listKeyPairs({}, operation())).toMatchObject([{ name: "web" }]);
  });

  it("is an error where the key is refused", async () => {
    const backend = opened(() =>
      reply(401, { error_code: "APIGW.0301", error_msg: "the signature is wrong" }),
    );
    await expect(backend.owner(operation())).rejects.toMatchObject({
      code: "Unauthenticated",
      message: expect.stringContaining("could not find out whose the access key is: the signature is wrong"),
    });
  });
});
