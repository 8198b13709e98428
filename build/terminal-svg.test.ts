import assert from "node:assert/strict";
import { test } from "node:test";
import { spansOf, terminalSvg, wrapped } from "./terminal-svg.ts";

test("a line is split where its colour changes", () => {
  assert.deepEqual(spansOf("web  \u001b[1;31mfailed\u001b[0m  x"), [
    { classes: [], text: "web  " },
    { classes: ["strong", "bad"], text: "failed" },
    { classes: [], text: "  x" },
  ]);
});

test("a longer line goes on in the next row", () => {
  const spans = [
    { classes: [], text: "abc" },
    { classes: ["bad"], text: "defgh" },
  ];
  assert.deepEqual(
    wrapped(spans, 4).map((row) => row.map(({ text }) => text)),
    [["abc", "d"], ["efgh"]],
  );
  assert.deepEqual(wrapped([], 4), [[]]);
});

test("the picture has each text at its column, escaped, and no control characters", () => {
  const svg = terminalSvg({
    command: "sv list",
    text: "a  \u001b[32m<b> & c\u001b[0m\n",
    columns: 80,
  });
  assert.match(svg, /<tspan x="41.2" class="good">&lt;b&gt; &amp; c<\/tspan>/);
  assert.match(svg, /prefers-color-scheme: dark/);
  assert.ok(!svg.includes("\u001b"));
});
