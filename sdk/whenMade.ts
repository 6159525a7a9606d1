import * as pulumi from "@pulumi/pulumi";

/**
 * The arguments of a look-up. They are unknown until the resources that they come from, and those that the look-up depends on, exist.
 * The engine does the same for the functions of its providers.
 */
export function whenMade<Args extends object>(
  args: Args,
  dependsOn: pulumi.InvokeOutputOptions["dependsOn"],
): pulumi.Output<pulumi.Unwrap<Args>> {
  const value = pulumi.output(args);
  const ids = resourcesOf(value).then((resources) => resources.flatMap(idsOf));
  const explicitIds = pulumi.output(dependsOn).apply(async (given) => {
    const resources = [given ?? []].flat().filter(pulumi.Resource.isInstance);
    return (await Promise.all(resources.map(madeWith))).flat().flatMap(idsOf);
  });
  // `apply` does not run while a part is unknown.
  return pulumi.all([ids, explicitIds]).apply(() => value);
}

async function resourcesOf(output: object): Promise<pulumi.Resource[]> {
  return isTraced(output) ? [...(await output.allResources())] : [];
}

/** Outputs know their resources, though the types do not tell. */
function isTraced(output: object): output is { allResources(): Promise<Set<pulumi.Resource>> } {
  return "allResources" in output && typeof output.allResources === "function";
}

function idsOf(resource: pulumi.Resource): pulumi.Output<unknown>[] {
  return pulumi.CustomResource.isInstance(resource) ? [resource.id] : [resource.urn];
}

/** To depend on a component means to depend on all resources below it, once its constructor has ended. */
async function madeWith(resource: pulumi.Resource): Promise<pulumi.Resource[]> {
  if (!pulumi.ComponentResource.isInstance(resource)) return [resource];
  if ("__data" in resource) await resource.__data;
  const children = "__childResources" in resource && resource.__childResources;
  const below = children instanceof Set ? await Promise.all([...children].map(madeWith)) : [];
  return [resource, ...below.flat()];
}
