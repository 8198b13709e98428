/** sv why: where the output of a service without a log service went. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { run } from "../../../support/run.ts";
import { type Scan, scan, testBothWays } from "../../../support/scan.ts";
import { type Description, FOREVER } from "../../../support/service.ts";
import { improved, ours, tool } from "../../../support/suite.ts";
import { supervise } from "../../../support/supervise.ts";
import { sv } from "../../../support/sv.ts";
import { untilAnswer } from "../../../support/why.ts";

const CRASH: Description = { run: "exit 3" };

async function untilHistory(scanner: Scan, text: string): Promise<void> {
  const service = scanner.service("web");
  const history = "supervise/history";
  const isThere = () => service.has(history) && service.text(history).includes(text);
  await service.untilTrue(JSON.stringify(text), isThere);
}

/** What sv why prints of web after an exit of it. */
async function whyAfterExit(scanner: Scan): Promise<string> {
  await untilHistory(scanner, "\nended 3 ");
  return whyOf(scanner);
}

async function whyOf(scanner: Scan): Promise<string> {
  const command = [tool(ours, "sv"), "why", "web"];
  const { stdout } = await run(scanner.box, command, { env: { SVDIR: scanner.services } });
  return stdout;
}

const keepLine = (scanner: Scan): string => `touch ${join(scanner.services, "web/keep-output")}\n`;

testBothWays(
  "sv why of a crash says where the output went, and how to keep it",
  improved("sv-words"),
  async (t, start) => {
    const scanner = start(t, { web: CRASH });
    const text = await whyAfterExit(scanner);
    assert.match(
      text,
      /output +no log service: its output goes where runsvdir's goes \(.*; errors: .*\)\n/,
    );
    assert.ok(text.endsWith(keepLine(scanner)), text);
  },
);

testBothWays(
  "sv why says how to read what went to the argument log of runsvdir",
  improved("sv-words"),
  async (t, start) => {
    const scanner = start(t, { web: CRASH }, { log: `log: ${".".repeat(400)}` });
    const reader = `ps -ww -o args= -p ${scanner.runsvdir.pid})`;
    const text = await whyAfterExit(scanner);
    assert.ok(text.includes(`; errors: the argument log of runsvdir: ${reader}\n`), text);
  },
);

testBothWays(
  "sv why does not ask for keep-output without need",
  improved("sv-words"),
  async (t, start) => {
    const isKept = start(t, { web: { ...CRASH, files: { "keep-output": "" } } });
    assert.doesNotMatch(await whyAfterExit(isKept), /touch/);
    const isLogged = start(t, { web: { ...CRASH, log: { run: FOREVER } } });
    assert.doesNotMatch(await whyAfterExit(isLogged), /touch/);
    const neverRan = start(t, { web: { run: { text: "#!/no/such/shell\n", mode: 0o755 } } });
    await untilHistory(neverRan, "\nproblem ");
    assert.doesNotMatch(await whyOf(neverRan), /touch/);
    const isWell = start(t, { web: { run: FOREVER } });
    await isWell.service("web").untilRunning();
    assert.doesNotMatch(await whyOf(isWell), /touch/);
  },
);

const ERRORS_IN_FILE = ["sh", "-c", 'exec "$@" 2>errors', "sh"];

test(
  "sv why names the file with the errors of a service, and of a log service",
  improved("sv-words"),
  async (t) => {
    const described = { run: "exit 3", log: { run: "exit 4" } };
    const service = supervise(t, described, { via: ERRORS_IN_FILE });
    const end = `; try: tail ${join(service.box.dir, "errors")}`;
    await untilAnswer(service, (one) => one.startsWith("resting: exit 3 ") && one.endsWith(end));
    const name = "service/log";
    const isLogs = (one: string) => one.startsWith("resting: exit 4 ") && one.endsWith(end);
    await untilAnswer(service, isLogs, { name });
  },
);

test(
  "sv why shows ./run if a service seems to go to the background",
  improved("sv-words"),
  async (t) => {
    const described = { run: "exit 0", log: { run: FOREVER } };
    const service = supervise(t, described, { via: ERRORS_IN_FILE });
    const end = `; try: cat ${service.path("run")}`;
    // A busy machine may take longer than a daemon does.
    await untilAnswer(
      service,
      (one) => one.includes("does it go to the background?") && one.endsWith(end),
    );
  },
);

