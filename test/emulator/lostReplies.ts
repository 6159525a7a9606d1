import type { Fault } from "./faultProxy";

export type { Fault };

/** A fault after which nobody but the server knows whether it did what it was asked. */
export interface LostReply {
  title: string;
  fault: Fault;
  outcome: "done" | "not done";
}

const HTML = { "content-type": "text/html" };
const INTERNAL = JSON.stringify({ computeFault: { code: 500, message: "Unexpected API Error." } });

export const LOST_REPLIES: readonly LostReply[] = [
  {
    title: "the connection closed before the request",
    fault: { when: "before", close: true },
    outcome: "not done",
  },
  {
    title: "no answer in time, and nothing was done",
    fault: { when: "before", hang: true },
    outcome: "not done",
  },
  {
    title: "500 before the effect",
    fault: { when: "before", reply: { status: 500, body: INTERNAL } },
    outcome: "not done",
  },
  {
    title: "an HTML 502 before the effect",
    fault: { when: "before", reply: { status: 502, headers: HTML, body: html("502 Bad Gateway") } },
    outcome: "not done",
  },
  { title: "503 before the effect", fault: { when: "before", reply: { status: 503 } }, outcome: "not done" },
  { title: "the connection closed after the effect", fault: { when: "after", close: true }, outcome: "done" },
  {
    title: "the connection closed in the middle of the reply",
    fault: { when: "after", cut: true },
    outcome: "done",
  },
  { title: "no answer in time, and it was done", fault: { when: "after", hang: true }, outcome: "done" },
  {
    title: "an HTML 504 after the effect",
    fault: { when: "after", reply: { status: 504, headers: HTML, body: html("504 Gateway Time-out") } },
    outcome: "done",
  },
  {
    title: "a page with 200 after the effect",
    fault: { when: "after", reply: { status: 200, headers: HTML, body: html("Welcome") } },
    outcome: "done",
  },
  {
    title: "200 with half of the JSON after the effect",
    fault: { when: "after", reply: { status: 200, body: '{"keypair": {"name": ' } },
    outcome: "done",
  },
];

/** What a proxy answers in place of a service. */
export function html(title: string): string {
  return `<html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>`;
}
