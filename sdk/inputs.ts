import * as pulumi from "@pulumi/pulumi";

/** An object whose members may be outputs. */
export type NestedInputs<T> = T extends readonly (infer Item)[]
  ? pulumi.Input<Item>[]
  : T extends object
    ? { [K in keyof T]: pulumi.Input<NonNullable<T[K]> | undefined> | undefined }
    : T;

/** A mistake in the arguments or options of a resource. */
export interface Problem {
  /** The argument or option; `""`: the resource as a whole. */
  property: string;
  reason: string;
}

/**
 * What the provider needs, but the engine does not tell a dynamic provider. The resource's name is the start of an automatic
 * `keyPairName`. Messages go to its URN. What follows from a secret argument is a secret too. The check reports the problems that the
 * SDK found together with its own.
 */
export function inputsForFront(
  name: string,
  type: string,
  parent: pulumi.Resource | undefined,
  args: object,
  problems: pulumi.Input<Problem[]>[],
): pulumi.Inputs {
  return {
    __logicalName: name,
    __urn: urnOf(name, type, parent),
    __secrets: secretArguments(args),
    ...(problems.length > 0 ? { __problems: problems } : {}),
    ...(pulumi.runtime.isDryRun() ? { __preview: true, __failures: undefined } : {}),
  };
}

/** `undefined` when the program made none of them a secret. */
async function secretArguments(args: object): Promise<string[] | undefined> {
  const names: string[] = [];
  for (const [name, value] of Object.entries(args)) {
    if (await pulumi.isSecret(pulumi.output(value))) names.push(name);
  }
  return names.length > 0 ? names : undefined;
}

/** With a parent this is a plain promise. An output of the parent would make this resource depend on the parent, and a component on itself. */
function urnOf(name: string, type: string, parent: pulumi.Resource | undefined): pulumi.Input<string> {
  if (!parent) return `urn:pulumi:${pulumi.getStack()}::${pulumi.getProject()}::${type}::${name}`;
  return new Promise((resolve, reject) => {
    const told = parent.urn.apply((urn) => resolve(childUrn(urn, type, name)));
    // The parent may fail. Without this the program would never end.
    if (canBeAwaited(told)) told.promise().catch(reject);
  });
}

/** Outputs have a promise, though the types do not tell. */
function canBeAwaited(output: object): output is { promise(): Promise<unknown> } {
  return "promise" in output && typeof output.promise === "function";
}

/** `pulumi.createUrn` looks for the parent's type after its last `::`, and so fails when the parent's name holds one. */
function childUrn(parentUrn: string, type: string, name: string): string {
  const [, prefix, types] = /^(urn:pulumi:.*?::.*?)::(.*?)::/s.exec(parentUrn) ?? [];
  const own = types === "pulumi:pulumi:Stack" ? type : `${types}$${type}`;
  return `${prefix}::${own}::${name}`;
}

/**
 * Reports what a preview's check found, each problem on its resource, and so fails the program. The provider cannot do it: the
 * engine would end the preview at the first resource with a problem.
 */
export function reportFailures(
  resource: pulumi.Resource & { __name?: string; __failures?: pulumi.Output<Problem[] | undefined> },
): void {
  if (!pulumi.runtime.isDryRun()) return;
  resource.__failures?.apply((failures) => {
    if (!failures?.length) return;
    for (const { property, reason } of failures) {
      const what = property ? `${property}: ${reason}` : reason;
      // `preview --diff` prints all errors in one list, without their resources.
      void pulumi.log.error(`resource '${resource.__name}': ${what}`, resource);
    }
    const problems = failures.length === 1 ? "a problem" : `${failures.length} problems`;
    // Fails the program, and lets it go on to the other resources first. The stack would only show this line.
    const failure = new pulumi.RunError(`key pair resource '${resource.__name}' has ${problems}`);
    failure.stack = failure.message;
    throw failure;
  });
}
