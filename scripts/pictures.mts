// The pictures of the docs, from texts: docs/pictures/*.txt (boxes and arrows), *.bars (a chart) and *.term (what a terminal shows).
// They follow the reader's choice of light or dark.

import { globSync, readFileSync } from "node:fs";
import { join, parse } from "node:path";

const BOX = { width: 200, height: 84 };
const GAP = { x: 96, y: 44 };
const MARGIN = 16;
const LINE = 18;
const TERMINAL_LINE = 19;
const TERMINAL_LETTER = 7.9;
const BAR = { labels: 190, longest: 420, values: 60, height: 14 };

const STYLE = `<style>
  text { font: 13px system-ui, sans-serif; fill: #1f2328 }
  .title { font-weight: 600 }
  .label { font-size: 11px; fill: #59636e }
  .term { font: 13px ui-monospace, monospace; white-space: pre }
  .note { fill: #9a6700 }
  rect { fill: #f6f8fa; stroke: #8c959f }
  .first { fill: #0969da; stroke: none } .second { fill: #bf8700; stroke: none }
  path { stroke: #59636e; fill: none }
  marker path { fill: #59636e; stroke: none }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .label { fill: #9198a1 } .note { fill: #d29922 }
    rect { fill: #161b22; stroke: #6e7681 }
    .first { fill: #4493f8 } .second { fill: #d29922 }
    path { stroke: #9198a1 } marker path { fill: #9198a1 }
  }
</style>`;

interface Box {
  x: number;
  y: number;
  lines: string[];
}

const SERIES = ["first", "second"];
const KINDS: Record<string, (text: string) => Parts> = { ".txt": diagram, ".bars": bars, ".term": terminal };

/** All pictures: the file, and its contents. */
export function pictures(folder: string): [file: string, svg: string][] {
  const files = globSync("*.{txt,bars,term}", { cwd: folder }).sort();
  return files.map((file) => {
    const text = readFileSync(join(folder, file), "utf8");
    const { ext, name } = parse(file);
    return [join(folder, `${name}.svg`), svg(titleOf(text), (KINDS[ext] ?? diagram)(text))];
  });
}

