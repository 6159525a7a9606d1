import type { BackendRules } from "../../core/backend";
import { defined } from "../../core/defined";
import { ecsRules } from "../ecsRules";
import { placeOf } from "./endpoint";
import { profileRegion } from "./profile";

/** The variables that Terraform's and Pulumi's alicloud providers read, in their order. */
const REGION_VARIABLES = ["ALICLOUD_REGION", "ALIBABA_CLOUD_REGION"] as const;

/** What Alibaba Cloud ECS accepts. */
export const rules: BackendRules = ecsRules({
  backend: "alibaba",
  connectionKeys: ["backend", "region", "endpoint", "profile"],
  accountKey: "profile",
  account: (profile) => profile,
  ambientConnection: (environment) => {
    return defined({ region: REGION_VARIABLES.map((name) => environment[name]).find(Boolean) });
  },
  regionOfAccount: ({ profile }, environment) => profileRegion(profile, environment),
  checkPlace: placeOf,
});
