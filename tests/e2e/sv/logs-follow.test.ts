/** sv logs -f: each line once and in order, whatever svlogd does meanwhile. */
import assert from "node:assert/strict";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { label, makeLog, stamped } from "../../support/log-tree.ts";
import { noStrace } from "../../support/process-one.ts";
import { children } from "../../support/procfs.ts";
import { type Running, type Sandbox, sandbox, sendSignal } from "../../support/sandbox.ts";
import { improved, ours, tool } from "../../support/suite.ts";
import { LONG_MS, LogDir, LogTool } from "../../support/svlogd.ts";
import { eventually } from "../../support/wait.ts";

function follow(box: Sandbox, words: readonly string[], via: readonly string[] = []): Running {
  const env = { SVDIR: box.dir, TZ: "UTC" };
  return box.start([...via, tool(ours, "sv"), "logs", "-f", ...words], { env });
}

/** Has a link lead elsewhere, in one step. */
function lead(link: string, target: string): void {
  symlinkSync(target, `${link}.new`);
  renameSync(`${link}.new`, link);
}

async function untilPrinted(logs: Running, what: string, text: string): Promise<void> {
  await eventually(
    what,
    () => (logs.stdout() === text ? true : undefined),
    () => `${logs.stdout().slice(-2_000)}\n${logs.stderr()}`,
  );
}

const stracing = { skip: noStrace };

