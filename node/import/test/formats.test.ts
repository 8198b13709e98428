/** The readers of supervisord's formats, beside the modules of Python that it uses. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "../../../tests/support/fast-check.ts";
import { posixTokens } from "../src/shlex.ts";
import { parseConfig } from "../src/supervisord/config-parser.ts";
import { expand } from "../src/supervisord/expand.ts";
import { commandWords, keyValuePairs } from "../src/supervisord/words.ts";
import { answerOf, answersOf } from "./python.ts";

const ROUNDS = 2_000;

function textOf(...pieces: readonly string[]): fc.Arbitrary<string> {
  return fc.array(fc.constantFrom(...pieces), { maxLength: 14 }).map((parts) => parts.join(""));
}

/** Compares the answers for random inputs, of which one that is refused must be refused, too. */
function compare<T>(inputs: fc.Arbitrary<T>, python: string, ours: (input: T) => unknown): void {
  const given = fc.sample(inputs, ROUNDS);
  const expected = answersOf(python, given);
  assert.ok(expected.filter((answer) => answer !== undefined).length > ROUNDS / 20);
  for (const [index, input] of given.entries()) {
    const answer = answerOf(() => ours(input));
    assert.deepEqual(answer, expected[index], JSON.stringify(input));
  }
}

test("a command has the words of shlex.split", () => {
  const texts = textOf("a", "b c", " ", "\t", "\n", "'", '"', "\\", "#", "$", "é", "=");
  compare(texts, "import shlex\ndef answer(text): return shlex.split(text)", (text) =>
    commandWords(text),
  );
});

test("a line of .env has the tokens of shlex", () => {
  const python = `
import shlex
def answer(text): return list(shlex.shlex(text, posix=True))
`;
  const texts = textOf(
    "A",
    "b c",
    " ",
    "=",
    "'",
    '"',
    "\\",
    "#",
    "$",
    "\u00e9",
    "\u00d7",
    "-",
    "n",
  );
  compare(texts, python, (text) => posixTokens(text));
});

test("an environment has the pairs that supervisord reads", () => {
  // The rules of its manual: shlex without POSIX rules, and more characters that make words.
  const python = `
import shlex
def answer(text):
    lexer = shlex.shlex(text)
    lexer.wordchars += "/.+-():"
    tokens, pairs = list(lexer), {}
    for at in range(0, len(tokens), 4):
        key, equals, value = tokens[at:at + 3]
        if equals != "=": raise ValueError()
        pairs[key] = value.strip("'\\"")
    return pairs
`;
  const texts = textOf(
    "A",
    "B",
    "=",
    "=",
    ",",
    '"x, y"',
    "'z'",
    " ",
    "1/2.+-():",
    '"',
    "#",
    "@",
    "\n",
  );
  compare(texts, python, (text) => Object.fromEntries(keyValuePairs(text)));
});

test("a file has the sections and options of configparser", () => {
  const python = `
import configparser
def answer(text):
    parser = configparser.RawConfigParser(inline_comment_prefixes=(";", "#"), strict=False)
    parser.read_file(iter(text.splitlines(True)))
    sections = {name: dict(parser._sections[name]) for name in parser.sections()}
    return {**sections, **({"DEFAULT": dict(parser.defaults())} if parser.defaults() else {})}
`;
  const lines = fc
    .array(
      fc.constantFrom(
        ...[
          "[a]",
          "[program:x] ; c",
          "[a] b]",
          "[DEFAULT]",
          "key=value",
          "KEY : other",
          "k = a;b ;c",
        ],
        ...[
          "k=#c",
          "k=a #c",
          "; c",
          "# c",
          "  # c",
          "",
          "   ",
          "  more",
          " x=y",
          "\tz",
          "k",
          "=v",
          "k=",
          "[]",
        ],
      ),
      { maxLength: 12 },
    )
    .map((all) => `${all.join("\n")}\n`);
  const withHeader = fc
    .tuple(fc.boolean(), lines)
    .map(([has, text]) => (has ? `[a]\n${text}` : text));
  compare(withHeader, python, (text) => {
    const sections = [...parseConfig(text, "file").values()];
    const named = sections.map(({ name, options }) => [
      name,
      Object.fromEntries([...options].map(([option, { value }]) => [option, value])),
    ]);
    return Object.fromEntries(
      named.filter(
        ([name, options]) => name !== "DEFAULT" || Object.keys(options ?? {}).length > 0,
      ),
    );
  });
});

test("variables are formatted as by Python", () => {
  const variables = { here: "/srv/%s", n: 7 };
  const texts = textOf(
    "%(here)s",
    "%(n)d",
    "%(n)03d",
    "%(n)-4d",
    "%(n)s",
    "%%",
    "%",
    "%(no)s",
    "k",
    " ",
    "%(here).2s",
    "%(n)+d",
    "%(n)5s",
  );
  compare(texts, `def answer(text): return text % ${JSON.stringify(variables)}`, (text) =>
    expand(text, new Map(Object.entries(variables))),
  );
});
