import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { contentsUnderTest } from "../../tests/support/package.ts";
import { debsOf } from "./deb.ts";
import { firstDifference } from "./difference.ts";
import { text } from "./entry.ts";
import { tarball } from "./tar.ts";

const LONG = `${"d".repeat(60)}/${"e".repeat(60)}/f`;

test("the first difference of two archives is a file by its path in them", () => {
  const [a, b] = [text("a", "1"), text("dir/b", "2")];
  const archive = tarball([a, b], 1);
  assert.equal(firstDifference(archive, tarball([a, b], 1)), undefined);
  assert.equal(firstDifference(archive, tarball([a, text("dir/b", "3")], 1)), "dir/b");
  assert.equal(firstDifference(archive, tarball([a, text("dir/b", "2", 0o755)], 1)), "dir/b");
  assert.equal(firstDifference(archive, tarball([a, b, text("c", "")], 1)), "c");
  assert.match(firstDifference(archive, tarball([a], 1)) ?? "", /^dir\/ /);
  assert.equal(firstDifference(tarball([text(LONG, "1")], 1), tarball([text(LONG, "2")], 1)), LONG);
});

test("files that are no archives differ without a name", () => {
  assert.equal(firstDifference(Buffer.from("a"), Buffer.from("b")), "");
  assert.equal(firstDifference(gzipSync("a"), gzipSync("b")), "");
});

test("the first difference of two packages for Debian is a file in one of their parts", async () => {
  const contents = await contentsUnderTest();
  const options = { version: "1.0.0", architecture: "amd64", timeS: 1 };
  const other = contents.map((entry) =>
    entry.path.endsWith("sbom.cdx.json") ? { ...entry, content: Buffer.from("{}") } : entry,
  );
  const [one] = await debsOf(contents, options);
  const [another] = await debsOf(other, options);
  assert.ok(one !== undefined && another !== undefined);
  const difference = firstDifference(one.content, another.content);
  assert.equal(difference, "control.tar.gz/./control");
});
