/**
 * The picture of a terminal: text with colours as an SVG that is readable on a light and on a dark
 * page.
 *
 * Source: ECMA-48, SGR, as far as tools/sv/words/style.ts writes it.
 */

export interface Screen {
  readonly command: string;
  /** What the command printed, with SGR sequences. */
  readonly text: string;
  readonly columns: number;
}

/** The size of a character, in the units of the picture. */
const CHARACTER = { width: 8.4, height: 19 };
const FONT_SIZE = 14;
const MARGIN = 16;
const ESCAPE = "\u001b[";

/** The class of each SGR parameter. */
const CLASSES: Readonly<Record<string, string>> = {
  "1": "strong",
  "2": "faint",
  "31": "bad",
  "32": "good",
  "33": "warning",
  "36": "change",
};

const STYLE = `
  text { font: ${FONT_SIZE}px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #1f2328; white-space: pre; }
  .screen { fill: #f6f8fa; stroke: #d1d9e0; }
  .faint { fill: #6e7781; } .strong { font-weight: bold; } .bad { fill: #b3261e; }
  .good { fill: #1a7f37; } .warning { fill: #8a6100; } .change { fill: #0b6e8a; }
  @media (prefers-color-scheme: dark) {
    text { fill: #d1d7e0; } .screen { fill: #151b23; stroke: #3d444d; }
    .faint { fill: #8b949e; } .bad { fill: #ff8379; }
    .good { fill: #57c26b; } .warning { fill: #dfb24a; } .change { fill: #56c8dd; }
  }
`;

/** A stretch of text in one colour. */
interface Span {
  readonly classes: readonly string[];
  readonly text: string;
}

export function terminalSvg({ command, text, columns }: Screen): string {
  const printed = text
    .trimEnd()
    .split("\n")
    .flatMap((line) => wrapped(spansOf(line), columns));
  const prompt: Span[] = [
    { classes: ["faint"], text: "$ " },
    { classes: ["strong"], text: command },
  ];
  const lines = [prompt, ...printed];
  const width = Math.ceil(columns * CHARACTER.width + 2 * MARGIN);
  const height = Math.ceil(lines.length * CHARACTER.height + 2 * MARGIN);
  const rows = lines.map((spans, row) => lineText(spans, row)).join("");
  return `\
<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(command)}">
<style>${STYLE}</style>
<rect class="screen" x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8"/>
${rows}</svg>
`;
}

/** Splits a line where its colour changes. */
export function spansOf(line: string): Span[] {
  const spans: Span[] = [];
  let classes: readonly string[] = [];
  for (const [index, part] of line.split(ESCAPE).entries()) {
    const end = index === 0 ? -1 : part.indexOf("m");
    if (index > 0) classes = classesOf(part.slice(0, end));
    const text = part.slice(end + 1);
    if (text !== "") spans.push({ classes, text });
  }
  return spans;
}

/** A terminal goes on in the next row if a line is longer. */
export function wrapped(spans: readonly Span[], columns: number): Span[][] {
  const rows: Span[][] = [[]];
  let left = columns;
  for (const { classes, text } of spans) {
    for (let rest = text; rest !== ""; ) {
      if (left === 0) {
        rows.push([]);
        left = columns;
      }
      const part = rest.slice(0, left);
      rows.at(-1)?.push({ classes, text: part });
      left -= part.length;
      rest = rest.slice(part.length);
    }
  }
  return rows;
}

function classesOf(parameters: string): readonly string[] {
  return parameters.split(";").flatMap((parameter) => CLASSES[parameter] ?? []);
}

/** Each word has its place, whatever the width of the font's characters is. */
function lineText(spans: readonly Span[], row: number): string {
  const y = MARGIN + (row + 0.75) * CHARACTER.height;
  let column = 0;
  const parts = spans.map(({ classes, text }) => {
    const words = text.match(/ *[^ ]+(?: [^ ]+)*/g) ?? [];
    const start = column;
    column += text.length;
    let at = start;
    return words
      .map((word) => {
        const bare = word.trimStart();
        const x = MARGIN + (at + word.length - bare.length) * CHARACTER.width;
        at += word.length;
        const look = classes.length === 0 ? "" : ` class="${classes.join(" ")}"`;
        return `<tspan x="${round(x)}"${look}>${escaped(bare)}</tspan>`;
      })
      .join("");
  });
  return parts.join("") === "" ? "" : `<text y="${round(y)}">${parts.join("")}</text>\n`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
