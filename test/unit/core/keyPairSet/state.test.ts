import { expect, test } from "vitest";
import {
  type Contents,
  contentsOf,
  type MemberKey,
  type StoredPair,
  setStateOf,
} from "../../../../provider/core/keyPairSet/state";
import type { CheckedKeyPairSetArgs, KeyPairState } from "../../../../provider/core/model";

/* Where the private keys of a set are in its state. The texts stand for keys: nothing here reads them. */

const ARGS = { keyPairNamePrefix: "team-", created: ["ci"] } as CheckedKeyPairSetArgs;
const IN_FILE = { privateKeyFile: ".keys/ci.pem", savePrivateKey: false };

const pair = (region: string, key: string, more: Partial<KeyPairState> = {}): StoredPair => ({
  member: "ci",
  region,
  state: {
    keyPairName: "team-ci",
    backend: "alibaba",
    region,
    publicKey: `public half of ${key}`,
    fingerprint: key,
    fingerprintMd5: key,
    fingerprintSha256: key,
    keyType: "ssh-rsa",
    keyBits: 2048,
    __ownKey: key,
    ...more,
  } as KeyPairState,
});
const noted = (key: string, more: Partial<MemberKey> = {}) =>
  new Map([["ci", { publicKey: `public half of ${key}`, fingerprintSha256: key, ...more }]]);

const cases: Record<string, Contents> = {
  "one key, in the state": {
    pairs: [pair("a", "K1", { privateKey: "K1" }), pair("b", "K1", { privateKey: "K1" })],
    leftOver: [],
    keys: noted("K1", { privateKey: "K1" }),
  },
  "one key, in its file only": {
    pairs: [pair("a", "K1", IN_FILE)],
    leftOver: [],
    keys: noted("K1", IN_FILE),
  },
  "a new key in its file only, and a pair that still has the old one": {
    pairs: [pair("a", "K2", IN_FILE), pair("b", "K1", { privateKey: "K1" })],
    leftOver: [],
    keys: noted("K2", IN_FILE),
  },
  "a key that could not be written to its file": {
    pairs: [pair("a", "K1", { ...IN_FILE, privateKey: "K1" }), pair("b", "K1", IN_FILE)],
    leftOver: [],
    keys: noted("K1", { privateKey: "K1" }),
  },
  "an old key that could not be written, of a pair that is to be removed": {
    pairs: [pair("a", "K2", { privateKey: "K2" })],
    leftOver: [pair("a", "K1", { ...IN_FILE, privateKey: "K1" })],
    keys: noted("K2", { privateKey: "K2" }),
  },
  "a key that all pairs have lost": { pairs: [], leftOver: [], keys: noted("K1", { privateKey: "K1" }) },
  "a key that is back from its file in one of two regions, whose pair is lost": {
    pairs: [pair("b", "K1", IN_FILE)],
    leftOver: [],
    keys: noted("K1", { privateKey: "K1" }),
  },
  "an imported pair beside one that has its created key still": {
    pairs: [pair("a", "K9", { publicKeyBody: "public half of K9" }), pair("b", "K1", { privateKey: "K1" })],
    leftOver: [],
    keys: new Map(),
  },
  "imported pairs only": {
    pairs: [pair("a", "K9", { publicKeyBody: "public half of K9" })],
    leftOver: [],
    keys: new Map(),
  },
};

test.each(Object.entries(cases))("%s: the state gives back what it was made of", (_, contents) => {
  const state = setStateOf(ARGS, contents);
  expect(contentsOf(state)).toEqual(contents);
  // Each private key is stored with its own fingerprint.
  for (const [member, privateKey] of Object.entries(state.privateKeys))
    expect(privateKey).toBe(state.__keys?.[member]?.fingerprintSha256);
  for (const [fingerprint, privateKey] of Object.entries(state.__olderPrivateKeys ?? {}))
    expect(privateKey).toBe(fingerprint);
});
