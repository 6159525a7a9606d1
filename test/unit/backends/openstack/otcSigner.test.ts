import { describe, expect, test } from "vitest";
import { type SignableRequest, signed } from "../../../../provider/backends/openstack/otcSigner";
import fixture from "../../../fixtures/openstack/otc-signatures.json";

const { accessKey, vectors } = fixture;

describe("SDK-HMAC-SHA256", () => {
  test.for(vectors)(
    "signs like the vendor's own client: $title",
    ({ headers, date, authorization, ...vector }) => {
      const request: SignableRequest = {
        method: vector.method,
        url: new URL(vector.url),
        headers: defined(headers),
        ...(vector.body === undefined ? {} : { body: vector.body }),
      };
      const scope = { region: vector.region, service: vector.service, time: timeOf(date) };
      const result = signed(request, accessKey, scope);
      expect(result["authorization"]).toBe(authorization);
      expect(result["x-sdk-date"]).toBe(date);
    },
  );

  test("covers the security token of a temporary key, and leaves the secret key out", () => {
    const request = { method: "GET", url: new URL("https://ecs.eu-de.otc.t-systems.com/v2.1"), headers: {} };
    const scope = { region: "eu-de", service: "ecs", time: new Date() };
    const headers = signed(request, { ...accessKey, securityToken: "temporary" }, scope);
    expect(headers["x-security-token"]).toBe("temporary");
    expect(headers["authorization"]).toContain("SignedHeaders=host;x-sdk-date;x-security-token,");
    expect(JSON.stringify(headers)).not.toContain(accessKey.secret);
  });
});

function timeOf(date: string): Date {
  return new Date(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));
}

function defined(headers: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value ? [[name, value]] : [])),
  );
}
