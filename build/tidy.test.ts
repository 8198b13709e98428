/** Each rule of tidy.ts, shown to fail. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { faultsIn } from "./tidy.ts";

const GLOSSARY = `# Glossary
| term | what it is | not |
|---|---|---|
| supervisor | watches | keeper, runner (of tests) |
| current file, rotated file | logs | old log |
| service | runs | unit |
`;
const faults = (files: Readonly<Record<string, string>>): string[] =>
  faultsIn(new Map(Object.entries({ "docs/glossary.md": GLOSSARY, ...files })));
const inProduct = (source: string): string[] => faults({ "base/a.ts": source });

test("tidy reports comments of more than 100 columns, and leaves code to the formatter", () => {
  const wide = "x".repeat(98);
  assert.deepEqual(inProduct(`// ${wide}\nconst a = "${wide}";`), [
    "base/a.ts:1: the comment is wider than 100 columns",
  ]);
  assert.equal(inProduct(`/**\n * ${wide}\n */`).length, 1);
  assert.equal(inProduct(`const a = "${wide}"; // why`).length, 1);
  assert.deepEqual(inProduct(`// ${"é".repeat(97)}\nconst url = "https://${wide}";`), []);
});

test("tidy reports an export that no other file imports", () => {
  const a = "export const used = 1;\nexport interface Unused {}\nexport function whole() {}";
  assert.deepEqual(faults({ "base/a.ts": a, "base/b.ts": 'import { used } from "./a.ts";' }), [
    "base/a.ts:2: no other file imports Unused: do not export it",
    "base/a.ts:3: no other file imports whole: do not export it",
  ]);
  for (const user of ['import * as a from "../base/a.ts";', 'await import("../base/a.ts");']) {
    assert.deepEqual(faults({ "base/a.ts": a, "tests/b.ts": user }), []);
  }
  const renamed = 'import {\n  type Unused as Other,\n  used,\n  whole,\n} from "./a.ts";';
  assert.deepEqual(faults({ "base/a.ts": a, "base/b.ts": renamed }), []);
  assert.deepEqual(faults({ "tools/sv/main.ts": "export function main() {}" }), []);
});

test("tidy reports a regular expression in the product, and none elsewhere", () => {
  const fault = "base/a.ts:1: the engine has no regular expressions";
  for (const code of ["if (!/^\\d+$/.test(a)) b();", "a.split(/,/);", "const a = new RegExp(b);"]) {
    assert.deepEqual(inProduct(code), [fault], code);
    assert.deepEqual(faults({ "build/a.ts": code, "base/a.test.ts": code }), []);
  }
  for (const code of [
    "const a = b / c / d;",
    'const a = "/b/.test";',
    "const a = (b) / 2; // /c/.d",
  ]) {
    assert.deepEqual(inProduct(code), [], code);
  }
});

test("tidy reports a type that two files of the product declare", () => {
  const a = "type Phase = 1;\ninterface Other {}";
  const b = "// another\nclass Phase {}";
  assert.deepEqual(faults({ "base/a.ts": a, "tools/sv/b.ts": b, "tests/c.ts": b }), [
    "tools/sv/b.ts:2: base/a.ts declares a type Phase too: give one another name",
  ]);
  assert.deepEqual(faults({ "base/a.ts": "type One = 1;", "base/b.test.ts": "type One = 2;" }), []);
});

test("tidy reports files that comments and pages mention and that do not exist", () => {
  assert.deepEqual(inProduct("// See base/gone.ts, gone.rs, base/a.ts and a.ts."), [
    "base/a.ts:1: there is no base/gone.ts",
    "base/a.ts:1: there is no gone.rs",
  ]);
  assert.deepEqual(
    faults({ "docs/page.md": "page.md, docs/page.md\n`gone.ts`, tools/TOOL/x.ts" }),
    ["docs/page.md:2: there is no gone.ts"],
  );
});

test("tidy reports names in backticks and links that no code has", () => {
  const source = "const someName = 1; // `someName`, `word`, `goneName()`, {@link GoneType}";
  assert.deepEqual(inProduct(source), [
    "base/a.ts:1: there is no goneName",
    "base/a.ts:1: there is no GoneType",
  ]);
});

test("tidy reports words that the glossary rules out, unless they have another sense", () => {
  assert.deepEqual(inProduct('// A keeper, a runner, a unit.\nfail("two old logs");'), [
    "base/a.ts:1: write supervisor, not keeper",
    "base/a.ts:2: write current file, rotated file, not old log",
  ]);
  assert.deepEqual(faults({ "docs/page.md": "Keepers, `keeper`, timekeeper" }), [
    "docs/page.md:1: write supervisor, not Keeper",
  ]);
  assert.deepEqual(faults({ "tests/a.test.ts": 'test("an old log", () => {});' }), []);
  assert.deepEqual(faults({ "CHANGELOG.md": "keeper" }), []);
});
