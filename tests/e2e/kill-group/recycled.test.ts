/** A process group that has got the id of a former one is left alone. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { KILL_GROUP } from "../../support/family.ts";
import { run } from "../../support/run.ts";
import { sandbox } from "../../support/sandbox.ts";
import { FOREVER, makeService } from "../../support/service.ts";
import { asRoot, both } from "../../support/skip.ts";
import { ours, tool } from "../../support/suite.ts";

/**
 * Process 1 of a pid namespace. It kills a runsv and its ./run, gives the pid of ./run to a daemon
 * that leads a session, forks and exits, and starts another runsv.
 */
const SCRIPT = `
until_pid() { while ! [ -s service/supervise/pid ] || [ "$(cat service/supervise/pid)" = "$1" ]; do sleep 0.02; done; }
"$1" service & runsv=$!
until_pid ""
pid=$(cat service/supervise/pid)
while [ "$(cat /proc/$pid/comm)" != sleep ]; do sleep 0.02; done
kill -9 $runsv $pid
while [ -e /proc/$pid ] || [ -e /proc/$runsv ]; do sleep 0.02; done
echo $((pid - 1)) >/proc/sys/kernel/ns_last_pid
setsid sh -c 'sleep 1000 & echo $$ $! >innocent' &
while ! [ -s innocent ] || [ -e /proc/$pid ]; do sleep 0.02; done
read leader innocent <innocent
echo "same id: $([ $leader = $pid ] && echo yes)"
echo 100 >/proc/sys/kernel/ns_last_pid
"$1" service &
until_pid $pid
kill -0 $innocent && echo alive
`;

test("a new runsv leaves a group alone that has got the id of the one of its service", {
  ...both(asRoot, KILL_GROUP),
}, async (t) => {
  const box = sandbox(t);
  makeService(join(box.dir, "service"), {
    run: FOREVER,
    files: { "kill-group": { text: "", mode: 0o644 } },
  });
  const words = ["--pid", "--fork", "--mount-proc", "--kill-child", "sh", "-c", SCRIPT, "sh"];
  const { stdout } = await run(box, ["unshare", ...words, tool(ours, "runsv")]);
  assert.equal(stdout, "same id: yes\nalive\n");
});
