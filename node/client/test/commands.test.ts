/** The calls that command a service. */
import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { type ErrorCode, ServiceError, Services } from "runits-client";
import { scan } from "../../../tests/support/scan.ts";
import { FOREVER, REPORTER } from "../../../tests/support/service.ts";
import { FORKED, TREES } from "./trees.ts";

/** Long enough for a busy machine. */
const TIME = { timeoutMs: 60_000 } as const;

function rejectsWith(call: Promise<unknown>, code: ErrorCode): Promise<void> {
  return assert.rejects(call, (error) => {
    assert.ok(error instanceof ServiceError, String(error));
    assert.equal(error.code, code, error.message);
    return true;
  });
}

for (const { name, options, skip } of TREES) {
  test(`up, down, once and restart resolve when that is done: ${name}`, { skip }, async (t) => {
    const tree = scan(t, { web: { run: FOREVER, down: true } }, options);
    await tree.service("web").untilSupervised();
    const web = new Services(tree.services).get("web");
    const first = await web.up(TIME);
    assert.deepEqual([first.state, first.wanted], ["running", "up"]);
    const second = await web.restart(TIME);
    assert.equal(second.state, "running");
    assert.notEqual(second.pid, first.pid);
    const down = await web.down(TIME);
    assert.deepEqual([down.state, down.wanted, down.pid], ["stopped", "down", undefined]);
    const once = await web.once(TIME);
    assert.deepEqual([once.state, once.wanted], ["running", "down"]);
  });

  test(`signal sends each signal of a control byte: ${name}`, { skip }, async (t) => {
    const tree = scan(t, { web: { run: REPORTER } }, options);
    const directory = tree.service("web");
    const web = new Services(tree.services).get("web");
    await directory.untilLines(1);
    for (const [index, signal] of (
      ["HUP", "INT", "QUIT", "USR1", "USR2", "ALRM"] as const
    ).entries()) {
      await web.signal(signal);
      assert.equal((await directory.untilLines(index + 2)).at(-1), signal);
    }
    await web.signal("STOP");
    await directory.until("paused", ({ paused }) => paused);
    assert.equal((await web.status()).state, "paused");
    await web.signal("CONT");
    await directory.until("going on", ({ paused }) => !paused);
    const { pid } = await web.status();
    // It has looked when it returns: the restart may be over before the next call.
    const restarted = web.wait("restarted", TIME);
    await web.signal("KILL");
    assert.notEqual((await restarted).pid, pid);
    await assert.rejects(web.signal("SEGV" as "TERM"), TypeError);
  });

  test(`exit ends the supervisor: ${name}`, { skip }, async (t) => {
    const tree = scan(t, { web: { run: FOREVER } }, options);
    await tree.service("web").untilRunning();
    // It would be started again.
    tree.remove("web");
    mkdirSync(join(tree.services, ".made"), { recursive: true });
    const web = new Services(join(tree.box.dir, "made")).get("web");
    await web.exit(TIME);
    await rejectsWith(web.status(), "NO_SUPERVISOR");
  });

  test(`a command that is not done in time rejects and stays written: ${name}`, {
    skip,
  }, async (t) => {
    const tree = scan(
      t,
      { web: { run: "trap '' TERM; echo >started; while :; do sleep 1; done" } },
      options,
    );
    await tree.service("web").untilLines(1, "started");
    const web = new Services(tree.services).get("web");
    const reason = new Error("enough");
    const abort = new AbortController();
    const aborted = web.down({ signal: abort.signal });
    abort.abort(reason);
    await assert.rejects(aborted, reason);
    await tree.service("web").until("the command", ({ want }) => want === "down");
    await assert.rejects(web.down({ timeoutMs: 100 }), (error) => {
      assert.ok(error instanceof ServiceError);
      assert.deepEqual([error.code, error.service], ["TIMEOUT", "web"]);
      assert.equal(error.status?.wanted, "down");
      return true;
    });
    await assert.rejects(web.down({ signal: AbortSignal.abort(reason) }), reason);
    await web.signal("KILL");
    assert.equal((await web.wait("down", TIME)).state, "stopped");
  });

  test(`calls about what is not there say what is missing: ${name}`, { skip }, async (t) => {
    const tree = scan(t, {}, options);
    const services = new Services(tree.services);
    await rejectsWith(services.get("web").status(), "NO_SERVICE");
    await rejectsWith(services.get("web").up({ timeoutMs: 200 }), "NO_SERVICE");
    await rejectsWith(services.get("web").signal("HUP"), "NO_SERVICE");
    mkdirSync(join(tree.box.dir, "made", "alone"), { recursive: true });
    const alone = new Services(join(tree.box.dir, "made")).get("alone");
    await rejectsWith(alone.status(), "NO_SUPERVISOR");
    await rejectsWith(alone.down({ timeoutMs: 200 }), "NO_SUPERVISOR");
    await rejectsWith(new Services(join(tree.services, "none")).list(), "NO_SERVICE");
    for (const wrong of ["", ".", "..", "a/b", "../web", ".hidden", "a\0b", "log/", "/log"]) {
      assert.throws(() => services.get(wrong), TypeError, JSON.stringify(wrong));
    }
  });
}

test("up rejects at once if ./run cannot be executed, and starts what is needed", {
  skip: FORKED.skip,
}, async (t) => {
  const tree = scan(t, {
    bad: { down: true, files: { run: { text: "#!/no/such/shell\n", mode: 0o755 } } },
    db: { run: FOREVER, down: true },
    web: { run: FOREVER, down: true, files: { "needs/db": { text: "", mode: 0o644 } } },
    once: { run: "sleep 0.2; exit 3", down: true, files: { "restart-policy": "never" } },
    late: { run: FOREVER, down: true, files: { "needs/once": "" } },
  });
  for (const name of ["bad", "db", "web", "once", "late"])
    await tree.service(name).untilSupervised();
  const services = new Services(tree.services);
  await rejectsWith(services.get("bad").up(TIME), "FAILED");
  await rejectsWith(services.get("late").up(TIME), "FAILED"); // what it needs ends for good
  await services.get("web").up(TIME);
  assert.equal((await services.get("db").status()).state, "running");
});

for (const { name, options, skip } of TREES) {
  test(`a status that no supervisor writes is a bad format: ${name}`, { skip }, async (t) => {
    const tree = scan(t, { web: { run: FOREVER }, db: { run: FOREVER } }, options);
    const status = (service: string) => join(tree.services, service, "supervise/status");
    for (const service of ["web", "db"]) await tree.service(service).untilRunning();
    writeFileSync(status("web"), "no status");
    const services = new Services(tree.services);
    await rejectsWith(services.get("web").status(), "BAD_FORMAT");
    await rejectsWith(services.get("web").signal("HUP"), "BAD_FORMAT");
    const [, web] = await services.list();
    assert.ok(web !== undefined && "error" in web);
    assert.deepEqual([web.service, web.state, web.error.code], ["web", "unreadable", "BAD_FORMAT"]);
    rmSync(status("db"));
    mkdirSync(status("db"));
    await rejectsWith(services.get("db").status(), "FAILED"); // it cannot be read at all
  });
}
