/** Patches apply where they fit, and only there. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { applyPatch, PatchError } from "./patch.ts";

const FILES: Record<string, string> = {
  "dir/a.c": "one\ntwo\nthree\nfour\nfive\nsix\n",
  "b.h": "same\nx\nsame\nx\n",
};
const read = (name: string): string => FILES[name] ?? "";

const CHANGE = `--- a/dir/a.c
+++ b/dir/a.c
@@ -1,3 +1,4 @@
 one
-two
+2
+and a half
 three
@@ -4,3 +5,2 @@ five
 four
-five
 six
`;

test("a patch changes lines wherever they are, and leaves the rest", () => {
  const moved = `zero\n${FILES["dir/a.c"]}`;
  assert.deepEqual(
    [...applyPatch(CHANGE, () => moved)],
    [["dir/a.c", "zero\none\n2\nand a half\nthree\nfour\nsix\n"]],
  );
});

test("a patch changes several files", () => {
  const more = `${CHANGE}--- a/b.h\n+++ b/b.h\n@@ -1,3 +1,3 @@\n x\n-same\n+other\n x\n`;
  assert.deepEqual([...applyPatch(more, read).keys()], ["dir/a.c", "b.h"]);
  assert.equal(applyPatch(more, read).get("b.h"), "same\nx\nother\nx\n");
});

test("a patch that fits nowhere, or twice, is refused with the line of its hunk", () => {
  const refused = (patch: string, message: RegExp) =>
    assert.throws(
      () => applyPatch(patch, read),
      (error) => error instanceof PatchError && message.test(error.message),
    );
  refused(CHANGE.replace("-five", "-fife"), /line 9 fits nowhere in dir\/a\.c/);
  refused("+++ b/b.h\n@@ -1,2 +1,1 @@\n-same\n x\n", /line 2 fits in more than one place in b\.h/);
});
