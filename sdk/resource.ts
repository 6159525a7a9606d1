import * as pulumi from "@pulumi/pulumi";
import { registerSecret } from "../provider/core/redact";
import { checkConfiguration } from "./configuration";
import { inputsForFront, type Problem, reportFailures } from "./inputs";
import { requireInstalledProvider } from "./installed";
import { supportedOptions, throwProblems, warnOfTimeouts } from "./options";
import { argumentProblems, type OutputNames } from "./problems";

/** What differs between the classes of this package. */
export interface ResourceKind {
  type: string;
  /** The type of the same resource in the plugin: a program may move from one to the other, and the resource stays. */
  pluginType: string;
  /** The stored line that loads the provider. */
  provider: string;
  /** The names of the arguments. Each is an output too, even if the program does not give it. */
  args: readonly string[];
  outputs: OutputNames;
  /** Outputs that the class computes from others: Pulumi must not make properties of them. */
  computed?: readonly string[];
  /** Arguments that are secrets, even if the program gives them in clear text. */
  secretArgs?: readonly string[];
  /** How a program can take over what exists already, because `import` is not possible. */
  insteadOfImport: string;
}

/**
 * What the constructor of a resource passes on to Pulumi. Throws if the engine would not find the provider.
 * @param moreProblems  What is wrong with the arguments of this resource in particular.
 */
export function prepared(
  kind: ResourceKind,
  name: string,
  args: object,
  opts: pulumi.CustomResourceOptions,
  moreProblems: pulumi.Input<Problem[]>[] = [],
): { inputs: pulumi.Inputs; options: pulumi.CustomResourceOptions } {
  requireInstalledProvider();
  checkConfiguration();
  const { options, problems } = supportedOptions(opts, kind.insteadOfImport);
  if (opts.id !== undefined) throwProblems(name, problems);
  const computed = new Set(kind.computed);
  const secret = secretsOf(args, kind.secretArgs);
  const allProblems = [
    ...(problems.length > 0 ? [problems] : []),
    ...argumentProblems(args, kind.outputs),
    ...moreProblems,
  ];
  const inputs = {
    ...unset(kind.args),
    ...args,
    ...secret,
    ...unset(Object.keys(kind.outputs).filter((output) => !computed.has(output))),
    ...inputsForFront(name, kind.type, opts.parent, { ...args, ...secret }, allProblems),
    __provider: kind.provider,
  };
  return { inputs, options: pulumi.mergeOptions({ aliases: [{ type: kind.pluginType }] }, options) };
}

/** Whether the value is a resource of this type, also one of another copy of this package. */
export function isOfType(value: unknown, type: string): boolean {
  return pulumi.CustomResource.isInstance(value) && "__pulumiType" in value && value.__pulumiType === type;
}

/** Reports problems and warnings once the resource is registered. */
export function report(resource: pulumi.Resource, opts: pulumi.CustomResourceOptions): void {
  warnOfTimeouts(opts, resource);
  reportFailures(resource);
}

/** The arguments of these names, marked as secrets, which the program's debug messages do not show either. */
export function secretsOf(
  args: object,
  names: readonly string[] = [],
): Record<string, pulumi.Output<unknown>> {
  const given = Object.entries(args).filter(([name, value]) => names.includes(name) && value !== undefined);
  return Object.fromEntries(given.map(([name, value]) => [name, pulumi.secret(value).apply(registered)]));
}

function registered(value: unknown): unknown {
  if (typeof value === "string") registerSecret(value);
  return value;
}

/** Pulumi makes an output of each property that is there, with or without a value. */
export function unset(names: readonly string[]): Record<string, undefined> {
  return Object.fromEntries(names.map((name) => [name, undefined]));
}
