/** sv list: its rows, selections and exit codes, under both suites' supervisors. */
import assert from "node:assert/strict";
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { stripVTControlCharacters } from "node:util";
import type { StatusRecord } from "../../../protocol/status.ts";
import { run, runTool } from "../../support/run.ts";
import { type Cleanup, type Sandbox, sandbox, sendSignal } from "../../support/sandbox.ts";
import { type Description, FOREVER, makeService, ServiceDirectory } from "../../support/service.ts";
import { asRoot } from "../../support/skip.ts";
import { debian, improved, ours, type Suite, tool } from "../../support/suite.ts";
import { services, validate } from "../../support/sv-json.ts";

const skip = debian.missing ?? improved("sv-words").skip;

const DYING: Description = { run: "exit 3", files: { "max-death-tally": "2\n" } };

interface Tree {
  readonly box: Sandbox;
  /** The output of `sv list` with these words, and its code. */
  readonly list: (words: readonly string[]) => Promise<string>;
}

/** A directory of services, each with a supervisor of `suite`. */
async function tree(
  t: Cleanup,
  described: Readonly<Record<string, Description>>,
  suite: Suite = ours,
): Promise<Tree> {
  const box = sandbox(t);
  mkdirSync(join(box.dir, "services"));
  for (const [name, description] of Object.entries(described)) {
    const dir = join(box.dir, "services", name);
    makeService(dir, description);
    box.start([tool(suite, "runsv"), dir]);
    await new ServiceDirectory(dir).untilSupervised();
  }
  return { box, list: (words) => list(box, words) };
}

async function list(box: Sandbox, words: readonly string[]): Promise<string> {
  const env = { SVDIR: join(box.dir, "services") };
  const { code, stdout, stderr } = await runTool(box, ours, "sv", ["list", ...words], { env });
  return `${stdout}${stderr}${code}`;
}

/** Rows without numbers, which differ each time, and without alignment. */
const told = (text: string) =>
  text
    .replaceAll(/ {2,}/g, " ")
    .replaceAll(/ \d+(\.\d)?[smKM]\b/g, " N")
    .replaceAll(/ \d+\b/g, " N");

const service = ({ box }: Tree, name: string) =>
  new ServiceDirectory(join(box.dir, "services", name));

function untilDownForGood(found: Tree, name: string) {
  const isDown = ({ phase, want }: StatusRecord) => phase === "down" && want === "down";
  return service(found, name).until("down", isDown);
}

