/**
 * Ansible's module community.general.runit, unmodified, run by ansible-playbook: it enables,
 * starts, stops, restarts, reloads and disables services of ours as it does the original's, and
 * reports its changes truthfully. A play of this kind ends green also if nothing was
 * done, so the effects are examined too.
 */
import assert from "node:assert/strict";
import { lstatSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { run } from "../support/run.ts";
import { type Scan, scan } from "../support/scan.ts";
import { makeService, REPORTER, ServiceDirectory } from "../support/service.ts";
import { improved, type Suite } from "../support/suite.ts";
import { installed, lacking, pathOf, SUITES } from "./client.ts";

const PLAYBOOK = installed("ansible-playbook");
const COLLECTIONS = "/usr/lib/python3/dist-packages/ansible_collections";
const MODULE = join(COLLECTIONS, "community/general/plugins/modules/runit.py");
const lacks = lacking("ansible-core and ansible", PLAYBOOK, MODULE);
/** Python takes its time, on a busy machine above all. */
const LONG_MS = 240_000;

/** A task of the play: the module's arguments, and the expected answer. */
interface Task {
  readonly name: string;
  readonly set: Readonly<Record<string, string | boolean>>;
  readonly check?: true;
  /**
   * A condition that a shell waits for afterwards, so that the next task finds the service settled.
   */
  readonly until?: string;
  readonly changed: boolean;
  /**
   * The module's report on the service when it is done; left out if it depends on when it
   * looked.
   */
  readonly state?: "started" | "stopped" | "unknown";
  /** Whether there was a link when it began. */
  readonly enabled: boolean;
}

const traced = (lines: number): string => `[ "$(wc -l <made/web/trace)" -ge ${lines} ]`;
const isUp = "sv status web | grep -q ^run: &&"; // in front of another condition

const TASKS: readonly Task[] = [
  {
    name: "enable, asked only",
    set: { enabled: true },
    check: true,
    changed: true,
    enabled: false,
  },
  {
    name: "enable",
    set: { enabled: true },
    until: `${isUp} ${traced(1)}`,
    changed: true,
    enabled: false,
  },
  {
    name: "enable and start what is enabled and runs",
    set: { enabled: true, state: "started" },
    changed: false,
    enabled: true,
    state: "started",
  },
  {
    name: "stop, asked only",
    set: { state: "stopped" },
    check: true,
    changed: true,
    enabled: true,
    state: "started",
  },
  { name: "stop", set: { state: "stopped" }, changed: true, enabled: true, state: "stopped" },
  {
    name: "stop again",
    set: { state: "stopped" },
    changed: false,
    enabled: true,
    state: "stopped",
  },
  {
    name: "start, asked only",
    set: { state: "started" },
    check: true,
    changed: true,
    enabled: true,
    state: "stopped",
  },
  {
    name: "start",
    set: { state: "started" },
    until: traced(3),
    changed: true,
    enabled: true,
    state: "started",
  },
  {
    name: "start again",
    set: { state: "started" },
    changed: false,
    enabled: true,
    state: "started",
  },
  // The original may find the old process, and say ok to it.
  { name: "restart", set: { state: "restarted" }, until: traced(5), changed: true, enabled: true },
  {
    name: "reload",
    set: { state: "reloaded" },
    until: traced(6),
    changed: true,
    enabled: true,
    state: "started",
  },
  {
    name: "once, what runs",
    set: { state: "once" },
    changed: true,
    enabled: true,
    state: "started",
  },
  { name: "kill", set: { state: "killed" }, changed: true, enabled: true, state: "stopped" },
  {
    name: "once",
    set: { state: "once" },
    until: `${isUp} ${traced(8)}`,
    changed: true,
    enabled: true,
  },
  {
    name: "disable, asked only",
    set: { enabled: false },
    check: true,
    changed: true,
    enabled: true,
    state: "started",
  },
  // It looks at the link that it has just taken away.
  { name: "disable", set: { enabled: false }, changed: true, enabled: true },
  {
    name: "disable again",
    set: { enabled: false },
    changed: false,
    enabled: false,
    state: "unknown",
  },
];
const TRACE = ["start", "TERM", "start", "TERM", "start", "HUP", "TERM", "start", "TERM"];

/** A scanner on an empty directory, and a service beside it that nobody has enabled. */
function prepared(t: Parameters<typeof scan>[0], suite: Suite): Scan {
  return scan(
    t,
    {},
    { suite, prepare: (dir) => makeService(join(dir, "made/web"), { run: REPORTER }) },
  );
}

interface Answer {
  readonly changed: boolean;
  readonly enabled: boolean;
  readonly state: string;
}

/** Plays the tasks; returns the module's answer to each. */
async function play(on: Scan, tasks: readonly Task[]): Promise<readonly Answer[]> {
  const { dir } = on.box;
  const steps = tasks.flatMap(({ name, set, check, until }) => [
    {
      name,
      "community.general.runit": {
        name: "web",
        service_dir: on.services,
        service_src: join(dir, "made"),
        ...set,
      },
      ...(check === undefined ? {} : { check_mode: true }),
    },
    ...(until === undefined
      ? []
      : [
          {
            name: `until ${until}`,
            "ansible.builtin.shell": { cmd: `until ${until}; do sleep .05; done`, chdir: dir },
          },
        ]),
  ]);
  // JSON is YAML.
  const hosts = { hosts: "localhost", connection: "local", gather_facts: false, tasks: steps };
  writeFileSync(join(dir, "play.yml"), JSON.stringify([hosts]));
  mkdirSync(join(dir, "ansible"), { recursive: true });
  const { code, stdout, stderr } = await run(
    on.box,
    [PLAYBOOK, "-i", "localhost,", "-e", "ansible_python_interpreter=/usr/bin/python3", "play.yml"],
    {
      deadlineMs: LONG_MS,
      env: {
        PATH: pathOf(on.suite),
        SVDIR: on.services,
        SVWAIT: "60", // sv's own seven seconds may be short on a busy machine
        LC_ALL: "C.UTF-8",
        ANSIBLE_HOME: join(dir, "ansible"),
        ANSIBLE_COLLECTIONS_PATH: join(COLLECTIONS, ".."),
        ANSIBLE_LOCALHOST_WARNING: "false",
        ANSIBLE_STDOUT_CALLBACK: "json",
        ANSIBLE_PIPELINING: "true",
        ANSIBLE_RETRY_FILES_ENABLED: "false",
      },
    },
  );
  assert.equal(code, 0, `ansible-playbook failed\n${stdout}${stderr}`);
  const { plays } = JSON.parse(stdout) as {
    plays: readonly { tasks: readonly { hosts: { localhost: Result } }[] }[];
  };
  const results = (plays[0]?.tasks ?? []).map(({ hosts: { localhost } }) => localhost);
  return results.flatMap(({ changed, sv }) =>
    sv === undefined ? [] : [{ changed, enabled: sv.enabled, state: sv.state }],
  );
}

interface Result {
  readonly changed: boolean;
  /** The module's report; none if another module answered. */
  readonly sv?: { readonly enabled: boolean; readonly state: string };
}

describe("Ansible's runit module", { concurrency: 2 }, () => {
  for (const suite of SUITES) {
    const skip = suite.missing ?? lacks ?? false;
    test(`with ${suite.name}: every state, twice, and in check mode`, { skip }, async (t) => {
      const on = prepared(t, suite);
      const answers = await play(on, TASKS);
      const told = answers.map((answer, index) => {
        const { name = "?", state } = TASKS[index] ?? {};
        return { name, ...answer, ...(state === undefined ? { state } : {}) };
      });
      const expected = TASKS.map(({ name, changed, enabled, state }) => {
        return { name, changed, enabled, state };
      });
      assert.deepEqual(told, expected);
      assert.equal(lstatSync(join(on.services, "web"), { throwIfNoEntry: false }), undefined);
      // The scanner ends services that are not enabled any more, and the service was commanded to
      // stop before.
      const web = new ServiceDirectory(join(on.box.dir, "made/web"));
      await web.untilTrue("end of its supervisor", () => !web.isSupervised());
      assert.deepEqual(web.lines(), TRACE);
    });
  }

  const { skip } = improved("sv-waits-for-supervision");
  test("with ours: enable and start in one task", { skip: lacks ?? skip }, async (t) => {
    const [suite] = SUITES;
    assert.ok(suite !== undefined);
    const set = { enabled: true, state: "started" };
    const task = { name: "both", set, changed: true, enabled: false };
    const on = prepared(t, suite);
    assert.deepEqual(await play(on, [task]), [{ changed: true, enabled: false, state: "started" }]);
  });
});
