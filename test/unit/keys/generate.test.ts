import { describe, expect, test } from "vitest";
import {
  formatPublicKeyLine,
  generateKeyPair,
  keyGenerationProblem,
  publicKeyOfPrivateKey,
  readPublicKey,
  sameKey,
} from "../../../provider/keys";

// RSA of 3072 and 4096 bits takes seconds: test/contract/keys makes those.
describe.each([
  { request: { type: "rsa" }, algorithm: "ssh-rsa", bits: 2048, first: "-----BEGIN RSA PRIVATE KEY-----" },
  {
    request: { type: "ecdsa" },
    algorithm: "ecdsa-sha2-nistp256",
    bits: 256,
    first: "-----BEGIN EC PRIVATE KEY-----",
  },
  {
    request: { type: "ecdsa", bits: 521 },
    algorithm: "ecdsa-sha2-nistp521",
    bits: 521,
    first: "-----BEGIN EC PRIVATE KEY-----",
  },
  {
    request: { type: "ed25519" },
    algorithm: "ssh-ed25519",
    bits: 256,
    first: "-----BEGIN OPENSSH PRIVATE KEY-----",
  },
] as const)("generateKeyPair($request)", ({ request, algorithm, bits, first }) => {
  test("makes two halves of one key, each time another", async () => {
    const [one, two] = await Promise.all([
      generateKeyPair({ ...request, comment: "a\nb" }),
      generateKeyPair(request),
    ]);
    expect(one.publicKey).toMatchObject({
      algorithm,
      bits,
      isCertificate: false,
      comment: "a b",
      format: "openssh",
    });
    expect(one.privateKey.split("\n", 1)[0]).toBe(first);
    expect(sameKey(publicKeyOfPrivateKey(one.privateKey), one.publicKey)).toBe(true);
    expect(sameKey(readPublicKey(formatPublicKeyLine(one.publicKey)), one.publicKey)).toBe(true);
    expect(sameKey(one.publicKey, two.publicKey)).toBe(false);
    expect(two.publicKey).not.toHaveProperty("comment");
  });
});

test.each([
  [{ type: "rsa", bits: 1024 }, "rsa keys are made with 2048, 3072 or 4096 bits, not 1024"],
  [{ type: "ecdsa", bits: 512 }, "ecdsa keys are made with 256, 384 or 521 bits, not 512"],
  [{ type: "ed25519", bits: 255 }, "ed25519 keys have 256 bits, not 255"],
] as const)("%o is refused", async (request, problem) => {
  expect(keyGenerationProblem(request)).toBe(problem);
  await expect(generateKeyPair(request)).rejects.toThrow(problem);
});

test.each([
  { type: "rsa" },
  { type: "rsa", bits: 4096 },
  { type: "ecdsa", bits: 384 },
  { type: "ed25519" },
  { type: "ed25519", bits: 256 },
] as const)("%o can be made", (request) => {
  expect(keyGenerationProblem(request)).toBeUndefined();
});
