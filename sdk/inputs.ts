import * as pulumi from "@pulumi/pulumi";

/** What the front needs and the engine does not tell a dynamic provider: where to say things, and what to name things after. */
export function inputsForFront(
  name: string,
  type: string,
  opts: pulumi.CustomResourceOptions,
): Record<string, pulumi.Input<string>> {
  const urn = pulumi.createUrn(name, type, opts.parent);
  // A plain promise: an output of the parent would make this resource depend on it, and a component on itself.
  return { __logicalName: name, __urn: new Promise((resolve) => urn.apply(resolve)) };
}
