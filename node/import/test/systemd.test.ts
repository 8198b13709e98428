/** Units of systemd. */
import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { sandbox } from "../../../tests/support/sandbox.ts";
import { asRoot, both, withPrograms } from "../../../tests/support/skip.ts";
import { unitName } from "../src/systemd/specifiers.ts";
import { timeMs } from "../src/systemd/values.ts";
import { splitWords } from "../src/systemd/words.ts";
import { placeDump } from "./dump.ts";
import { imported, placeFiles, started, textOf } from "./imports.ts";
import { runImport } from "./run-import.ts";

const NEEDED = both(asRoot, withPrograms("/usr/bin/python3"));
/** Debian's numbers, which no machine changes. */
const WWW_DATA = 33;

describe("a unit", { concurrency: 2 }, () => {
  test(
    "runs with the command line, environment, user and directory of the unit",
    NEEDED,
    async (t) => {
      const box = sandbox(t);
      placeDump(box);
      placeFiles(box, {
        "shop@eu.service": `# The shop
[Unit]
Description=The shop of %i
Documentation=https://example.org/shop
After=network.target db.service cache.service
Requires=db.service
Wants=cache.service

[Service]
Type=simple
User=www-data
WorkingDirectory=HERE
Environment="GREETING=hello world" REGION=%i EMPTY= "QUOTED=it's \\"so\\" \\x41"
Environment=PERCENT=100%% 'LINES=one\\ntwo'
EnvironmentFile=-HERE/none.env
EnvironmentFile=HERE/shop.env
ExecStartPre=HERE/prepare "first step"
ExecStartPre=-/bin/false
ExecStart=HERE/dump shop --region \${REGION} \\
  # a comment between
  ; not reached: this is a comment too
  --words $WORDS 'two words' "a\\tb" --missing=\${NONE}. $$HOME %%
ExecReload=/bin/kill -HUP $MAINPID
Restart=on-failure
RestartSec=5
RestartPreventExitStatus=CONFIG SIGABRT 7
TimeoutStopSec=1min 30s
KillSignal=SIGINT
UMask=0027
LimitNOFILE=512:1024
Nice=5
NoNewPrivileges=yes
ProtectSystem=strict

[Install]
WantedBy=multi-user.target
`,
        "shop@eu.service.d/10-more.conf": "[Service]\nEnvironment=DROPPED=in\n",
        "shop.env": '# variables\nWORDS="three more words"\nREGION=file\n',
        prepare: '#!/bin/sh\nprintf "%s\\n" "$1" "$(id -u)" "$REGION" >HERE/prepared/file\n',
      });
      chmodSync(join(box.dir, "prepare"), 0o755);
      mkdirSync(join(box.dir, "prepared"));
      chmodSync(join(box.dir, "prepared"), 0o777);
      const others = ["db.service", "cache.service"];
      const sleeping = "[Service]\nExecStart=/bin/sleep 1000\n";
      placeFiles(box, Object.fromEntries(others.map((name) => [name, sleeping])));
      const notes = await imported(box, ["shop@eu.service", ...others]);
      assert.deepEqual(notes, [
        "shop@eu.service:5: After: network.target is no service",
        "shop@eu.service:25: RestartSec: the delay grows from a second up to this",
        "shop@eu.service:33: ProtectSystem: has no counterpart here",
      ]);
      const files = ["needs/db", "after/cache"].map((path) =>
        join(box.dir, "services/shop@eu", path),
      );
      assert.deepEqual(files.map(existsSync), [true, true]);
      const settings = ["down-signal", "timeout-kill", "restart-policy", "max-death-tally"];
      assert.deepEqual(
        settings.map((name) => textOf(box, `services/shop@eu/${name}`)),
        ["INT\n", "90000\n", "!0 !HUP !INT !TERM !PIPE !78 !ABRT !7\n", "5\n"],
      );
      assert.match(
        textOf(box, "services/shop@eu/run"),
        /^#!\/bin\/sh\n# Made by runits-import from [^,]*shop@eu\.service\.\n# The shop of eu\n/,
      );

      const { shop } = await started(box, ["shop"]);
      assert.deepEqual(shop?.argv.slice(1), [
        ...["shop", "--region", "file", "--words", "three", "more", "words", "two words", "a\tb"],
        ...["--missing=.", "$HOME", "%"],
      ]);
      const { GREETING, EMPTY, QUOTED, PERCENT, LINES, DROPPED, USER, LOGNAME } = shop?.env ?? {};
      assert.deepEqual(
        [GREETING, EMPTY, QUOTED, PERCENT, LINES, DROPPED],
        ["hello world", "", 'it\'s "so" A', "100%", "one\ntwo", "in"],
      );
      assert.deepEqual([USER, LOGNAME], ["www-data", "www-data"]);
      assert.equal(shop?.ids[0], WWW_DATA);
      assert.deepEqual([shop?.cwd, shop?.umask], [box.dir, 0o027]);
      assert.equal(textOf(box, "prepared/file"), `first step\n${WWW_DATA}\nfile\n`);
    },
  );

  test("that does its work and ends is up until it is stopped", async (t) => {
    const box = sandbox(t);
    placeFiles(box, {
      "migrate.service": `[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -c 'echo one >>HERE/done'
ExecStart=/bin/sh -c 'echo two >>HERE/done'
ExecStop=/bin/sh -c 'echo stopped >>HERE/done'
`,
    });
    assert.deepEqual(await imported(box, ["migrate.service"]), []);
    assert.match(
      textOf(box, "services/migrate/run"),
      /echo two.* \|\| exit\necho >&3\nexec pause\n$/,
    );
    assert.equal(textOf(box, "services/migrate/notification-fd"), "3\n");
    assert.equal(textOf(box, "services/migrate/restart-policy"), "never\n");
    assert.match(textOf(box, "services/migrate/finish"), /echo stopped/);
  });

  test("with commands for stop and reload gets control scripts", async (t) => {
    const box = sandbox(t);
    placeFiles(box, {
      "db.service": `[Service]
Type=notify
NotifyAccess=all
ExecStart=@/usr/bin/db the-db --run
ExecReload=/usr/bin/db reload $MAINPID
ExecStop=-/usr/bin/db stop
ExecStopPost=+/bin/rm -f /run/db.pid
RuntimeDirectory=db db/sockets
RuntimeDirectoryMode=0750
TimeoutStartSec=20
WatchdogSec=30
KillMode=mixed
StandardOutput=append:/var/log/db.log
Restart=always
StartLimitIntervalSec=0
`,
    });
    assert.deepEqual(await imported(box, ["db.service"]), [
      "db.service:12: KillMode: see kill-group in runsv(8)",
      "db.service:13: StandardOutput: the log is in log/main",
    ]);
    assert.match(
      textOf(box, "services/db/run"),
      /\ninstall -d -m 0750 \/run\/db \/run\/db\/sockets \|\| exit\nexec chpst -e .\/env -C \/ -b the-db \/usr\/bin\/db --run\n$/,
    );
    assert.equal(textOf(box, "services/db/env/RUNTIME_DIRECTORY"), "/run/db:/run/db/sockets\n");
    assert.match(
      textOf(box, "services/db/control/h"),
      /\nchpst .*'set -f; exec \/usr\/bin\/db reload \$MAINPID' \|\| exit\nexit 0\n$/,
    );
    assert.match(textOf(box, "services/db/control/t"), /\nchpst .* \/usr\/bin\/db stop\nexit 1\n$/);
    assert.match(
      textOf(box, "services/db/finish"),
      /\n\/bin\/rm -f \/run\/db.pid \|\| exit\nexit 0\n$/,
    );
    const settings = ["notify-socket", "timeout-ready", "watchdog", "timeout-kill", "kill-group"];
    assert.deepEqual(
      settings.map((name) => textOf(box, `services/db/${name}`)),
      ["all\n", "20000\n", "30000\n", "90000\n", ""],
    );
    for (const name of ["restart-policy", "max-death-tally"]) {
      assert.equal(existsSync(join(box.dir, "services/db", name)), false, name);
    }
  });

  test("that is refused does not keep others from being imported", async (t) => {
    const box = sandbox(t);
    const text = "[Service]\nExecStart=/bin/true\n";
    placeFiles(box, { "a@.service": text, "b.service": text });
    const { code, stdout, stderr } = await runImport(box, [
      ...["--to", "services", "a@.service", "b.service"],
    ]);
    assert.deepEqual([code, stdout], [1, `${join(box.dir, "services/b")}\n`]);
    assert.match(stderr, /^runits-import: a@\.service:2: is a template; /);
  });

  test("that is none, or asks for too much, is refused with its line", async (t) => {
    const box = sandbox(t);
    for (const [name, text, message] of [
      ["a.service", "ExecStart=/bin/true\n", "a.service:1: no section before ExecStart=/bin/true"],
      ["b.service", "[Service]\nUser=x\n", "b.service:2: there is no ExecStart"],
      [
        "c@.service",
        "[Service]\nExecStart=/bin/true\n",
        "c@.service:2: is a template; copy it to a file with the instance, NAME@INSTANCE.service",
      ],
      [
        "d.service",
        "[Service]\nExecStart=/bin/true 'x\n",
        "d.service:2: ExecStart: no closing quotation",
      ],
      [
        "e.service",
        "[Service]\nExecStart=/bin/true %Y\n",
        "e.service:2: ExecStart: the specifier %Y is not known here",
      ],
      [
        "f.service",
        "[Service]\nExecStart=/bin/true\nStateDirectory=../x\n",
        "f.service:3: StateDirectory: no name of a directory: ../x",
      ],
      [
        "g.service",
        "[Service]\nExecStart=/bin/true\nRestart=often\n",
        "g.service:3: Restart: there is no policy often",
      ],
      [
        "h.service",
        "[Service]\nExecStart=/bin/true\nTimeoutStopSec=soon\n",
        "h.service:3: TimeoutStopSec: no time",
      ],
      ["i.service", "[Timer]\nOnCalendar=daily\n", "i.service:1: there is no section [Service]"],
    ] as const) {
      placeFiles(box, { [name]: text });
      const { code, stderr, stdout } = await runImport(box, [name]);
      assert.deepEqual([code, stdout, stderr], [1, "", `runits-import: ${message}\n`], name);
    }
  });
});

test("the words, times and names of units are those of systemd", () => {
  assert.deepEqual(splitWords(` a  "b c"'d' e\\ f "" \\x41\\101\\u00e9\\s \\q`), [
    ...["a", "b cd", "e\\ f", "", "AA\u00e9 ", "\\q"],
  ]);
  assert.deepEqual(["90", "5min 20s", "1h30m", "250ms", "infinity"].map(timeMs), [
    90_000,
    320_000,
    5_400_000,
    250,
    Number.POSITIVE_INFINITY,
  ]);
  assert.deepEqual(unitName("getty@tty1.service"), {
    name: "getty@tty1",
    prefix: "getty",
    instance: "tty1",
  });
});
