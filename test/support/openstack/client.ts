import { open } from "../../../provider/backends/openstack/open";
import type { Backend, Credentials } from "../../../provider/core/backend";
import type { Connection } from "../../../provider/core/model";

/** Opens the backend as a process with these variables, and none of this process's `OS_*`, would. */
export async function openAs(
  variables: Record<string, string>,
  connection: Connection = {},
  credentials: Credentials = {},
): Promise<Backend> {
  const before = process.env;
  const own = Object.entries(before).filter(([name]) => !name.startsWith("OS_"));
  process.env = { ...Object.fromEntries(own), ...variables };
  try {
    // The environment is read before the first wait.
    return await open({ backend: "openstack", ...connection }, credentials);
  } finally {
    process.env = before;
  }
}
