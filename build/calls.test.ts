/** The names of failed calls are in the contract and in the host: they have to be the same. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { filesUnder } from "./files.ts";
import { inRoot } from "./paths.ts";

const read = (path: string) => readFileSync(inRoot(path), "utf8");

function namesIn(text: string, pattern: RegExp): string[] {
  return [...new Set([...text.matchAll(pattern)].map(([, name = ""]) => name))].sort();
}

test("every call that the host can name is in the contract, and no other", async () => {
  const [, union = ""] = read("posix/posix.d.ts").match(/export type Call =([^;]*);/) ?? [];
  const host = (await filesUnder(["host/src/posix"]))
    .filter((path) => path.endsWith(".rs"))
    .map(read)
    .join("\n");
  const named = namesIn(
    host,
    /(?:check(?:::<\w+>)?|throw|throw_number|error|unless_again)\(\s*&?ctx,\s*"(\w+)"/g,
  );
  assert.deepEqual(namesIn(union, /"(\w+)"/g), named);
});
