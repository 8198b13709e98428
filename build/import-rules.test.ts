/** Each rule, shown to fail. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { circles, importsUpward, impureFiles, isPure } from "./import-rules.ts";

const pure = (body: string): string => `/**\n * Decides. Pure: no clock.\n */\n${body}\n`;
const faults = (body: string): string[] =>
  impureFiles(
    new Map([
      ["tools/a/decide.ts", pure(body)],
      ["tools/a/words.ts", pure("export type Word = 1;")],
      ["tools/a/effects.ts", 'import * as posix from "posix";'],
    ]),
  );

test("lets a pure file import pure files", () => {
  assert.deepEqual(
    faults('import type { Word } from "./words.ts";\nexport const one: Word = 1;'),
    [],
  );
});

test("reports a pure file that imports the host, Node or a file that is not pure", () => {
  for (const [specifier, told] of [
    ["posix", "imports posix"],
    ["node:fs", "imports node:fs"],
    ["./effects.ts", "imports tools/a/effects.ts"],
  ] as const) {
    const [fault = ""] = faults(`import {\n  a,\n} from "${specifier}";`);
    assert.ok(fault.startsWith("tools/a/decide.ts: ") && fault.includes(told), fault);
    assert.equal(faults(`export * from "${specifier}";`).length, 1);
  }
});

test("reports a pure file that asks clock or chance, but not one that only speaks of them", () => {
  assert.equal(faults("export const now = Date.now();").length, 1);
  assert.equal(faults("export const now = new Date();").length, 1);
  assert.equal(faults("export const some = Math.random();").length, 1);
  assert.deepEqual(faults("// not Date.now()\n/* nor Math.random */\nexport const one = 1;"), []);
});

test("takes the marker from the opening comment alone", () => {
  assert.equal(isPure(pure("")), true);
  assert.equal(isPure('/** Acts. */\n// Pure: no.\nimport "posix";'), false);
});

const importing = (files: Readonly<Record<string, readonly string[]>>) =>
  new Map(
    Object.entries(files).map(([name, specifiers]) => [
      name,
      specifiers.map((specifier) => `import { a } from "${specifier}";`).join("\n"),
    ]),
  );

test("reports an import from a directory above, and from another tool", () => {
  const allowed = {
    "protocol/a.ts": [],
    "base/b.ts": ["posix", "../protocol/a.ts"],
    "tools/runsv/c.ts": ["../../base/b.ts", "./d.ts"],
    "tools/runsv/d.ts": [],
    "tools/runsvdir/e.ts": ["../runsv/c.ts"],
  };
  assert.deepEqual(importsUpward(importing(allowed)), []);
  assert.deepEqual(importsUpward(importing({ ...allowed, "protocol/a.ts": ["../base/b.ts"] })), [
    "protocol/a.ts: imports base/b.ts, but protocol/ may not import base/",
  ]);
  assert.equal(
    importsUpward(importing({ ...allowed, "tools/sv/f.ts": ["../runsv/d.ts"] })).length,
    1,
  );
});

test("reports a circle of imports once, and no other way to it", () => {
  const files = {
    "a.ts": ["./b.ts"],
    "b.ts": ["./c.ts"],
    "c.ts": ["./b.ts", "./d.ts"],
    "d.ts": [],
  };
  assert.deepEqual(circles(importing(files)), ["b.ts imports c.ts imports b.ts"]);
  assert.deepEqual(circles(importing({ ...files, "c.ts": ["./d.ts"] })), []);
});

test("reports a package of node/ that imports another by its path", () => {
  const sources = importing({
    "tools/sv/look.ts": [],
    "node/client/src/index.ts": ["../../../tools/sv/look.ts"],
    "node/console/src/main.ts": ["../../client/src/index.ts", "runits-client"],
  });
  assert.deepEqual(importsUpward(sources), [
    "node/console/src/main.ts: imports node/client/src/index.ts, but node/console/ may not import node/client/",
  ]);
});
