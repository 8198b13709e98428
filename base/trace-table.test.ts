/** The trace table: what is written is what is found, and it fits what esbuild makes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { transform } from "esbuild";
import { traceTableOf } from "../build/source-map.ts";
import fc from "../tests/support/fast-check.ts";
import { type Position, positionOf, traceTable } from "./trace-table.ts";

test("tells for every line of a bundle where it came from", () => {
  const position = fc
    .tuple(
      fc.constantFrom("base/start.ts", "tools/sv/main.ts", "protocol/tai.ts"),
      fc.integer({ min: 1, max: 3_000 }),
    )
    .map(([file, line]) => ({ file, line }));
  const stretch = fc.tuple(fc.option(position, { nil: undefined }), fc.integer({ min: 1, max: 9 }));
  fc.assert(
    fc.property(fc.array(stretch), (stretches) => {
      const lines = stretches.flatMap(([at, count]) =>
        Array.from({ length: count }, (_, step): Position | undefined =>
          at === undefined ? undefined : { ...at, line: at.line + step },
        ),
      );
      const table = traceTable(lines);
      lines.forEach((at, index) => {
        assert.deepEqual(positionOf(table, index + 1), at);
      });
      assert.equal(positionOf(table, 0), undefined);
    }),
  );
});

test("writes the format that its comment shows", () => {
  const sv = (line: number): Position => ({ file: "tools/sv/main.ts", line });
  const start = { file: "base/start.ts", line: 14 };
  const table = traceTable([undefined, start, { ...start, line: 15 }, sv(3), sv(3), undefined]);
  assert.equal(table, "base/start.ts\ntools/sv/main.ts\n\n1\n2 0 14\n4 1 3\n5 1 3\n6");
});

test("reads the source maps of esbuild", async () => {
  const source = "type Gone = 1;\n\nexport function boom(): never {\n  throw new Error();\n}\n";
  const { code, map } = await transform(source, {
    loader: "ts",
    sourcemap: true,
    sourcefile: "boom.ts",
  });
  const table = traceTableOf(JSON.parse(map));
  const line = code.split("\n").findIndex((text) => text.includes("throw")) + 1;
  assert.deepEqual(positionOf(table, line), { file: "boom.ts", line: 4 });
});

test("finds nothing in an empty table, and nothing for what is no line", () => {
  assert.equal(positionOf("", 1), undefined);
  assert.equal(positionOf(traceTable([{ file: "a.ts", line: 1 }]), Number.NaN), undefined);
});
