import type { IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";

/** A request of the RPC style, wherever its client put the parameters. */
export interface EcsRequest {
  method: string;
  path: string;
  /** Lower-case names. */
  headers: Record<string, string>;
  query: [string, string][];
  form: [string, string][];
  /** As it came. */
  body: string;
  /** Of the query and the body together. */
  parameters: Map<string, string>;
  action: string;
}

export async function readRequest(incoming: IncomingMessage): Promise<EcsRequest> {
  const body = await text(incoming);
  const url = new URL(incoming.url ?? "/", "http://emulator");
  const headers = Object.fromEntries(
    Object.entries(incoming.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(",") : (value ?? ""),
    ]),
  );
  const query = [...url.searchParams];
  const isForm = headers["content-type"]?.startsWith("application/x-www-form-urlencoded") ?? false;
  const form = isForm ? [...new URLSearchParams(body)] : [];
  const parameters = new Map([...query, ...form]);
  return {
    method: incoming.method ?? "GET",
    path: url.pathname,
    headers,
    query,
    form,
    body,
    parameters,
    action: headers["x-acs-action"] ?? parameters.get("Action") ?? "",
  };
}

/** `Tag.1.Key`, `Tag.1.Value`… A client may leave a value out that is empty. */
export function tagParameters(parameters: Map<string, string>): [string, string][] {
  return numbered(parameters, "Tag", ".Key").map(([n, key]) => [key, parameters.get(`Tag.${n}.Value`) ?? ""]);
}

/** `ResourceId.1`, `ResourceId.2`… */
export function listParameters(parameters: Map<string, string>, name: string): string[] {
  return numbered(parameters, name, "").map(([, value]) => value);
}

/** Clients write `true`, `True` and `TRUE`. */
export function isTrue(parameters: Map<string, string>, name: string): boolean {
  return parameters.get(name)?.toLowerCase() === "true";
}

function numbered(parameters: Map<string, string>, prefix: string, suffix: string): [number, string][] {
  return [...parameters]
    .flatMap(([name, value]): [number, string][] => {
      const isOne = name.startsWith(`${prefix}.`) && name.endsWith(suffix);
      const n = Number(isOne ? name.slice(prefix.length + 1, name.length - suffix.length) : Number.NaN);
      return Number.isInteger(n) ? [[n, value]] : [];
    })
    .sort(([a], [b]) => a - b);
}
