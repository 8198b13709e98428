/** What runsv, sh or a terminal cannot take does not come out of an import. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { sandbox } from "../../../tests/support/sandbox.ts";
import { imported, placeFiles } from "./imports.ts";
import { runImport } from "./run-import.ts";

const DIGITS = "9".repeat(30);
const MANY_DIGITS = "9".repeat(400);

describe("a number that runsv cannot read is left out with a note", () => {
  const cases: Readonly<Record<string, { text: string; lost: readonly string[] }>> = {
    "a.service": {
      lost: ["timeout-kill", "timeout-ready", "watchdog"],
      text: `[Service]
ExecStart=/bin/true
Type=notify
Restart=always
TimeoutStartSec=${DIGITS}
TimeoutStopSec=${MANY_DIGITS}
WatchdogSec=${DIGITS}
`,
    },
    "compose.yaml": {
      lost: ["max-death-tally", "timeout-kill"],
      text: `services:
  a:
    command: "true"
    working_dir: /
    stop_grace_period: ${MANY_DIGITS}h
    restart: on-failure:5000
`,
    },
    "supervisord.conf": {
      lost: ["check", "max-death-tally", "timeout-kill"],
      text: `[program:a]
command=/bin/true
stopwaitsecs=${DIGITS}
startsecs=${DIGITS}
startretries=5000
`,
    },
    "pm2.json": {
      lost: ["timeout-kill"],
      text: `{"apps": [{"name": "a", "script": "/bin/true", "kill_timeout": 1e300}]}`,
    },
  };
  for (const [file, { text, lost }] of Object.entries(cases)) {
    test(file, async (t) => {
      const box = sandbox(t);
      placeFiles(box, { [file]: text });
      const notes = await imported(box, [file]);
      const names = notes.flatMap((note) => /: ([a-z-]+): .*: left out$/.exec(note)?.[1] ?? []);
      assert.deepEqual(names.sort(), lost, notes.join("\n"));
      for (const name of names) assert.ok(!existsSync(join(box.dir, "services/a", name)), name);
    });
  }
});

test("control characters are refused in names, NUL anywhere, and no message has any", async (t) => {
  const box = sandbox(t);
  placeFiles(box, {
    "compose.yaml": `services:
  "a\\e[2J":
    command: x
  b:
    command: ["x", "one\\0two"]
  c:
    command: x
    environment: {V: "one\\0two"}
  d:
    command: x
    restart: "\\e[2J"
  e:
    command: x
    working_dir: /
    "\\u009b2J": x
`,
  });
  const { code, stdout, stderr } = await runImport(box, ["compose.yaml"]);
  assert.deepEqual([code, stdout], [1, `${box.dir}/sv/e\n`], stderr);
  const lines = stderr.trimEnd().split("\n");
  assert.deepEqual(lines.slice(0, -1).sort(), [
    String.raw`runits-import: compose.yaml:11: [d] restart: no policy \x1b[2J`,
    String.raw`runits-import: compose.yaml:15: \x9b2J: has no counterpart here`,
    String.raw`runits-import: compose.yaml:2: [a\x1b[2J] "a\u001b[2J" cannot name a service`,
    "runits-import: compose.yaml:4: [b] a NUL character, which no script can have: left out",
    "runits-import: compose.yaml:6: [c] a NUL character, which no script can have: left out",
  ]);
  const wrong = await runImport(box, ["--from", "\u001b[2J", "compose.yaml"]);
  assert.equal(wrong.code, 100);
  assert.match(wrong.stderr, /^runits-import: --from: unknown format \\x1b\[2J\nusage: /);
});
