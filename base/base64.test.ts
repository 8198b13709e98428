import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "../tests/support/fast-check.ts";
import { base64 } from "./base64.ts";

test("base64 writes bytes as everybody does", () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      assert.equal(
        base64(Buffer.from(bytes).toString("latin1")),
        Buffer.from(bytes).toString("base64"),
      );
    }),
  );
});
