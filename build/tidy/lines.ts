/** Programs and pages by their lines, each taken apart into comment and code. */

/** The text of files by their paths from the root. */
export type Sources = ReadonlyMap<string, string>;

interface Line {
  readonly number: number;
  readonly comment: string;
  readonly code: string;
}

/** TypeScript, Rust and C, which share the marks of a comment. */
export function* programs(sources: Sources): Iterable<readonly [string, readonly Line[]]> {
  for (const [name, source] of sources) {
    if (/\.(tsx?|rs|c|h)$/.test(name)) yield [name, linesOf(source)];
  }
}

/**
 * Lines of pages that describe the present, as `[PATH:LINE, TEXT]`; the glossary rules words out.
 */
export function* pageLines(sources: Sources): Iterable<readonly [string, string]> {
  for (const [name, source] of sources) {
    if (!/\.(md|[1-8])$/.test(name) || /^(CHANGELOG|docs\/glossary)\.md$/.test(name)) continue;
    for (const [index, text] of source.split("\n").entries()) yield [`${name}:${index + 1}`, text];
  }
}

function linesOf(source: string): Line[] {
  let isInBlock = false;
  return source.split("\n").map((text, index) => {
    const number = index + 1;
    if (isInBlock || /^\s*(\/\/|\/\*)/.test(text)) {
      isInBlock = !text.includes("*/") && (isInBlock || /^\s*\/\*/.test(text));
      return { number, comment: text, code: "" };
    }
    const at = text.search(/(?<=\s)\/\/ /);
    // After an odd number of quotation marks the slashes belong to a string.
    const quotes = text.slice(0, Math.max(at, 0)).match(/["`]/g)?.length ?? 0;
    if (at < 0 || quotes % 2 === 1) return { number, comment: "", code: text };
    return { number, comment: text.slice(at), code: text.slice(0, at) };
  });
}
