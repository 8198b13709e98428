/** Files of docker-compose. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { sandbox } from "../../../tests/support/sandbox.ts";
import { asRoot, both, withPrograms } from "../../../tests/support/skip.ts";
import { InterpolationError, interpolate } from "../src/compose/interpolate.ts";
import { durationMs, sizeBytes } from "../src/compose/values.ts";
import { placeDump } from "./dump.ts";
import { imported, placeFiles, started, textOf } from "./imports.ts";
import { runImport } from "./run-import.ts";

const NEEDED = both(asRoot, withPrograms("/usr/bin/python3"));

const SHOP = `name: shop
x-common: &common
  restart: unless-stopped
  environment: &environment
    REGION: \${REGION:-eu}
    TAG: "\${TAG}"

services:
  web:
    <<: *common
    image: shop:\${TAG}
    entrypoint: ["HERE/dump"]
    command: web --port 8080 "two words" $$HOME '$$(touch HERE/touched)'
    working_dir: HERE
    user: "33:33"
    environment:
      <<: *environment
      PORT: 8080
      DEBUG: "false"
      LINES: "one\\ntwo"
      PASSED:
      UNKNOWN:
    env_file:
      - shop.env
      - path: none.env
        required: false
    depends_on:
      db: { condition: service_healthy, restart: true }
      migrate: { condition: service_completed_successfully }
      worker: { condition: service_started, required: false }
    ports: ["80:8080"]
    ulimits:
      nproc: 4096
      nofile: { soft: 512, hard: 1024 }
      sigpending: 10
    cap_drop: [NET_RAW, CAP_SYS_CHROOT]
    security_opt: ["no-new-privileges:true", "apparmor:unconfined"]
    stop_signal: SIGQUIT
    stop_grace_period: 1m30s
    logging:
      driver: syslog
      options: { max-size: 10m, max-file: "5", tag: web }
    cpus: 0.5
  db:
    command: [HERE/dump, db]
    working_dir: /
    healthcheck:
      test: ["CMD", "test", "-e", "HERE/out/db"]
      interval: 2s
      retries: 5
  migrate:
    command: sh -c "echo done >HERE/migrated"
    working_dir: /
  worker:
    command: HERE/dump worker
    working_dir: /
    restart: on-failure:3
    deploy: { replicas: 2, resources: {} }

volumes:
  data:
`;

describe("a file of docker-compose", { concurrency: 2 }, () => {
  test(
    "runs with the command lines, environment, users and directories of its services",
    NEEDED,
    async (t) => {
      const box = sandbox(t);
      placeDump(box);
      placeFiles(box, {
        "compose.yaml": SHOP.replaceAll("HERE/dump worker", "sleep 1000"),
        ".env": "TAG=1.2\nPASSED=through\n",
        "shop.env": "PORT=1\nFROM_FILE='file value'\n",
      });
      const notes = await imported(box, ["compose.yaml"]);
      assert.deepEqual(notes, [
        "compose.yaml:60: volumes: concerns containers alone",
        "compose.yaml:35: ulimits: chpst has no sigpending",
        "compose.yaml:37: security_opt: apparmor:unconfined has no counterpart here",
        "compose.yaml:41: driver: the log is in log/main",
        "compose.yaml:42: tag: has no counterpart here",
        "compose.yaml:11: image: its programs have to be on this machine",
        "compose.yaml:31: ports: the program listens by itself; nothing maps ports",
        "compose.yaml:43: cpus: has no counterpart here",
        "compose.yaml:50: retries: three failures in a row; see check-restart in runsv(8)",
        "compose.yaml:58: resources: deploy: has no counterpart here",
      ]);
      const settings = [
        "down-signal",
        "timeout-kill",
        "needs/db",
        "needs/migrate",
        "log/main/config",
      ];
      assert.deepEqual(
        settings.map((name) => textOf(box, `services/web/${name}`)),
        ["QUIT\n", "90000\n", "restart\n", "\n", "s10485760\nn4\n"],
      );
      assert.ok(existsSync(join(box.dir, "services/web/after/worker-2")));
      assert.equal(textOf(box, "services/db/check-period"), "2000\n");
      assert.equal(textOf(box, "services/worker-1/max-death-tally"), "4\n");
      assert.match(textOf(box, "services/migrate/run"), /\|\| exit\necho >&3\nexec pause\n$/);

      const { web, db } = await started(box, ["web", "db"]);
      assert.ok(existsSync(join(box.dir, "migrated")));
      assert.deepEqual(web?.argv.slice(1), [
        ...["web", "--port", "8080", "two words", "$HOME", `$(touch ${box.dir}/touched)`],
      ]);
      assert.equal(existsSync(join(box.dir, "touched")), false);
      const { REGION, TAG, PORT, DEBUG, LINES, PASSED, UNKNOWN, FROM_FILE } = web?.env ?? {};
      assert.deepEqual(
        [REGION, TAG, PORT, DEBUG, LINES, PASSED, UNKNOWN, FROM_FILE],
        ["eu", "1.2", "8080", "false", "one\ntwo", "through", undefined, "file value"],
      );
      assert.deepEqual(web?.ids, [33, 33, [33]]);
      assert.deepEqual([web?.cwd, web?.umask, db?.cwd], [box.dir, 0o022, "/"]);
    },
  );

  test("that is none, or has what cannot be, is refused with its line", async (t) => {
    const box = sandbox(t);
    for (const [text, message] of [
      ["services: [a]\n", "1: there are no services"],
      ["services:\n  web: {}\n", "2: [web] there is no command (the image has it): left out"],
      ["services:\n  ../web:\n    command: x\n", '2: [../web] "../web" cannot name a service'],
      [
        "services:\n  web:\n    command: x\n    restart: often\n",
        "4: [web] restart: no policy often",
      ],
      ["services:\n  web:\n    command: x 'y\n", "3: [web] command: no closing quotation"],
      ["services:\n  web:\n    command: #{A:?must be set}\n", "3: A is not set: must be set"],
      [
        "services:\n  web:\n    command: x\n    depends_on: [db]\n",
        "4: [web] depends_on: there is no service db",
      ],
      [
        "services:\n  web:\n    command: x\n    stop_signal: LOUD\n",
        "4: [web] stop_signal: no signal",
      ],
      [
        "services:\n  web:\n    command: x\n    restart: on-failure:x\n",
        "4: [web] restart: no policy on-failure:x",
      ],
      [
        "services:\n  web:\n    command: x\n    depends_on: [../../x]\n  ../../x:\n    command: x\n",
        '4: [web] "../../x" cannot name a service',
      ],
      [
        "services:\n  web:\n    command: x\n    scale: 9000000000\n",
        "4: scale: no number from 0 to 10000",
      ],
      ["services: &all\n  web: *all\n", "1: more than 100 levels"],
      ["services:\n web: {\n", "3: Flow map in block collection"],
    ] as const) {
      placeFiles(box, { "compose.yaml": text.replace("#", "$") });
      const { code, stderr, stdout } = await runImport(box, ["compose.yaml"]);
      assert.deepEqual([code, stdout], [1, ""], text);
      assert.ok(
        stderr.startsWith(`runits-import: compose.yaml:${message}`),
        `${message}\n${stderr}`,
      );
      assert.doesNotMatch(stderr, /^\s+at /m);
    }
  });
});

test("variables are interpolated as by compose", () => {
  const variables = new Map([
    ["A", "a"],
    ["EMPTY", ""],
  ]);
  const missing: string[] = [];
  const of = (text: string) =>
    interpolate(text.replaceAll("#", "$"), variables, (name) => missing.push(name));
  for (const [text, expected] of [
    ["$A #{A} $$A", "a a $A"],
    ["#{EMPTY:-x}#{EMPTY-x}#{NO:-#{A}}#{NO-}", "xa"],
    ["#{A:+set}#{EMPTY:+set}#{EMPTY+set}", "setset"],
    ["#{NO}.$NO", "."],
  ] as const) {
    assert.equal(of(text), expected, text);
  }
  assert.deepEqual(missing, ["NO", "NO"]);
  for (const wrong of ["$", "#{", "#{A", "#{A!x}", "$1", "#{NO?}", "#{EMPTY:?empty}"]) {
    assert.throws(() => of(wrong), InterpolationError, wrong);
  }
  assert.deepEqual(["1m30s", "500ms", "2h", "0", "1.5s", "soon", ""].map(durationMs), [
    ...[90_000, 500, 7_200_000, 0, 1_500, undefined, undefined],
  ]);
  assert.deepEqual(["10m", "1gb", "300", "2K", "big"].map(sizeBytes), [
    ...[10_485_760, 1_073_741_824, 300, 2_048, undefined],
  ]);
});
