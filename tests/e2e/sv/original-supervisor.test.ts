/** Each new word of sv that only shows, under runit's own runsvdir, runsv and svlogd. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { runTool } from "../../support/run.ts";
import type { Cleanup } from "../../support/sandbox.ts";
import { type Scan, scan } from "../../support/scan.ts";
import { FOREVER } from "../../support/service.ts";
import { debian, improved, ours, tool } from "../../support/suite.ts";

const LOG = `mkdir -p main; exec ${tool(debian, "sv")}logd -tt ./main`;

/** What a word prints of db, which is down, and web, which runs, has a log and needs db. */
const SHOWN: Readonly<Record<string, RegExp>> = {
  "list -q": /^db\nweb\n$/,
  list: /^NAME .*\ndb +stopped +\d\S+ +- +- .*\nweb +running +\d\S+ +- +\d+ .*\n$/,
  "list --check": /^$|^NAME .*\n$/,
  "list -l": /\nweb\/log +running .* to \S+\/log\/main\n$/,
  "list --json": /"name":"web",.*"supervisor":"runit"/,
  why: /^all 2 services are as they should be\n$/,
  "why db": /^db: stopped: /,
  "why web": /^web: running: /,
  "logs web": /^\S+ hello\n$/,
  "logs --since 1h web": /^\S+ hello\n$/,
  graph: /^db .*\n?web|^web/m,
  "graph --dot": /label="db\\nstopped"[\s\S]* -> /,
  metrics: /^runits_service_up\{service="web"\} 1$/m,
  "metrics db": /^runits_service_up\{service="db"\} 0$/m,
  verify: /^2 directories: no mistakes found\n$/,
  "wait -w 600 up web": /^ok: /,
  "wait -w 600 down db": /^ok: /,
  "grant --show web": /web/,
};

async function tree(t: Cleanup): Promise<Scan> {
  const found = scan(
    t,
    {
      web: { run: `echo hello; ${FOREVER}`, log: { run: LOG }, files: { "needs/db": "" } },
      db: { run: FOREVER, down: true },
    },
    { suite: debian },
  );
  await found.service("db").untilSupervised();
  const web = found.service("web");
  await web.untilRunning();
  await found.until(
    "line in the log",
    () => web.text("log/main/current").includes("hello\n") || undefined,
  );
  return found;
}

describe("under runit's supervisors", { skip: debian.missing ?? improved("sv-words").skip }, () => {
  test("sv shows services by each word, and does nothing to them", async (t) => {
    const found = await tree(t);
    const before = ["db", "web", "web/log"].map((name) => found.service(name).status());
    const env = { SVDIR: found.services, COLUMNS: "" };
    for (const [line, shown] of Object.entries(SHOWN)) {
      const { code, stdout, stderr } = await runTool(found.box, ours, "sv", line.split(" "), {
        env,
      });
      assert.match(stdout, shown, line);
      assert.deepEqual([code, stderr], [0, ""], line);
    }
    const after = ["db", "web", "web/log"].map((name) => found.service(name).status());
    assert.deepEqual(after, before);
  });
});
