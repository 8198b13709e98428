/** svlogd exits and prints as the original does for wrong or odd arguments. */
import assert from "node:assert/strict";
import type { StdioOptions } from "node:child_process";
import { closeSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { run } from "../../support/run.ts";
import { type Sandbox, sandbox } from "../../support/sandbox.ts";
import { DEBIAN, LogDir, LogTool } from "../../support/svlogd.ts";
import { AT_ONCE, OURS, skip, timeless } from "./histories.ts";

/** Messages and files of command lines that end at once, or find one directory in three. */
const LINES: readonly string[] = [
  "",
  "--",
  "-r",
  "-r ab log",
  "-R",
  "-l",
  "-l2000 log",
  "-V",
  "-tVz log",
  "-b10 log",
  "-z log",
  "-tz log",
  "nowhere",
  "file nowhere",
  "-- nowhere",
  "- nowhere",
  "held",
  "held log file nowhere",
  "-v held log log",
  "-vttttr_ -R:; -l 5 -b 6 log/ ./log",
];

/** Each svlogd, while a directory is held by the other. */
async function ends(box: Sandbox, tool: string, holder: string, name: string, line: string) {
  const home = new LogDir(join(box.dir, name)).path;
  const [log] = ["log", "held"].map((dir) => new LogDir(join(home, dir)));
  writeFileSync(join(home, "file"), "");
  const other = new LogTool(box, holder, ["held"], { cwd: home });
  await other.idle();
  const words = line.split(" ").filter((word) => word !== "");
  const input = join(home, "input");
  writeFileSync(input, "one: line\n\ttwo\n");
  const fd = openSync(input, "r");
  const options = { cwd: home, argv0: "svlogd", stdio: [fd, "pipe", "pipe"] as StdioOptions };
  const { code, stderr } = await run(box, [tool, ...words], options);
  closeSync(fd);
  await other.end();
  // `-j`, `close-unopened`, `svlogd-version`
  const said = stderr
    .replace(" [-j key]", "")
    .replaceAll("svlogd: info: close: \n", "")
    .replace(/^(\$Id: .*\$|runits [\d.]+)$/m, "VERSION");
  const left = log?.files().map(({ name: file, mode, text }) => [file, mode, timeless(text)]);
  return { code, said, left };
}

describe("svlogd: command lines", { skip, concurrency: AT_ONCE }, () => {
  for (const line of LINES) {
    test(`svlogd ${line}`, async (t) => {
      const box = sandbox(t);
      const [expected, actual] = await Promise.all([
        ends(box, DEBIAN, OURS, "debian", line),
        ends(box, OURS, DEBIAN, "ours", line),
      ]);
      assert.deepEqual(actual, expected);
    });
  }
});
