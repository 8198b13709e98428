/** chpst -e reads variables as the original does. */
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SHOW, variables, withFiles } from "./cases.ts";
import { type Case, compare, NOBODY, outcome } from "./compare.ts";

const CONTENTS: Readonly<Record<string, string>> = {
  "no byte": "",
  "a newline": "\n",
  blanks: " \t ",
  "blanks and a newline": " \t \n",
  "a value": "v",
  "a line": "v\n",
  "two lines": "v\nw\n",
  "a blank line, then one": "\nw",
  "blanks at the end": "v w \t \n",
  "blanks before": " \tv\n",
  NUL: "\0",
  "NUL within": "a\0b\0\0c\n",
  "NUL at the end": "a\0",
  "NUL before blanks": "a\0 \n",
  "CR LF": "v\r\n",
  CR: "\r",
  "blank CR": "v \r\n",
  "bytes above 127": "\u00ff\u00fe\u0080",
  "an assignment": "K=v",
  quotes: "'v' \"w\" $HOME `x`",
  "vertical tab": "v\v\f\n",
  "5,000 bytes": "x".repeat(5_000),
  "100,000 bytes": `${"y".repeat(100_000)} \nz`,
  "70,000 blanks": `v${" ".repeat(70_000)}\nz`,
  "a newline after 65,536 bytes": `${"z".repeat(65_536)}\nw`,
};

/** Small, and the same each time. */
function* chance(seed: number): Generator<number, never> {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state >>> 8;
  }
}

function generated(seed: number): Case {
  const numbers = chance(seed);
  const pick = (list: string) => list.charAt(numbers.next().value % list.length);
  const text = (list: string, most: number) =>
    Array.from({ length: numbers.next().value % most }, () => pick(list)).join("");
  const files = Object.fromEntries(
    Array.from({ length: 30 }, (_, index) => [
      `${pick("ABKxyz_")}${text("ABxy01-. \u00e9", 6)}${index}`,
      text("ab \t\t\n\n\0\r=\u00ff", 24),
    ]),
  );
  return withFiles(`generated files, ${seed}`, files);
}

const environments: Case[] = [
  ...Object.entries(CONTENTS).map(([what, content]) => withFiles(what, { K: content })),
  ...Array.from({ length: 25 }, (_, index) => generated(index + 1)),
  withFiles("several files", { A: "1", B: "2", K: "", EMPTY: "x", KEPT: "y" }),
  withFiles(
    "names that start with a dot",
    { ".K": "1", ".": "", "..A": "2" } as Record<string, string>,
    {
      prepare: variables({ ".K": "1", "..A": "2", K: "k" }),
    },
  ),
  withFiles("names of all kinds", {
    "a b": "1",
    "\u00e9": "2",
    "\u00ff": "3",
    "-": "4",
    k: "5",
    "%n": "6",
    "a\nb": "7",
  }),
  withFiles("the same as before", { K: "old" }),
  withFiles("an empty directory", {}),
  withFiles("a directory within", { K: "new" }, { more: (dir) => mkdirSync(join(dir, "env/D")) }),
  withFiles(
    "a directory within, told",
    { K: "new" },
    {
      more: (dir) => mkdirSync(join(dir, "env/D")),
      words: ["-v", "-e", "BOX/env", ...SHOW],
    },
  ),
  withFiles(
    "a link to a file",
    { K: "new" },
    { more: (dir) => symlinkSync("K", join(dir, "env/L")) },
  ),
  withFiles("a relative path", { K: "new" }, { words: ["-e", "env", ...SHOW] }),
  withFiles("a path with slashes at its end", { K: "new" }, { words: ["-e", "env//", ...SHOW] }),
  withFiles("no directory", {}, { words: ["-e", "BOX/nosuch", ...SHOW] }),
  withFiles("a file for a directory", {}, { words: ["-e", "/etc/passwd", ...SHOW] }),
  withFiles("an empty path", {}, { words: ["-e", "", ...SHOW] }),
  withFiles(
    "no right to the directory",
    { K: "v" },
    { uid: NOBODY, more: (dir) => chmodSync(join(dir, "env"), 0) },
  ),
  withFiles(
    "no right to list",
    { K: "v" },
    { uid: NOBODY, more: (dir) => chmodSync(join(dir, "env"), 0o711) },
  ),
  withFiles(
    "no right to enter",
    { K: "v" },
    { uid: NOBODY, more: (dir) => chmodSync(join(dir, "env"), 0o744) },
  ),
  withFiles(
    "no right to a file",
    { K: "v" },
    { uid: NOBODY, more: (dir) => chmodSync(join(dir, "env/K"), 0) },
  ),
  withFiles("a link to itself", {}, { more: (dir) => symlinkSync("K", join(dir, "env/K")) }),
  withFiles(
    "-U over -e",
    { UID: "9", GID: "9" },
    { words: ["-U", "nobody", "-e", "BOX/env", ...SHOW] },
  ),
  withFiles(
    "-U over -e, the other way round",
    { UID: "9" },
    { words: ["-e", "BOX/env", "-U", "nobody", ...SHOW] },
  ),
  withFiles("an entry without a name", { K: "v" }, { via: ["env", "=x"] }),
  withFiles(
    "a dangling link",
    { A: "1" },
    {
      more: (dir) => symlinkSync("/nosuch", join(dir, "env/Z")),
      words: ["-v", "-e", "BOX/env", ...SHOW],
      differs: "chpst-dangling",
    },
  ),
  withFiles("a name with =", { "A=B": "1" }, { differs: "chpst-equals" }),
  withFiles("PATH", { PATH: "/nosuch" }, { differs: "chpst-path" }),
  withFiles(
    "PATH removed",
    { PATH: "" },
    { words: ["-e", "BOX/env", "/usr/bin/perl", ...SHOW.slice(1)] },
  ),
  withFiles(
    "two directories",
    { A: "1" },
    {
      prepare: (dir) => {
        variables({ A: "1", B: "1" })(dir);
        mkdirSync(join(dir, "more"));
        writeFileSync(join(dir, "more/A"), "2");
      },
      words: ["-e", "BOX/env", "-e", "BOX/more", ...SHOW],
      differs: "chpst-env-dirs",
    },
  ),
];

compare("variables are read as by the original", outcome, environments);
