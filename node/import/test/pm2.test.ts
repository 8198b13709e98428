/** Configurations of pm2. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { sandbox } from "../../../tests/support/sandbox.ts";
import { withPrograms } from "../../../tests/support/skip.ts";
import { placeDump } from "./dump.ts";
import { imported, placeFiles, started, textOf } from "./imports.ts";
import { runImport } from "./run-import.ts";

const NEEDED = withPrograms("/usr/bin/python3");

const ECOSYSTEM = `console.log("a module may print");
const common = { cwd: __dirname, max_restarts: 10 };
module.exports = {
  apps: [
    {
      name: "shop",
      script: "dump",
      interpreter: "none",
      args: "shop --title 'two words' $HOME",
      env: { PORT: 8080, DEEP: { a: 1 }, SECRET: "it's $(touch touched)" },
      env_production: { NODE_ENV: "production", PORT: 80 },
      env_staging: { NODE_ENV: "staging" },
      kill_timeout: 5000,
      stop_exit_codes: [0, 3],
      watch: true,
      ...common,
    },
    {
      name: "worker",
      script: "./dump",
      interpreter: "/usr/bin/python3",
      interpreter_args: "-u",
      args: ["worker", "--all of it"],
      instances: 2,
      exec_mode: "cluster",
      increment_var: "PORT",
      env: { PORT: 9000 },
      exp_backoff_restart_delay: 100,
      treekill: false,
      kill_signal: "SIGTERM",
      autorestart: true,
      namespace: "jobs",
      ...common,
    },
  ],
  deploy: {},
};
`;

describe("a configuration of pm2", { concurrency: 2 }, () => {
  test(
    "that is a module runs with its command lines, environment and directories",
    NEEDED,
    async (t) => {
      const box = sandbox(t);
      placeDump(box);
      placeFiles(box, { "ecosystem.config.cjs": ECOSYSTEM });
      const notes = await imported(box, ["--env", "production", "ecosystem.config.cjs"]);
      assert.deepEqual(notes, [
        "ecosystem.config.cjs:1: deploy: concerns pm2 alone",
        "ecosystem.config.cjs:15: watch: nothing watches files",
        "ecosystem.config.cjs:12: env_staging: left out; --env staging takes it",
        "ecosystem.config.cjs:28: exp_backoff_restart_delay: the restart delay grows from a second to 15",
        "ecosystem.config.cjs:25: exec_mode: instances share no port here; give each its own, behind a proxy",
        "ecosystem.config.cjs:32: namespace: has no counterpart here",
      ]);
      const settings = [
        "down-signal",
        "timeout-kill",
        "max-death-tally",
        "restart-policy",
        "kill-group",
      ];
      assert.deepEqual(
        settings.map((name) => textOf(box, `services/shop/${name}`)),
        ["INT\n", "5000\n", "10\n", "!0 !3\n", ""],
      );
      for (const name of ["down-signal", "kill-group"]) {
        assert.equal(existsSync(join(box.dir, "services/worker-0", name)), false, name);
      }
      assert.equal(textOf(box, "services/worker-1/env/PORT"), "9001\n");
      assert.equal(textOf(box, "services/worker-1/restart-delay-max"), "15000\n");

      const { shop, worker } = await started(box, ["shop", "worker"]);
      assert.deepEqual(shop?.argv, [
        join(box.dir, "dump"),
        "shop",
        "--title",
        "two words",
        "$HOME",
      ]);
      const { PORT, DEEP, SECRET, NODE_ENV } = shop?.env ?? {};
      assert.deepEqual(
        [PORT, DEEP, SECRET, NODE_ENV],
        ["80", '{"a":1}', "it's $(touch touched)", "production"],
      );
      assert.deepEqual(worker?.argv.slice(1), ["worker", "--all of it"]);
      assert.match(`${worker?.env.PORT} ${worker?.env.NODE_APP_INSTANCE}`, /^(9000 0|9001 1)$/);
      assert.deepEqual([shop?.cwd, worker?.cwd], [box.dir, box.dir]);
      assert.equal(existsSync(join(box.dir, "touched")), false);
    },
  );

  test("may be JSON, YAML or another kind of module", async (t) => {
    const box = sandbox(t);
    placeFiles(box, {
      "server.js": "",
      "pm2.json":
        '{\n  "apps": [\n    { "name": "json", "script": "server.js", "watch": true }\n  ]\n}\n',
      "pm2.yaml": "- name: yaml\n  script: npm\n  args: start\n  watch: true\n",
      "pm2.config.mjs":
        'export default { apps: [{ name: "module", script: "npm run start",\n"(+": 1 }] };\n',
    });
    assert.deepEqual(await imported(box, ["pm2.json", "pm2.yaml", "pm2.config.mjs"]), [
      "pm2.json:3: watch: nothing watches files",
      "pm2.yaml:4: watch: nothing watches files",
      "pm2.config.mjs:2: (+: has no counterpart here",
    ]);
    const last = (name: string) => textOf(box, `services/${name}/run`).trimEnd().split("\n").at(-1);
    const common = `exec chpst -e ./env -C ${box.dir}`;
    assert.equal(last("json"), `${common} node ${box.dir}/server.js`);
    assert.equal(last("yaml"), `${common} npm start`);
    assert.equal(last("module"), `${common} bash -c 'npm run start'`);
  });

  test("that cannot be loaded, or has what cannot be, is refused with its line", async (t) => {
    const box = sandbox(t);
    for (const [name, text, message] of [
      ["a.config.js", "throw new Error('not today');\n", "1: unable to load it: Error: not today"],
      ["b.config.js", "process.exit(0);\n", "1: unable to load it: it exports nothing"],
      ["c.config.js", "module.exports = { apps: [{\n  name: 'x' }] };\n", "2: there is no script"],
      ["d.json", '[{ "script": "../../x", "name": "../x" }]', '1: "../x" cannot name a service'],
      ["e.json", '[{ "script": "x",\n"kill_signal": "LOUD" }]', "2: kill_signal: no signal"],
      ["f.json", '[{ "script": ["x"] }]', "1: script: no text"],
      ["g.json", '[{ "script": "x", \n"kill_timeout": "soon" }]', "2: kill_timeout: no number"],
      ["h.json", "[1]", "1: is no map"],
      [
        "i.json",
        '[{ "script": "x",\n"instances": 5000000000 }]',
        "2: instances: no number from 0 to 10000",
      ],
      ["j.yaml", "&app\nscript: x\nenv: { DEEP: *app }\n", "1: more than 100 levels"],
      [
        "k.config.js",
        "require('fs').writeSync(3, 'junk'); module.exports = [];\n",
        "1: unable to load it: it exports nothing",
      ],
    ] as const) {
      placeFiles(box, { [name]: text });
      const { code, stderr, stdout } = await runImport(box, [name]);
      assert.deepEqual([code, stdout], [1, ""], name);
      assert.ok(stderr.startsWith(`runits-import: ${name}:${message}\n`), `${message}\n${stderr}`);
      assert.doesNotMatch(stderr, /^\s+at /m);
    }
  });
});