describe("sv list", { skip }, () => {
  test("shows the state of each service, in the order of the names", async (t) => {
    const found = await tree(t, {
      web: { run: FOREVER },
      Db: { run: FOREVER, down: true },
      loop: DYING,
    });
    await service(found, "web").untilRunning();
    await service(found, "loop").untilStat("down");
    mkdirSync(join(found.box.dir, "services/none"));
    writeFileSync(join(found.box.dir, "services/README"), "no service\n");
    mkdirSync(join(found.box.dir, "services/.hidden"));
    const header = "NAME STATE SINCE RESTARTS PID CPU MEM INFO\n";
    const db = "Db stopped N N - - - normally down\n";
    const loop = "loop failed N N - - - exit N, normally up\n";
    const none = "none unsupervised - - - - - no supervisor yet\n";
    const web = "web running N N N N N\n";
    await service(found, "loop").untilTrue("failure", () =>
      service(found, "loop").text("supervise/history").includes("failed 1"),
    );
    await untilDownForGood(found, "loop"); // the status is written after the history
    assert.equal(told(await found.list([])), `${header}${db}${loop}${none}${web}0`);
    assert.equal(told(await found.list(["w*", "Db", "web"])), `${header}${web}${db}0`);
    assert.equal(await found.list(["-q", "--state", "failed,stopped"]), "Db\nloop\n0");
    assert.equal(await found.list(["-q", "--check"]), "loop\nnone\n2");
    assert.equal(await found.list(["--check", "web", "Db"]), "0");
  });

  for (const suite of [ours, debian]) {
    test(`works with the supervisors of ${suite.name}`, async (t) => {
      const found = await tree(
        t,
        { web: { run: `sleep 1000 & ${FOREVER}`, log: { run: "exec cat >/dev/null" } } },
        suite,
      );
      await service(found, "web").untilRunning();
      await service(found, "web").log.untilRunning();
      const restarts = suite === ours ? "N" : "-";
      assert.match(
        told(await found.list(["-l"])),
        new RegExp(
          `^NAME .*\nweb running N ${restarts} N N N \\+1 process\nweb/log running N ${restarts} N N N\n0$`,
        ),
      );
      const [web] = services(await found.list(["-l", "--json", "--pss"]));
      assert.equal(web?.supervisor, suite === ours ? "runits" : "runit");
      assert.equal(web?.processes, 2);
      assert.equal(web?.pid, service(found, "web").status().pid);
    });
  }

  test("shows why a service rests under runit's supervisor, as far as that is known", async (t) => {
    const found = await tree(
      t,
      { web: { run: "echo >>trace; exit 7" }, db: { run: { text: "#!/bin/sh\n", mode: 0o644 } } },
      debian,
    );
    await service(found, "web").untilLines(2);
    // Each runs for a moment, each second.
    const resting = async (name: string) => {
      let row = "";
      while (!row.includes(" resting ")) row = (await found.list([name])).split("\n")[1] ?? "";
      return row;
    };
    assert.match(await resting("web"), / ended \(runit records no exits\)$/);
    const noMode = / not executable: chmod \+x \S+\/db\/run \(access denied\)$/;
    assert.match(await resting("db"), noMode);
  });

  test("shows services whose ./run was changed after their start", async (t) => {
    const found = await tree(t, { web: { run: FOREVER }, db: { run: FOREVER } });
    for (const name of ["web", "db"]) await service(found, name).untilRunning();
    assert.equal(await found.list(["-q", "--state", "stale"]), "0");
    chmodSync(service(found, "web").path("run"), 0o755);
    assert.equal(await found.list(["-q", "--state", "stale,failed"]), "web\n0");
    assert.match(await found.list(["web"]), / run mode changed\n0$/);
    appendFileSync(service(found, "web").path("run"), "\n");
    assert.equal(await found.list(["-q", "--state", "stale,failed"]), "web\n0");
    assert.match(await found.list(["web"]), / run changed\n0$/);
    assert.match(await found.list(["db"]), /[KM]\n0$/);
    const [db, web] = services(await found.list(["--json", "--state", "stale,running"]));
    assert.deepEqual([db?.run_changed, web?.run_changed], [false, true]);
  });

  test("shows first why ./run could not be started, so that a terminal does not cut it", async (t) => {
    const found = await tree(t, { web: { run: FOREVER } });
    await service(found, "web").untilRunning();
    chmodSync(service(found, "web").path("run"), 0o644);
    await found.list([]); // the status is of the old process
    sendSignal(service(found, "web").status().pid, "SIGKILL");
    await service(found, "web").untilTrue("problem", () =>
      service(found, "web").text("supervise/history").includes("\nproblem "),
    );
    const text = await found.list([]);
    assert.match(text, / not executable: chmod \+x \.\/run \(access denied\), next try /);
  });

  test("shows a crash of a service that runs again, and no exit that was asked for", async (t) => {
    const found = await tree(t, { web: { run: FOREVER }, db: { run: FOREVER } });
    for (const [name, kill] of [
      ["web", (pid: number) => sendSignal(pid, "SIGKILL")],
      ["db", () => service(found, "db").control("t")],
    ] as const) {
      const { pid } = await service(found, name).untilRunning();
      kill(pid);
      await service(found, name).untilRunning(pid);
    }
    const rows = told(await found.list([]));
    assert.match(rows, /^web running .* last: killed by KILL$/m);
    assert.match(rows, /^db running N N N N N$/m);
    const env = { SVDIR: join(found.box.dir, "services") };
    const words = ["wait", "up", "web", "db"];
    const { stdout } = await runTool(found.box, ours, "sv", words, { env });
    assert.equal(stdout, "ok: web: running, last: killed by KILL\nok: db: running\n");
  });

  for (const suite of [ours, debian]) {
    test(`marks a service whose log service crashes: ${suite.name}`, async (t) => {
      const log = { run: "exit 111" };
      const found = await tree(
        t,
        { web: { run: FOREVER, log }, db: { run: FOREVER, log: { run: "exec cat" } } },
        suite,
      );
      for (const name of ["web", "db"]) await service(found, name).untilRunning();
      await service(found, "db").log.untilRunning();
      await service(found, "web").log.untilStat("down");
      if (suite === ours) {
        await service(found, "web").untilTrue("history", () =>
          service(found, "web").has("log/supervise/history"),
        );
      }
      const rows = told(await found.list([]));
      const mark = suite === ours ? "died: exit N" : "died";
      assert.match(rows, new RegExp(`^web running .* log ${mark}$`, "m"));
      assert.match(rows, /^db running N \S+ N N N$/m);
      assert.doesNotMatch(told(await found.list(["-l"])), /^web running .* log /m);
      assert.doesNotMatch(await found.list(["--json"]), /"log":/);
    });
  }

  test("-l shows where the log is", async (t) => {
    const log = { run: `mkdir -p main\nexec ${join(ours.bin, "svlogd")} ./main` };
    const found = await tree(t, { web: { run: FOREVER, log } });
    await service(found, "web").untilTrue("logger", () =>
      existsSync(service(found, "web").path("log/main/current")),
    );
    const directory = service(found, "web").path("log/main");
    assert.match(await found.list(["-l"]), new RegExp(`^web/log .* to ${directory}$`, "m"));
    const [web] = services(await found.list(["-l", "--json"]));
    assert.match(
      JSON.stringify(web?.log),
      new RegExp(`"log_directories":\\[{"path":"${directory}"}\\]`),
    );
  });

  test("counts what it cannot find, and reports why", async (t) => {
    const box = sandbox(t);
    const missing = join(box.dir, "services");
    const reason = "file does not exist (set SVDIR to the directory that runsvdir looks at)";
    assert.equal(await list(box, []), `sv: fatal: unable to open ${missing}: ${reason}\n100`);
    mkdirSync(missing);
    assert.equal(await list(box, []), `sv: no services in ${missing}\n0`);
    for (const words of [["-q"], ["-0"], ["--state", "failed"], ["--check"]]) {
      assert.equal(await list(box, words), "0", words.join(" "));
    }
    symlinkSync("nowhere", join(missing, "gone"));
    const why = `no directory ${join(missing, "gone")}`;
    assert.match(told(await list(box, ["gone"])), new RegExp(`gone unreadable - .* ${why}\n1$`));
    assert.match(
      await list(box, ["--json", "gone", "no*"]),
      /"error":"unable to.*\n\]\}\nsv: no.*\n2$/,
    );
  });

  test("lists a thousand services, and those that come and go meanwhile", async (t) => {
    const box = sandbox(t);
    const dir = join(box.dir, "services");
    for (let at = 0; at < 1_000; at += 1) mkdirSync(join(dir, `s${at}`), { recursive: true });
    assert.equal((await list(box, [])).split("\n").length, 1_002);
    const churn = 'while :; do rmdir "$1"/s9*; (cd "$1" && mkdir s90 s91 s92); done 2>/dev/null';
    const running = box.start(["sh", "-c", churn, "sh", dir]);
    for (let look = 0; look < 10; look += 1) {
      const said = await list(box, ["--json"]);
      assert.match(said, /\]\}\n\d+$/);
      services(said);
    }
    running.signal("SIGKILL");
    await running.exit();
  });

  test("quotes names that could control a terminal, and passes them on as they are", async (t) => {
    const box = sandbox(t);
    const names = ["a b", "line\nbreak", "\x1b[31mred", "\xff\xfe", "caf\xc3\xa9"];
    for (const name of names) {
      mkdirSync(Buffer.from(`${box.dir}/services/${name}`, "latin1"), { recursive: true });
    }
    const quotes = ["$'\\e[31mred'", "'a b'", "caf\xc3\xa9", "$'line\\nbreak'", "$'\\xff\\xfe'"];
    const bytes = Buffer.from(`${quotes.join("\n")}\n0`, "latin1").toString();
    assert.equal(await list(box, ["-q"]), bytes);
    const raw = Buffer.from([...names].sort().join("\0"), "latin1").toString();
    assert.equal(await list(box, ["-0"]), `${raw}\x000`);
    const found = services(await list(box, ["--json"]));
    assert.deepEqual(
      found.map(({ name }) => name),
      ["\x1b[31mred", "a b", "café", "line\nbreak", "\ufffd\ufffd"],
    );
    assert.equal(found.at(-1)?.name_base64, Buffer.from("\xff\xfe", "latin1").toString("base64"));
  });

  test("shows an ordinary user what may be read, and how to get more", asRoot, async (t) => {
    const found = await tree(t, { web: { run: FOREVER } });
    chmodSync(found.box.dir, 0o755);
    const env = { SVDIR: join(found.box.dir, "services") };
    const user = { env, uid: 65_534 };
    const { code, stdout, stderr } = await runTool(found.box, ours, "sv", ["list"], user);
    assert.match(told(stdout), /^web unreadable - - - - - access denied \(.*\)$/m);
    assert.match(
      stderr,
      /^sv: unable to read .*\/web\/supervise\/status: access denied \(.*sv grant/,
    );
    assert.equal(code, 1);
  });

  test("ends silently without a reader, and with a message on a full disk", async (t) => {
    const found = await tree(t, { web: { run: FOREVER } });
    const env = { SVDIR: join(found.box.dir, "services") };
    const sh = (script: string) =>
      run(found.box, ["bash", "-c", script, tool(ours, "sv")], { env });
    for (const option of ["", "--json", "-q"]) {
      const full = await sh(`"$0" list ${option} >/dev/full`);
      const message = "sv: fatal: unable to write to standard output: out of disk space\n";
      assert.deepEqual([full.code, full.stderr], [1, message]);
      const closed = await sh(`("$0" list ${option}; echo $? >&2) | :`);
      assert.equal(closed.stderr, "0\n");
    }
  });

  test("fits a terminal, and counts the services in its last line", async (t) => {
    const names = { web: { run: FOREVER, down: true }, "a-very-long-name-of-a-service": DYING };
    const found = await tree(t, names);
    const env = { SVDIR: join(found.box.dir, "services"), TERM: "xterm", COLUMNS: "60" };
    const command = ["script", "-qec", `${tool(ours, "sv")} list`, "/dev/null"];
    const { stdout } = await run(found.box, command, { env });
    const plain = stripVTControlCharacters(stdout).replaceAll("\r", "");
    assert.ok(
      plain.split("\n").every((line) => line.length <= 60),
      plain,
    );
    assert.match(plain, /^a-very-lo\.\.a-service /m);
    assert.match(plain, /\n2 services: 1 /);
    assert.notEqual(stdout, plain);
    const without = await run(found.box, command, { env: { ...env, NO_COLOR: "1" } });
    assert.ok(!without.stdout.includes("\x1b["));
  });

  test("names the command that shows what a terminal has cut", async (t) => {
    const found = await tree(t, { web: { run: { text: "#!/bin/sh\n", mode: 0o644 } } });
    await service(found, "web").untilTrue("problem", () =>
      service(found, "web").text("supervise/history").includes("\nproblem "),
    );
    const env = { SVDIR: join(found.box.dir, "services"), TERM: "dumb" };
    const command = ["script", "-qec", `${tool(ours, "sv")} list`, "/dev/null"];
    const at = async (columns: string) =>
      (await run(found.box, command, { env: { ...env, COLUMNS: columns } })).stdout;
    assert.match(
      await at("80"),
      / not exec.*\.\.\r\n\.\. is cut short, in full: sv why web\r\n1 service: /,
    );
    assert.ok(!(await at("200")).includes("sv why"));
  });

  test("prints JSON that the schema describes", async (t) => {
    const found = await tree(t, { web: { run: FOREVER }, loop: DYING, db: { down: true } });
    await service(found, "loop").untilTrue("failure", () =>
      service(found, "loop").text("supervise/history").includes("failed 1"),
    );
    await untilDownForGood(found, "loop"); // the status is written after the history
    const [db, loop, web] = services(await found.list(["--json", "-l", "--pss"]));
    assert.deepEqual([db?.summary, loop?.summary, web?.summary], ["stopped", "failed", "running"]);
    assert.ok(!validate({ version: 1, services: [{ ...web, pid: 0 }] }));
    assert.ok(!validate({ version: 1, services: [{ ...web, misspelt: 0 }] }));
  });
});
