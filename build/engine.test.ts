/**
 * Counts of references in the engine change only where frozen objects are left out: a new version
 * of the engine may have more places than host/engine/freeze.patch knows. Nor may it get back its
 * traces for the engine's developers.
 */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { prepareEngine } from "./engine.ts";
import { ENGINE } from "./paths.ts";

/** `FUNCTION: the count` for each place that a pattern finds. */
async function places(pattern: RegExp): Promise<string[]> {
  await prepareEngine();
  const source = await readFile(join(ENGINE, "quickjs/quickjs.c"), "utf8");
  const found: string[] = [];
  let current = "";
  for (const line of source.split("\n")) {
    const [, name] = /^(?!#|\s)[^;=]*?\b(\w+)\((?!.*;$)/.exec(line) ?? [];
    if (name !== undefined) current = name;
    const code = line.replace(/\/\*.*?\*\//g, "");
    if (pattern.test(code)) found.push(`${current}: ${code.trim()}`);
  }
  return found;
}

const COUNT = String.raw`(?:JS_REF_COUNT\([^()]*(?:\([^()]*\))?[^()]*\)|js_rc\(\w+\)->ref_count|\b\w?b->ref_count)`;

test("references are counted by js_ref_inc and js_ref_dec, and by the collector for the others", async () => {
  assert.deepEqual(
    await places(new RegExp(String.raw`(?:\+\+|--)${COUNT}|${COUNT}\s*(?:\+\+|--|[-+]=)`)),
    [
      "js_ref_inc: JS_REF_COUNT(p)++;",
      "js_ref_dec: return js_is_frozen(p) ? 1 : --JS_REF_COUNT(p);",
      // Each returns first if the object is frozen.
      "gc_decref_child: JS_REF_COUNT(p)--;",
      "gc_scan_incref_child: JS_REF_COUNT(p)++;",
      "gc_scan_incref_child2: JS_REF_COUNT(p)++;",
    ],
  );
});

test("a block is changed in place, because nothing else refers to it, only if it is not frozen", async () => {
  const comparisons = await places(new RegExp(String.raw`${COUNT}\s*(?:[!=]=|[<>]=?)\s*1\b`));
  assert.deepEqual(
    comparisons.filter((place) => !place.includes("assert(")),
    [
      "js_ref_is_one: return !js_is_frozen(p) && JS_REF_COUNT(p) == 1;",
      "JS_FreeRuntime: if (i >= JS_ATOM_END || JS_REF_COUNT(p) != 1) {", // prints
      "JS_DumpString: if (JS_REF_COUNT(p) != 1)", // prints
      // A frozen rope of count 1 is only not made flat for the next time.
      "js_linearize_string_rope: if (JS_REF_COUNT(r) > 1) {",
      "gc_scan_incref_child: if (JS_REF_COUNT(p) == 1) {", // returns first if it is frozen
    ],
  );
});

test("the engine does not check before each instruction whether to print it", async () => {
  assert.deepEqual(await places(/^#define ENABLE_DUMPS/), []);
});
