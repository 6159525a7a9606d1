import { type Command, InvalidArgumentError, Option } from "commander";
import { defined } from "../../core/defined";
import { BACKEND_NAMES, type BackendName, type Connection, type Tags } from "../../core/model";

/** Which key pairs a command is about, and where they are. */
export interface PairsOptions {
  backend?: BackendName;
  region?: string[];
  allRegions?: boolean;
  endpoint?: string;
  profile?: string;
  cloud?: string;
  path?: string;
  stack?: string;
  /** `*` stands for any text. */
  namePattern?: string;
  tag?: Tags;
  resourceGroup?: string;
}

/** The part of the help that says where a command looks. */
export const WHERE_HELP = `
In the folder of a Pulumi project it looks where the stack's configuration says, with the credentials that it gives; an option goes
before it. What neither says, and credentials, come from where each cloud's own tools have them.`;

/** Adds the options of `PairsOptions`. */
export function withPairsOptions(command: Command): Command {
  return command
    .addOption(new Option("--backend <name>", "the cloud").choices(BACKEND_NAMES))
    .addOption(
      new Option("--region <names>", "the region, or several with commas between").argParser(regionsOf),
    )
    .addOption(new Option("--all-regions", "all regions of the account (Alibaba Cloud)").conflicts("region"))
    .option("--endpoint <url>", "the endpoint of the compute API, for all of these regions")
    .option("--profile <name>", "a profile of Alibaba Cloud's credentials file")
    .option("--cloud <name>", "a cloud in clouds.yaml")
    .option("--path <file>", "the file of the local backend")
    .option("--stack <name>", "the stack whose configuration is used, when it is not the selected one")
    .option("--name-pattern <text>", "only names like this: * stands for any text")
    .option("--tag <key=value>", "only pairs with this tag; can be given several times", withTag)
    .option("--resource-group <id>", "only pairs of this resource group (Alibaba Cloud)");
}

/** What the options say of the place, and which of their regions it is. */
export function connectionOf(
  { backend, endpoint, profile, cloud, path }: PairsOptions,
  region?: string,
): Connection {
  return defined({ backend, region, endpoint, profile, cloud, path });
}

/** Whether a name is like the pattern. */
export function nameMatcher(pattern: string | undefined): (name: string) => boolean {
  if (pattern === undefined) return () => true;
  const parts = pattern.split("*").map((part) => part.replace(/[\\^$.|?*+()[\]{}]/g, "\\$&"));
  const whole = new RegExp(`^${parts.join(".*")}$`, "su");
  return (name) => whole.test(name);
}

function regionsOf(text: string): string[] {
  const regions = text.split(",").map((region) => region.trim());
  if (regions.includes("")) throw new InvalidArgumentError("It has an empty name.");
  return [...new Set(regions)];
}

function withTag(text: string, before: Tags = {}): Tags {
  const end = text.indexOf("=");
  if (end < 1) throw new InvalidArgumentError("A tag is given as key=value.");
  const key = text.slice(0, end);
  if (Object.hasOwn(before, key)) throw new InvalidArgumentError(`The key ${key} is given twice.`);
  return Object.fromEntries([...Object.entries(before), [key, text.slice(end + 1)]]);
}
