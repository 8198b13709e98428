import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { sandbox } from "../../tests/support/sandbox.ts";
import { noticesOf } from "./notices.ts";

test("a notice of a holder whom the licence does not name is found", async (t) => {
  const { dir } = sandbox(t);
  writeFileSync(join(dir, "a.c"), "/* Copyright (c) 2017-2026 Fabrice Bellard */\n");
  writeFileSync(
    join(dir, "b.h"),
    "/* Generated */\n/*\n * Copyright © 1991-2026 Unicode, Inc.\n *\n * Free.\n */\n",
  );
  writeFileSync(join(dir, "c.txt"), "/* Copyright (c) 2020 Nobody */\n");
  assert.deepEqual(await noticesOf(dir, "Copyright (c) 2017-2025 Fabrice Bellard"), [
    "b.h:\n\nCopyright © 1991-2026 Unicode, Inc.\n\nFree.\n",
  ]);
});
