/** Comments, messages and pages use no word that docs/glossary.md rules out. */
import { pageLines, programs, type Sources } from "./lines.ts";

/** Words of the glossary's last column that are right in another sense, with that sense. */
const AMBIGUOUS: Readonly<Record<string, string>> = {
  accident: "by accident",
  app: "the name of a user in examples",
  become: "to take another value",
  bound: "bound to an address",
  bounds: "sets bounds to",
  collect: "garbage",
  dead: "a dead process in utmp",
  death: "the parent death signal",
  ending: "of the name of a file",
  filter: "of system calls",
  half: "half a minute",
  head: "of a list",
  home: "of a user",
  inherit: "descriptors",
  job: "of cron or a shell",
  kept: "kept open",
  letter: "of an option",
  life: "of a process",
  limit: "on resources",
  line: "of text",
  lost: "lost data",
  module: "of JavaScript",
  order: "in this order",
  part: "a part of a tool; some of it",
  pause: "the command of sv",
  phase: "the field of the status record",
  report: "an error",
  rest: "the others",
  runtime: "Rust's",
  sign: "an equals sign",
  target: "of a link",
  tell: "CONTRIBUTING.md has a command that counts it",
  unit: "of a number",
  verb: "of a sentence",
  verdict: "of a benchmark",
  watcher: "of the kernel, which it notifies",
};
/** A message has a blank. Those of tests and scripts quote anything. */
const MESSAGE = /"[^"]* [^"]*"|`[^`]* [^`]*`/g;
const PRODUCT = /^(base|protocol|supervisor|tools|host|node)\/(?!.*\.test\.tsx?$)/;

export function ruledOutWords(sources: Sources): string[] {
  const terms = termsOf(sources.get("docs/glossary.md") ?? "");
  if (terms.size === 0) return [];
  const ruledOut = new RegExp(
    `(?<![\\w\`/.-])(${[...terms.keys()].join("|")})s?(?![\\w\`/-])`,
    "gi",
  );
  const check = (where: string, text: string) =>
    [...text.matchAll(ruledOut)].map(
      ([, word = ""]) => `${where}: write ${terms.get(word.toLowerCase())}, not ${word}`,
    );
  const inPrograms = [...programs(sources)].flatMap(([name, lines]) =>
    lines.flatMap(({ number, comment, code }) => {
      const messages = PRODUCT.test(name) ? (code.match(MESSAGE) ?? []) : [];
      return check(`${name}:${number}`, [comment, ...messages].join(" "));
    }),
  );
  return [...inPrograms, ...[...pageLines(sources)].flatMap(([where, text]) => check(where, text))];
}

/** The terms of the table by the words that it rules out. A word with a remark needs a reader. */
function termsOf(glossary: string): ReadonlyMap<string, string> {
  const rows = [...glossary.matchAll(/^\| ([^|]+) \| [^|]+ \| ([^|]+) \|$/gm)].slice(1);
  return new Map(
    rows.flatMap(([, term = "", words = ""]) =>
      words
        .split(",")
        .map((word) => word.trim())
        .filter((word) => /^[\w -]+$/.test(word) && AMBIGUOUS[word] === undefined)
        .map((word) => [word, term] as const),
    ),
  );
}
