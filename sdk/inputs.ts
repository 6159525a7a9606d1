import * as pulumi from "@pulumi/pulumi";

/** An object whose members may be outputs. */
export type NestedInputs<T> = T extends readonly (infer Item)[]
  ? pulumi.Input<Item>[]
  : T extends object
    ? { [K in keyof T]: pulumi.Input<NonNullable<T[K]>> | undefined }
    : T;

/**
 * What the front needs and the engine does not tell a dynamic provider: the URN, to say things on, and to name things after, and
 * what is ignored, so that a refresh's drift of that is. The
 * engine stores it with each resource and writes all of its state after every step, so there is no byte more than needed.
 */
export function inputsForFront(
  name: string,
  type: string,
  opts: pulumi.CustomResourceOptions,
): pulumi.Inputs {
  return {
    __urn: urnOf(name, type, opts.parent),
    ...(opts.ignoreChanges?.length ? { __ignored: opts.ignoreChanges } : {}),
    ...(pulumi.runtime.isDryRun() ? { __preview: true, __failures: undefined } : {}),
  };
}

/** With a parent a plain promise: an output of the parent would make this resource depend on it, and a component on itself. */
function urnOf(name: string, type: string, parent: pulumi.Resource | undefined): pulumi.Input<string> {
  if (parent) return new Promise((resolve) => pulumi.createUrn(name, type, parent).apply(resolve));
  return `urn:pulumi:${pulumi.getStack()}::${pulumi.getProject()}::${type}::${name}`;
}

/**
 * Reports what a preview's check found, each problem on its resource, and so fails the program. The provider cannot do it: the
 * engine would end the preview at the first resource with a problem.
 */
export function reportFailures(
  resource: pulumi.Resource & { __name?: string; __failures?: pulumi.Output<Failure[] | undefined> },
): void {
  if (!pulumi.runtime.isDryRun()) return;
  resource.__failures?.apply((failures) => {
    if (!failures?.length) return;
    for (const { property, reason } of failures) {
      void pulumi.log.error(property ? `${property}: ${reason}` : reason, resource);
    }
    const problems = failures.length === 1 ? "a problem" : `${failures.length} problems`;
    // Fails the program, and lets it go on to the other resources first. The stack would only show this line.
    const failure = new pulumi.RunError(`key pair resource '${resource.__name}' has ${problems}`);
    failure.stack = failure.message;
    throw failure;
  });
}

interface Failure {
  property: string;
  reason: string;
}
