/** What a file of YAML or JSON says, and in which line it says it. */
import { isMap, isSeq, LineCounter, type Node, parseDocument } from "yaml";
import { ImportError } from "../note.ts";

/** Keys of maps, and indices of lists. */
export type TreePath = readonly (string | number)[];

export interface SourceTree {
  readonly file: string;
  readonly value: unknown;
  /** The line of the entry, or of the nearest one around it. */
  readonly lineOf: (path: TreePath) => number;
}

/** More levels than this are an alias of what is around it, or would fill the stack. */
const LEVELS_MAX = 100;

/**
 * JSON is YAML, too.
 *
 * @throws {ImportError} it is neither
 */
export function parseTree(text: string, file: string): SourceTree {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { merge: true, lineCounter, intAsBigInt: true });
  const lineAt = (offset: number): number => lineCounter.linePos(offset).line;
  const [problem] = document.errors;
  if (problem !== undefined) {
    const [text = ""] = problem.message.split("\n");
    throw new ImportError({ file, line: lineAt(problem.pos[0]) }, text.replace(/:$/, ""));
  }
  let value: unknown;
  try {
    value = document.toJS();
  } catch (error) {
    // An alias of nothing, or aliases of aliases that would fill the memory.
    if (!(error instanceof ReferenceError)) throw error;
    throw new ImportError({ file, line: 1 }, error.message);
  }
  if (!isWithin(LEVELS_MAX, value)) {
    throw new ImportError({ file, line: 1 }, `more than ${LEVELS_MAX} levels`);
  }
  const lineOf = (path: TreePath): number => {
    let node: unknown = document.contents;
    let line = 1;
    for (const key of path) {
      let next: unknown;
      if (isMap<Node, unknown>(node)) {
        const pair = node.items.find((one) => `${one.key}` === `${key}`);
        if (pair?.key.range != null) line = lineAt(pair.key.range[0]);
        next = pair?.value;
      } else if (isSeq<Node>(node)) {
        next = node.items[Number(key)];
        const range = (next as Node | undefined)?.range;
        if (range != null) line = lineAt(range[0]);
      }
      if (next === undefined) break;
      node = next;
    }
    return line;
  };
  return { file, value, lineOf };
}

function isWithin(levels: number, value: unknown): boolean {
  if (typeof value !== "object" || value === null) return true;
  return levels > 0 && Object.values(value).every((one) => isWithin(levels - 1, one));
}
