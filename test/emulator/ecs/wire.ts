import type { ServerResponse } from "node:http";
import type { EcsRequest } from "./request";

export type Fields = { [name: string]: unknown };

export interface Rendered {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** What the client asked for: V2 clients say it in `Format`, and get XML without it; V3 clients in `accept`. */
export function wantsXml({ parameters, headers }: EcsRequest): boolean {
  const format = parameters.get("Format");
  if (format !== undefined) return format.toUpperCase() === "XML";
  return headers["authorization"] === undefined || /xml/i.test(headers["accept"] ?? "");
}

export function render(
  request: EcsRequest,
  status: number,
  fields: Fields,
  headers: Record<string, string> = {},
): Rendered {
  const isXml = wantsXml(request);
  const root = status < 400 ? `${request.action}Response` : "Error";
  return {
    status,
    headers: {
      ...headers,
      "content-type": isXml ? "text/xml;charset=utf-8" : "application/json;charset=utf-8",
    },
    body: isXml ? `<?xml version='1.0' encoding='UTF-8'?>${element(root, fields)}` : JSON.stringify(fields),
  };
}

export function send(response: ServerResponse, { status, headers, body }: Rendered): void {
  response.writeHead(status, headers).end(body);
}

function element(name: string, value: unknown): string {
  if (Array.isArray(value)) return value.map((item) => element(name, item)).join("");
  const content =
    typeof value === "object" && value !== null
      ? Object.entries(value)
          .map(([child, inner]) => element(child, inner))
          .join("")
      : String(value ?? "").replace(/[<>&]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  return `<${name}>${content}</${name}>`;
}