describe("sv logs -f", improved("sv-words"), () => {
  for (const { what, config } of [
    { what: "as svlogd rotates at full speed", config: "s50000\nn1000\n" },
    { what: "as a processor compresses", config: "s50000\nn1000\n!gzip\n" },
  ]) {
    test(`prints each line once and in order ${what}`, async (t) => {
      const box = sandbox(t);
      makeLog(box, "web", {});
      const directory = new LogDir(join(box.dir, "main"), config);
      writeFileSync(join(box.dir, "web/log/directory"), `${directory.path}\n`);
      const logger = new LogTool(box, tool(ours, "sv").replace(/sv$/, "svlogd"), [directory.path]);
      await logger.idle();
      // It may start when there are lines already.
      const logs = follow(box, ["-n", "all", "web"]);
      const count = 300_000;
      await logger.feed(box, ["seq", "1", `${count}`]);
      await eventually(
        "last line",
        () => (logs.stdout().endsWith(`\n${count}\n`) ? true : undefined),
        () => `${logs.stdout().slice(-100)}\n${logs.stderr()}`,
        LONG_MS,
      );
      const printed = logs.stdout().split("\n");
      const wrong = printed.findIndex((line, index) => line !== `${index + 1}`);
      assert.deepEqual([wrong, printed.slice(wrong)], [count, [""]], logs.stderr());
      assert.ok(directory.old().length >= 20);
      assert.equal(logs.stderr(), "");
      await logger.end();
    });
  }

  test("prints what is added to several logs, with their names", async (t) => {
    const box = sandbox(t);
    const web = join(makeLog(box, "web", { current: stamped(1) }), "current");
    const db = join(makeLog(box, "db", { current: stamped(2) }), "current");
    const logs = follow(box, ["web", "db"]);
    let printed = `web | ${stamped(1)}db  | ${stamped(2)}`;
    await untilPrinted(logs, "first lines", printed);
    appendFileSync(db, "a line that has not en");
    appendFileSync(web, stamped(4));
    printed += `web | ${stamped(4)}`;
    await untilPrinted(logs, "line", printed);
    appendFileSync(db, "ded\n");
    await untilPrinted(logs, "whole line", `${printed}db  | a line that has not ended\n`);
  });

  test("reads files that were rotated while it was stopped, and reports deleted ones", async (t) => {
    const box = sandbox(t);
    const directory = makeLog(box, "web", { current: "1\n" });
    const current = join(directory, "current");
    const rotate = (seconds: number, text: string) => {
      renameSync(current, join(directory, `${label(seconds)}.s`));
      writeFileSync(current, text);
    };
    const logs = follow(box, ["web"]);
    await untilPrinted(logs, "first line", "1\n");
    logs.signal("SIGSTOP");
    appendFileSync(current, "2\n");
    for (const number of [3, 4, 5]) rotate(number, `${number}\n`);
    logs.signal("SIGCONT");
    await untilPrinted(logs, "all lines", "1\n2\n3\n4\n5\n");
    logs.signal("SIGSTOP");
    for (const number of [6, 7]) rotate(number, `${number}\n`);
    rmSync(join(directory, `${label(6)}.s`));
    logs.signal("SIGCONT");
    await untilPrinted(logs, "the rest", "1\n2\n3\n4\n5\n6\n7\n");
    const warning = "sv: warning: web: rotated files may have been deleted before they were read\n";
    assert.equal(logs.stderr(), warning);
  });

  test("holds no file of an earlier rotation open", async (t) => {
    const box = sandbox(t);
    const directory = makeLog(box, "web", { current: "1\n" });
    const current = join(directory, "current");
    const logs = follow(box, ["web"]);
    let printed = "1\n";
    await untilPrinted(logs, "first line", printed);
    for (let number = 2; number <= 6; number += 1) {
      renameSync(current, join(directory, `${label(number)}.s`));
      writeFileSync(current, `${number}\n`);
      printed += `${number}\n`;
      await untilPrinted(logs, `line ${number}`, printed);
    }
    const held = readdirSync(`/proc/${logs.pid}/fd`)
      .map((fd) => readlinkSync(`/proc/${logs.pid}/fd/${fd}`))
      .filter((path) => path.startsWith(directory));
    assert.deepEqual(held, [current]);
  });

  for (const { what, remove } of [
    { what: "removed", remove: (path: string) => rmSync(path, { recursive: true }) },
    { what: "renamed", remove: (path: string) => renameSync(path, `${path}.old`) },
  ]) {
    test(`goes on with a new directory of the same name if the log directory is ${what}`, async (t) => {
      const box = sandbox(t);
      const directory = makeLog(box, "web", { current: "1\n" });
      const logs = follow(box, ["--dir", directory, "web"]);
      await untilPrinted(logs, "first line", "1\n");
      remove(directory);
      mkdirSync(directory);
      const current = join(directory, "current");
      writeFileSync(current, "2\n");
      await untilPrinted(logs, "new directory", "1\n2\n");
      appendFileSync(current, "3\n");
      await untilPrinted(logs, "what is added there", "1\n2\n3\n");
    });
  }

  test("goes on elsewhere if a link on the way leads there now", async (t) => {
    const box = sandbox(t);
    const place = makeLog(box, "web", { current: "1\n" });
    for (const name of ["a", "b", "c"]) mkdirSync(join(box.dir, name));
    renameSync(place, join(box.dir, "a/main"));
    mkdirSync(join(box.dir, "b/main"));
    mkdirSync(join(box.dir, "c/main"));
    writeFileSync(join(box.dir, "b/main", `${label(1)}.s`), "old\n");
    writeFileSync(join(box.dir, "b/main/current"), "2\n");
    lead(join(box.dir, "logs"), "a");
    lead(place, "../../logs/main");
    const logs = follow(box, ["--dir", place, "web"]);
    await untilPrinted(logs, "first line", "1\n");
    lead(join(box.dir, "logs"), "b");
    await untilPrinted(logs, "the other directory", "1\n2\n");
    appendFileSync(join(box.dir, "b/main/current"), "3\n");
    await untilPrinted(logs, "what is added there", "1\n2\n3\n");
    lead(place, "../../c/main");
    writeFileSync(join(box.dir, "c/main/current"), "4\n");
    await untilPrinted(logs, "the third directory", "1\n2\n3\n4\n");
    assert.equal(logs.stderr(), "");
  });

  test("goes on elsewhere if a link leads there before it is watched", stracing, async (t) => {
    const box = sandbox(t);
    for (const [name, line] of Object.entries({ a: "1\n", b: "2\n" })) {
      mkdirSync(join(box.dir, name));
      writeFileSync(join(box.dir, name, "current"), line);
    }
    const place = join(box.dir, "main");
    lead(place, "a");
    const trace = join(box.dir, "trace");
    const traced = [
      "-e",
      "trace=inotify_add_watch",
      "-e",
      "inject=inotify_add_watch:signal=STOP:when=1",
    ];
    const logs = follow(box, ["--dir", place, "web"], ["strace", "-o", trace, ...traced]);
    await eventually(
      "sv is stopped as it watches the first directory",
      () =>
        (existsSync(trace) && readFileSync(trace, "utf8").includes("stopped by SIGSTOP")) ||
        undefined,
      () => logs.stderr(),
    );
    lead(place, "b");
    for (const pid of children(logs.pid)) sendSignal(pid, "SIGCONT");
    await untilPrinted(logs, "the other directory", "1\n2\n");
    appendFileSync(join(box.dir, "b/current"), "3\n");
    await untilPrinted(logs, "what is added there", "1\n2\n3\n");
  });

  test("ends by the signal, and silently if its reader goes", async (t) => {
    const box = sandbox(t);
    makeLog(box, "web", { current: stamped(1) });
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      const logs = follow(box, ["web"]);
      await untilPrinted(logs, "first line", stamped(1));
      logs.signal(signal);
      assert.deepEqual(await logs.exit(), { code: null, signal });
    }
    const sv = tool(ours, "sv");
    const script = `{ '${sv}' logs -f web; echo "ended $?" >&2; } | head -n 1`;
    const piped = box.start(["sh", "-c", script], { env: { SVDIR: box.dir } });
    assert.equal((await piped.exit()).code, 0);
    assert.equal(piped.stderr(), "ended 0\n");
  });
});
