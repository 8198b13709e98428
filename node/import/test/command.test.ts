/** The command line of runits-import, and what it writes. */
import assert from "node:assert/strict";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { run } from "../../../tests/support/run.ts";
import { type Cleanup, type Sandbox, sandbox } from "../../../tests/support/sandbox.ts";
import { ours } from "../../../tests/support/suite.ts";
import { runImport, START } from "./run-import.ts";

function withFile(t: Cleanup, name: string, text: string): Sandbox {
  const box = sandbox(t);
  writeFileSync(join(box.dir, name), text);
  return box;
}

const read = (box: Sandbox, path: string) => readFileSync(join(box.dir, path), "utf8");

describe("runits-import", { concurrency: 2 }, () => {
  test("writes the files of each process, and prints how to go on", async (t) => {
    const box = withFile(
      t,
      "supervisord.conf",
      `[program:web]
command=/bin/web --name "it's"
directory=/srv
environment=A="1",B="x "
stopsignal=INT
stopwaitsecs=20
stopasgroup=true
autostart=false
autorestart=unexpected
exitcodes=0,2
startretries=2
startsecs=5
redirect_stderr=true
stdout_logfile=/var/log/web.log
stdout_logfile_maxbytes=10MB
stdout_logfile_backups=5
`,
    );
    const { code, stdout, stderr } = await runImport(box, ["supervisord.conf"]);
    assert.deepEqual([code, stdout], [0, `${box.dir}/sv/web\n`]);
    assert.equal(
      stderr,
      "runits-import: supervisord.conf:14: stdout_logfile: the log is in log/main, not in /var/log/web.log\n" +
        `runits-import: look at them, then put them in place: sv link ${box.dir}/sv/web\n`,
    );
    const files = {
      run: `#!/bin/sh
# Made by runits-import from supervisord.conf, [program:web].
#
# Not as it was:
#   supervisord.conf:14: stdout_logfile: the log is in log/main, not in /var/log/web.log
exec 2>&1
umask 022
export B='x '
exec chpst -e ./env -C /srv /bin/web --name 'it'\\''s'
`,
      "env/A": "1\n",
      "log/run": "#!/bin/sh\nexec svlogd -tt ./main\n",
      "log/main/config": "s10485760\nn5\n",
      "down-signal": "INT\n",
      "timeout-kill": "20000\n",
      "max-death-tally": "3\n",
      "restart-policy": "!0 !2\n",
      "kill-group": "",
      down: "",
    };
    for (const [path, text] of Object.entries(files))
      assert.equal(read(box, `sv/web/${path}`), text);
    const mode = (path: string) => statSync(join(box.dir, "sv/web", path)).mode & 0o777;
    assert.deepEqual(["run", "check", "log/run", "env/A"].map(mode), [0o755, 0o755, 0o755, 0o600]);
  });

  test("leaves out a program whose stopsignal is no signal", async (t) => {
    const program = (name: string, signal: string) =>
      `[program:${name}]\ncommand=/bin/web\ndirectory=/\nstopsignal=${signal}\n`;
    const text = program("web", "SIGUSR1") + program("db", "USR3");
    const box = withFile(t, "supervisord.conf", text);
    const { code, stderr } = await runImport(box, ["supervisord.conf"]);
    assert.equal(code, 1);
    assert.match(stderr, /supervisord\.conf:8: \[program:db\] stopsignal: no signal\n/);
    assert.equal(read(box, "sv/web/down-signal"), "USR1\n");
    assert.equal(existsSync(join(box.dir, "sv/db")), false);
  });

  test("a Procfile is executed by sh, with the variables of .env and a port each", async (t) => {
    const box = withFile(
      t,
      "Procfile",
      `# comment
web: node server.mjs --port $PORT "$GREETING"
worker:   cd jobs && node worker.mjs
not a process
`,
    );
    writeFileSync(join(box.dir, ".env"), 'GREETING="hello world"\nEMPTY=\nSPACED=hello world\n');
    const args = ["--to", "made", "--processes", "web=2", "--port", "7000", "Procfile"];
    const { code, stderr } = await runImport(box, args);
    assert.equal(code, 0);
    assert.match(stderr, /runits-import: Procfile:4: no process: not a process\n/);
    const last = (path: string) => read(box, path).trimEnd().split("\n").at(-1);
    const directory = `chpst -e ./env -C ${box.dir}`;
    assert.equal(
      last("made/web-2/run"),
      `exec ${directory} /bin/sh -c 'exec node server.mjs --port $PORT "$GREETING"'`,
    );
    assert.equal(
      last("made/worker/run"),
      `exec ${directory} /bin/sh -c 'cd jobs && node worker.mjs'`,
    );
    assert.equal(read(box, "made/web-1/env/PORT"), "7000\n");
    assert.equal(read(box, "made/web-2/env/PORT"), "7001\n");
    assert.equal(read(box, "made/worker/env/PORT"), "7100\n");
    assert.equal(read(box, "made/worker/env/GREETING"), "hello world\n");
    assert.match(stderr, /\/\.env:2: EMPTY: honcho has no variable here\n/);
    assert.match(stderr, /\/\.env:3: SPACED: foreman reads another value; use double quotes\n/);
    assert.equal(read(box, "made/worker/env/SPACED"), "helloworld\n");
    assert.ok(existsSync(join(box.dir, "made/worker/kill-group")));
  });

  test("a user whom the machine does not have is named, and kept", async (t) => {
    const box = withFile(t, "Procfile", "web: ./web\n");
    const { code, stderr } = await runImport(box, ["--user", "no-such-user", "Procfile"]);
    assert.equal(code, 0);
    const note = "Procfile:1: --user: this machine has no user no-such-user";
    assert.ok(stderr.includes(`runits-import: ${note}\n`), stderr);
    assert.ok(read(box, "sv/web/run").includes(`#   ${note}\n`));
    assert.match(read(box, "sv/web/run"), / -u no-such-user /);
    const conf = "[program:web]\ncommand=/bin/true\ndirectory=/\nuser=no-such-user\n";
    writeFileSync(join(box.dir, "supervisord.conf"), conf);
    const other = await runImport(box, ["--to", "other", "supervisord.conf"]);
    assert.match(
      other.stderr,
      /supervisord\.conf:1: user: this machine has no user no-such-user\n/,
    );
  });

  test("--dry-run writes nothing, and prints the files", async (t) => {
    const box = withFile(t, "Procfile", "web: ./web\n");
    const { code, stdout } = await runImport(box, ["--dry-run", "Procfile"]);
    assert.equal(code, 0);
    assert.match(stdout, /^==> web\/run \(755\) <==\n#!\/bin\/sh\n/);
    assert.ok(!existsSync(join(box.dir, "sv")));
  });

  test("a directory that exists is kept, unless --force is given", async (t) => {
    const box = withFile(t, "Procfile", "web: ./web\n");
    await runImport(box, ["Procfile"]);
    writeFileSync(join(box.dir, "sv/web/run"), "mine");
    writeFileSync(join(box.dir, "sv/web/finish"), "mine");
    const kept = await runImport(box, ["Procfile"]);
    assert.deepEqual([kept.code, kept.stdout], [1, ""]);
    assert.match(kept.stderr, /sv\/web: exists \(--force writes into it\)\n$/);
    assert.equal(read(box, "sv/web/run"), "mine");
    assert.equal((await runImport(box, ["--force", "Procfile"])).code, 0);
    assert.match(read(box, "sv/web/run"), /exec \.\/web/);
    assert.equal(read(box, "sv/web/finish"), "mine");
  });

  test("what cannot be imported is named, and the rest is made", async (t) => {
    const box = withFile(
      t,
      "supervisord.conf",
      `[include]
files = conf.d/*.conf
[eventlistener:memmon]
command=memmon
[program:../escape]
command=/bin/true
[program:empty]
directory=/
[program:bad]
command=/bin/true %(nothing)s
[program:twice]
command=/bin/true
directory=/
process_name=web
[program:web]
command=/bin/true
directory=/
priority=1
frobnicate=1
`,
    );
    const { code, stdout, stderr } = await runImport(box, ["supervisord.conf"]);
    assert.deepEqual([code, stdout], [1, `${box.dir}/sv/web\n`]);
    for (const line of [
      ":1: no file matches conf.d/*.conf",
      ":3: [eventlistener:memmon] there are no events; sv watch --exec runs a command at a change",
      ':5: [program:../escape] "../escape" cannot name a service',
      ":7: [program:empty] there is no command",
      ":10: [program:bad] command: there is no variable nothing",
      ":15: web is in line 11, too: left out",
      ":18: priority: sets no order here; see needs/ and after/ in runsv(8)",
      ":19: frobnicate: supervisord has no such option",
    ]) {
      assert.ok(stderr.includes(`runits-import: supervisord.conf${line}\n`), `${line}\n${stderr}`);
    }
    assert.ok(!existsSync(join(box.dir, "escape")));
  });

  test("no value is executed, or ends a comment", async (t) => {
    const box = withFile(
      t,
      "supervisord.conf",
      `[program:web]
command=/bin/echo '$(touch a)' '\`touch b\`' "c
  touch d" ';touch e'
directory=/
priority=1
  touch f
`,
    );
    await runImport(box, ["supervisord.conf"]);
    const dir = join(box.dir, "sv/web");
    const said = await run(box, ["sh", "./run"], {
      cwd: dir,
      env: { PATH: `${ours.bin}:/usr/bin:/bin` },
    });
    assert.equal(said.stdout, "$(touch a) `touch b` c\ntouch d ;touch e\n");
    for (const name of "abdef") assert.ok(!existsSync(join(dir, name)), name);
  });

  test("wrong arguments, and files that cannot be read", async (t) => {
    const box = withFile(t, "file", "key=value\n");
    for (const [args, code, said] of [
      [[], 100, /^runits-import: wants a FILE\nusage: /],
      [["--nonsense", "file"], 100, /nonsense/],
      [["--from", "launchd", "file"], 100, /unknown format launchd/],
      [["--port", "x", "--from", "procfile", "file"], 100, /x is no port/],
      [
        ["--processes", "web=5000000000", "--from", "procfile", "file"],
        100,
        /web=5000000000: no number from 0 to 10000/,
      ],
      [["nosuch"], 111, /^runits-import: unable to open nosuch: no such file or directory\n$/],
      [["file"], 1, /^runits-import: file:1: no section before key=value\n$/],
    ] as const) {
      const outcome = await runImport(box, args);
      assert.equal(outcome.code, code, args.join(" "));
      assert.match(outcome.stderr, said);
      assert.equal(outcome.stdout, "");
    }
    assert.match((await runImport(box, ["--help"])).stdout, /^usage: runits-import /);
    assert.match((await runImport(box, ["--version"])).stdout, /^runits-import \d/);
  });

  test("an older Node says what it needs", {
    skip: !process.version.startsWith("v20.") && "is not Node 20",
  }, async (t) => {
    const { code, stderr } = await run(sandbox(t), [process.execPath, START]);
    assert.equal(code, 1);
    assert.match(stderr, /^runits-import: needs Node 22\.12 or later, and this is v20\./);
  });
});
