// docs/errors.md: what each error code means and what to do, from the comments of the codes and the table of ECS's own codes.

import { readFileSync } from "node:fs";
import ts from "typescript";

interface Meaning {
  code: string;
  message: string;
  next?: string;
}
/** As in provider/backends/alibaba/errorCodes.ts. */
type Explanations = Readonly<
  Record<string, Meaning | ((subject: { action: string; regionId: string }) => Meaning)>
>;

const SUBJECT = { action: "The action", regionId: "the region" };

export function errorsPage(errorsFile: string, ecsCodes: Explanations): string {
  const ecs = Object.entries(ecsCodes).map(([cloudCode, explanation]) => {
    const {
      code,
      message,
      next = "",
    } = typeof explanation === "function" ? explanation(SUBJECT) : explanation;
    return [`\`${cloudCode}\``, `[${code}](#${code.toLowerCase()})`, sentence(message), next];
  });
  return `<!-- Made by \`npm run generate\` from provider/core/errors.ts and provider/backends/alibaba/errorCodes.ts. -->

# Errors

A message says what happened, to which key pair, the cloud's own code and request id, and what to do next. Each error is of one of
these kinds. If a cloud caused it, or the network, the message ends with a link to its kind.

${codesOf(errorsFile)
  .map(({ code, meaning, next }) => `## ${code}\n\n${meaning}\n\n**What to do**: ${next}\n`)
  .join("\n")}
## Alibaba Cloud's codes

| code of ECS | kind | meaning | what to do |
| ----------- | ---- | ------- | ---------- |
${ecs.map((cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`).join("\n")}

Denials (\`Forbidden.RAM\`, \`NoPermission\` and others, with HTTP 403) are [PermissionDenied](#permissiondenied): the message names the action
to allow, and [alibaba-ecs.md](alibaba-ecs.md) has a policy.

## OpenStack's answers

| answer | kind |
| ------ | ---- |
| 401 | [Unauthenticated](#unauthenticated) |
| 403 | [PermissionDenied](#permissiondenied), or [QuotaExceeded](#quotaexceeded) if it says so |
| 404 that Nova itself says about a key pair | [NotFound](#notfound) |
| 404 of anything else, a page of HTML | [Configuration](#configuration): a wrong endpoint, or a proxy |
| 409 | [AlreadyExists](#alreadyexists) |
| 413, 429 | [Throttled](#throttled), or [QuotaExceeded](#quotaexceeded) if it says so |
| 5xx to a request that changes something | [OutcomeUnknown](#outcomeunknown) |
| any other 4xx | [Refused](#refused), with the cloud's own words |
`;
}

/** The members of the type \`ErrorCode\`, with what their comments say. */
function codesOf(file: string): { code: string; meaning: string; next: string }[] {
  const text = readFileSync(file, "utf8");
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const type = source.statements.find(
    (node) => ts.isTypeAliasDeclaration(node) && node.name.text === "ErrorCode",
  );
  if (!type || !ts.isTypeAliasDeclaration(type) || !ts.isUnionTypeNode(type.type))
    throw new Error(`${file} has no union ErrorCode`);
  return type.type.types.map((member) => {
    // The comment stands before the bar that is before the member.
    const before = text.slice(type.pos, member.getStart());
    const comment = before.slice(before.lastIndexOf("/**")).replace(/\s*\*?\/?\s*\|\s*$/, "");
    const words = comment
      .replace(/^\/\*\*|\*\/\s*$/g, "")
      .replace(/\s*\n\s*\*?\s*/g, " ")
      .trim();
    const [meaning, next] = words.split(" Next: ");
    const code = member.getText().replaceAll('"', "");
    if (!meaning || !next) throw new Error(`the comment of ${code} does not say what to do next`);
    return { code, meaning: linked(meaning), next: linked(sentence(next)) };
  });
}

/** Pages that a comment names, as links from the page's own folder. */
function linked(text: string): string {
  return text.replace(/docs\/([\w-]+\.md)/g, "[$1]($1)");
}

function sentence(text: string): string {
  const ended = /[.!?]$/.test(text) ? text : `${text}.`;
  return `${ended[0]?.toUpperCase()}${ended.slice(1)}`;
}
