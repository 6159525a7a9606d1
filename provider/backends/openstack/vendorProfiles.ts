import type { Settings } from "./settings";

const DEFAULT_DOMAINS = { user_domain_name: "Default", project_domain_name: "Default" };

/**
 * What `profile: <name>` in clouds.yaml stands for: the clouds that openstacksdk knows, that speak Identity v3 and that still
 * exist. A profile in clouds-public.yaml overrides these.
 *
 * Source: https://docs.openstack.org/openstacksdk/latest/user/config/vendor-support.html
 */
export const VENDOR_PROFILES: Readonly<Record<string, Settings>> = {
  otc: profile("https://iam.{region_name}.otc.t-systems.com/v3", ["eu-de", "eu-nl"]),
  // In openstacksdk this URL has no `https://`, so no client can use it.
  "otc-swiss": profile("https://iam-pub.eu-ch2.sc.otc.t-systems.com/v3", ["eu-ch2"]),
  auro: profile("https://api.van2.auro.io:5000/v3", ["RegionOne"], DEFAULT_DOMAINS),
  binero: profile("https://auth.binero.cloud:5000/v3", ["europe-se-1"]),
  citycloud: profile("https://{region_name}.citycloud.com:5000/v3/", [
    "Buf1",
    "Fra1",
    "Sto2",
    "Kna1",
    "dx1",
    "tky1",
  ]),
  dreamcompute: profile("https://iad2.dream.io:5000", ["RegionOne"]),
  elastx: profile("https://ops.elastx.cloud:5000/v3", ["se-sto"]),
  entercloudsuite: profile("https://api.entercloudsuite.com/", ["it-mil1", "nl-ams1", "de-fra1"]),
  limestonenetworks: profile("https://auth.cloud.lstn.net:5000/v3", ["us-dfw-1", "us-slc"]),
  "ovh-us": profile(
    "https://auth.cloud.ovh.us/",
    ["US-EAST-VA-1", "US-WEST-OR-1", "US-EAST-VA", "US-WEST-OR"],
    DEFAULT_DOMAINS,
  ),
  switchcloud: profile("https://identity.compute.cloud.switch.ch/v3", ["zhw", "zhc"]),
  switchengines: profile("https://keystone.cloud.switch.ch:5000/v3", ["LS", "ZH"]),
  zetta: profile("https://identity.api.zetta.io/v3", ["no-osl1"]),
};

function profile(authUrl: string, regions: string[], auth: Settings = {}): Settings {
  return { auth: { auth_url: authUrl, ...auth }, regions, interface: "public" };
}
