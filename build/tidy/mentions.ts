/** The files that comments and pages mention exist, and the names that comments mention. */
import { pageLines, programs, type Sources } from "./lines.ts";

const FILE = /(?<![\w*$./@{<-])[\w./-]*\w\.(?:tsx?|rs|grit|md)\b/g;
/** `tools/TOOL/options.ts`, or `a.ts`. */
const PLACEHOLDER = /\b[A-Z]{3,}[/.]|^[a-z]\.ts$/;
/** In backticks or a link, and no word of English nor of another program: a capital within. */
const NAME = /(?:`|\{@link )#?(\w*[a-z][A-Z]\w*)[^`}\s]*[`}]/g;

export function missingMentions(sources: Sources): string[] {
  const files = new Set([...sources.keys()].flatMap(endsOf));
  const names = namesIn(sources);
  const filesIn = (where: string, text: string) =>
    [...text.matchAll(FILE)]
      .filter(([file]) => !files.has(file) && !PLACEHOLDER.test(file))
      .map(([file]) => `${where}: there is no ${file}`);
  const inComments = [...programs(sources)].flatMap(([path, lines]) =>
    lines.flatMap(({ number, comment }) => {
      const where = `${path}:${number}`;
      const missing = [...comment.matchAll(NAME)].filter(([, name = ""]) => !names.has(name));
      return [
        ...filesIn(where, comment),
        ...missing.map(([, name]) => `${where}: there is no ${name}`),
      ];
    }),
  );
  const inPages = [...pageLines(sources)].flatMap(([where, text]) => filesIn(where, text));
  return [...inComments, ...inPages];
}

/** The ways to mention a file: its whole path, without the first folder, ..., its name alone. */
function endsOf(path: string): string[] {
  const parts = path.split("/");
  return parts.map((_, index) => parts.slice(index).join("/"));
}

function namesIn(sources: Sources): ReadonlySet<string> {
  const names = new Set<string>();
  for (const [, lines] of programs(sources)) {
    for (const { code } of lines) for (const name of code.match(/\w+/g) ?? []) names.add(name);
  }
  return names;
}
