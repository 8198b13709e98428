import assert from "node:assert/strict";
import { test } from "node:test";
import { contentsUnderTest } from "../../tests/support/package.ts";
import { originalInPlace } from "../../tests/support/suite.ts";
import { hasNfpm, nfpmPackages } from "./nfpm.ts";

const OPTIONS = { version: "1.0.0", architecture: "amd64", timeS: 1_700_000_000 };

test("packages for rpm, apk and Arch depend on their contents and time alone", {
  skip: originalInPlace || (!(await hasNfpm()) && "npm run release builds nfpm"),
}, async () => {
  const contents = await contentsUnderTest();
  const packages = await nfpmPackages(contents, OPTIONS);
  assert.deepEqual(
    packages.map(({ name }) => name),
    ["runits", "runits-init"].flatMap((name) =>
      ["rpm", "apk", "pkg.tar.zst"].map((end) => `${name}-1.0.0-1.amd64.${end}`),
    ),
  );
  assert.deepEqual(await nfpmPackages(contents, OPTIONS), packages);
});
