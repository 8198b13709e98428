import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { withSection, writeSection } from "./page.ts";

const marks = { begin: "<!-- table: a command -->", end: "<!-- end of table -->" };
const OTHER = `<!-- table: another command -->\n\n${marks.end}\n`;
const PAGE = `# A\n\n${OTHER}\n${marks.begin}\nold\n${marks.end}\n\nend\n`;

test("a section is made new between its marks, and all else stays", () => {
  const page = withSection(PAGE, marks, "new\nlines\n");
  assert.equal(page, `# A\n\n${OTHER}\n${marks.begin}\n\nnew\nlines\n\n${marks.end}\n\nend\n`);
  assert.equal(withSection(page, marks, "new\nlines\n"), page);
});

test("a page without both marks, in their order, is refused", () => {
  for (const page of ["# A\n", `${marks.begin}\n`, `${marks.end}\n${marks.begin}\n`]) {
    assert.throws(() => withSection(page, marks, "new"), /lacks/);
  }
});

test("a file gets its section in one step, and nothing is left beside it", (t) => {
  const dir = mkdtempSync(join(tmpdir(), "runits-page-"));
  t.after(() => rmSync(dir, { recursive: true }));
  const path = join(dir, "page.md");
  writeFileSync(path, PAGE);
  writeSection(path, marks, "new");
  assert.equal(readFileSync(path, "utf8"), withSection(PAGE, marks, "new"));
  assert.deepEqual(readdirSync(dir), ["page.md"]);
});