test(
  "sv why quotes the last words of the last run, and keeps what else is known",
  improved("sv-words"),
  async (t) => {
    const lines = "printf 'Error: no config\\n    at main (x.js)\\n\\nNode.js v20.1\\n'";
    const files = { "keep-output": "", "restart-delay-max": "50000" };
    const service = supervise(t, { run: `${lines}; exit 7`, files });
    await untilAnswer(service, (one) =>
      /^resting: exit 7 (at once|after \d\.\ds): "Error: no config".*; starts again in Ns; try: cat \S+\/service\/run$/.test(
        one,
      ),
    );
    // Later runs write nothing.
    const once = `[ -e said ] || { ${lines}; : >said; exit 7; }; echo >>trace; exit 8`;
    const silent = supervise(t, { run: once, files });
    await silent.untilLines(1, "trace");
    await untilAnswer(silent, (one) => /^resting: exit 8 (at once|after \d\.\ds)[,;]/.test(one));
  },
);

test("sv why guesses nothing if the output has lines", improved("sv-words"), async (t) => {
  const run = "[ -e said ] || echo word; : >said; echo >>trace; exit 2";
  const files = { "keep-output": "", "restart-delay-max": "50000" };
  const service = supervise(t, { run, files });
  await service.untilLines(2, "trace");
  await untilAnswer(service, (one) => /^resting: exit 2 (at once|after \d\.\ds), died /.test(one));
});

test("sv why quotes the log without its times", improved("sv-words"), async (t) => {
  const run = "echo 'FATAL: no such database'; exit 2";
  const files = { "restart-delay-max": "50000" };
  const log = { run: "mkdir -p main; exec svlogd -tt main" };
  const env = { PATH: `${ours.bin}:/usr/bin:/bin` };
  const service = supervise(t, { run, files, log }, { env });
  await untilAnswer(service, (one) =>
    /^resting: exit 2 (at once|after \d\.\ds): "FATAL: no such database".*; try: sv logs service$/.test(
      one,
    ),
  );
});

test(
  "sv why proposes keep-output rather than a file with the errors of all services",
  improved("sv-words"),
  async (t) => {
    const service = supervise(t, { run: "echo word; exit 3" }, { via: ERRORS_IN_FILE });
    const end = `; try: touch ${service.path("keep-output")}`;
    await untilAnswer(service, (one) => one.startsWith("resting: exit 3 ") && one.endsWith(end));
  },
);

test("sv why names a ./run that waits in a command of sv", improved("sv-words"), async (t) => {
  const tree = scan(t, {
    db: { run: FOREVER, check: "false" },
    web: { run: "sv -w 600 check ../db >/dev/null || exit 1\nexec sleep 1000" },
  });
  const text = await tree.until("the wait", () => {
    const env = { SVDIR: tree.services };
    const { stdout } = spawnSync(tool(ours, "sv"), ["why", "web"], { env, encoding: "utf8" });
    return stdout.includes(" waits in: ") ? stdout : undefined;
  });
  assert.match(
    text,
    /^web: running: for \d+s, and \.\/run waits in: sv -w 600 check \.\.\/db; try: sv why db\n/,
  );
  assert.doesNotMatch(text, /\/dev\/null/);
});

test("sv why shows ./run if it knows the line", improved("sv-words"), async (t) => {
  const run = "exec /no/such/program";
  const service = supervise(t, { run }, { via: ERRORS_IN_FILE });
  await untilAnswer(service, (one) => one.endsWith(`; try: cat ${service.path("run")}`));
});

test("sv why names no file with output if there is none yet", improved("sv-words"), async (t) => {
  const service = supervise(t, { run: "exit 3", files: { "keep-output": "" } });
  await untilAnswer(
    service,
    (one) =>
      one.startsWith("resting: exit 3 ") && one.endsWith(`; try: cat ${service.path("run")}`),
  );
  const { stdout } = await sv(service, ["why", "service"]);
  assert.ok(stdout.endsWith("/supervise/output: nothing yet\n"), stdout);
});