/** The first line: a comment, or the command. */
function titleOf(text: string): string {
  return text.split("\n")[0]?.replace(/^[#$] /, "") ?? "";
}

interface Parts {
  width: number;
  height: number;
  parts: string[];
}

/**
 * `box NAME COLUMN,ROW: TITLE | LINE | LINE …` and `arrow FROM TO: LABEL`, a line each. The first line is the picture's title.
 */
function diagram(text: string): Parts {
  const boxes = new Map<string, Box>();
  const arrows: string[] = [];
  for (const line of text.split("\n").filter((one) => one !== "" && !one.startsWith("#"))) {
    const box = /^box (\w+) (\d+),(\d+): (.*)$/.exec(line);
    const arrow = /^arrow (\w+) (\w+): ?(.*)$/.exec(line);
    if (box) {
      const [, name = "", column, row, words = ""] = box;
      const x = MARGIN + Number(column) * (BOX.width + GAP.x);
      const y = MARGIN + Number(row) * (BOX.height + GAP.y);
      boxes.set(name, { x, y, lines: words.split(" | ") });
    } else if (arrow) {
      const [from, to] = [boxes.get(arrow[1] ?? ""), boxes.get(arrow[2] ?? "")];
      if (!from || !to) throw new Error(`an arrow from or to nothing: ${line}`);
      arrows.push(arrowOf(from, to, arrow[3] ?? ""));
    } else throw new Error(`not understood: ${line}`);
  }
  const all = [...boxes.values()];
  const width = Math.max(...all.map(({ x }) => x)) + BOX.width + MARGIN;
  const height = Math.max(...all.map(({ y }) => y)) + BOX.height + MARGIN;
  return { width, height, parts: [...arrows, ...all.map(boxOf)] };
}

function boxOf({ x, y, lines }: Box): string {
  const texts = lines.map((line, index) => {
    const top = y + BOX.height / 2 + 5 + (index - (lines.length - 1) / 2) * LINE;
    return `<text class="${index === 0 ? "title" : "line"}" x="${x + BOX.width / 2}" y="${top}" text-anchor="middle">${escaped(line)}</text>`;
  });
  return `<rect x="${x}" y="${y}" width="${BOX.width}" height="${BOX.height}" rx="6"/>${texts.join("")}`;
}

/** From the side that is nearer: to the right, or down. */
function arrowOf(from: Box, to: Box, label: string): string {
  const isDown = from.x === to.x;
  const start = isDown
    ? { x: from.x + BOX.width / 2, y: from.y + BOX.height }
    : { x: from.x + BOX.width, y: from.y + BOX.height / 2 };
  const end = isDown ? { x: to.x + BOX.width / 2, y: to.y } : { x: to.x, y: to.y + BOX.height / 2 };
  const words = { x: (start.x + end.x) / 2, y: (start.y + end.y) / 2 - 6 };
  return (
    `<path d="M${start.x} ${start.y}L${end.x} ${end.y}" marker-end="url(#head)"/>` +
    `<text class="label" x="${words.x}" y="${words.y}" text-anchor="middle">${escaped(label)}</text>`
  );
}

/**
 * `series ONE | TWO` names what is measured; `LABEL: NUMBER | NUMBER`, a line each, has a bar for each number.
 */
function bars(text: string): Parts {
  const [series = "", ...rows] = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  const names = series.replace(/^series /, "").split(" | ");
  const data = rows.map((row) => {
    const [label = "", numbers = ""] = row.split(": ");
    return { label, numbers: numbers.split(" | ").map(Number) };
  });
  const most = Math.max(...data.flatMap(({ numbers }) => numbers));
  if (!Number.isFinite(most)) throw new Error("not understood: a row of a chart is `LABEL: NUMBER | NUMBER`");
  const left = MARGIN + BAR.labels;
  const step = BAR.height * names.length + MARGIN;
  const top = MARGIN + LINE;
  const legend = names.map((name, n) => {
    const x = left + n * 130;
    return `<rect class="${SERIES[n]}" x="${x}" y="${MARGIN - 8}" width="12" height="12"/><text x="${x + 18}" y="${MARGIN + 3}">${escaped(name)}</text>`;
  });
  const parts = data.map(({ label, numbers }, row) => {
    const y = top + row * step;
    const shown = numbers.map((number, n) => {
      const width = Math.max(1, Math.round((number / most) * BAR.longest));
      const down = y + n * BAR.height;
      return `<rect class="${SERIES[n]}" x="${left}" y="${down}" width="${width}" height="${BAR.height - 2}"/><text class="label" x="${left + width + 6}" y="${down + 10}">${number} s</text>`;
    });
    const middle = y + (BAR.height * names.length) / 2 + 3;
    return `<text x="${left - 10}" y="${middle}" text-anchor="end">${escaped(label)}</text>${shown.join("")}`;
  });
  const width = left + BAR.longest + BAR.values;
  return { width, height: top + data.length * step, parts: [...legend, ...parts] };
}

function terminal(text: string): Parts {
  const lines = text.trimEnd().split("\n");
  const width = Math.max(...lines.map(({ length }) => length)) * TERMINAL_LETTER + 3 * MARGIN;
  const height = lines.length * TERMINAL_LINE + 2 * MARGIN;
  const texts = lines.map((line, index) => {
    const kind = /warning/.test(line) ? "term note" : "term";
    return `<text class="${kind}" xml:space="preserve" x="${1.5 * MARGIN}" y="${MARGIN + (index + 0.75) * TERMINAL_LINE}">${escaped(line)}</text>`;
  });
  const frame = `<rect x="1" y="1" width="${Math.ceil(width) - 2}" height="${height - 2}" rx="8"/>`;
  return { width: Math.ceil(width), height, parts: [frame, ...texts] };
}

function svg(title: string, { width, height, parts }: Parts): string {
  const head =
    '<defs><marker id="head" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0L8 4L0 8z"/></marker></defs>';
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">\n${[`<title>${escaped(title)}</title>`, STYLE, head, ...parts].join("\n")}\n</svg>\n`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
