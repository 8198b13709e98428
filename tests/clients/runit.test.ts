/** runit's process 1 and its runsvdir with our tools: the steps of docs/migrate.md. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";
import { guideBlock } from "../support/guide.ts";
import { children, executable } from "../support/procfs.ts";
import { run } from "../support/run.ts";
import { sandbox, sendSignal } from "../support/sandbox.ts";
import { scan } from "../support/scan.ts";
import { FOREVER, makeService, ServiceDirectory } from "../support/service.ts";
import { debian, originalInPlace, ours, tool } from "../support/suite.ts";
import { eventually } from "../support/wait.ts";
import { lacking } from "./client.ts";

const RUNIT = "/sbin/runit";
const NAMESPACE = ["unshare", "--pid", "--mount", "--fork", "--mount-proc"] as const;
const permitted = spawnSync(NAMESPACE[0], [...NAMESPACE.slice(1), "true"]).status === 0;
const missing = originalInPlace ? "ours only" : (debian.missing ?? lacking("runit", RUNIT));

test("runit's runsvdir goes over to our runsv, service by service", {
  skip: missing ?? false,
}, async (t) => {
  const web = { run: FOREVER, log: { run: "exec cat" } };
  const tree = scan(
    t,
    { web, db: { run: FOREVER } },
    {
      suite: debian,
      via: ["sh", "-c", 'PATH=$PWD/bin:$PATH exec "$@"', "sh"],
      prepare: (dir) => symlinkSync(debian.bin, join(dir, "bin")),
    },
  );
  const fileOf = async (name: string, before = 0) => {
    const runsv = await tree.untilRunsv(name, before);
    return { runsv, file: executable(runsv) };
  };
  const old = await fileOf("web");
  assert.equal(old.file, join(debian.bin, "runsv"));
  const db = await tree.service("db").untilRunning();
  const { pid } = await tree.service("web").untilRunning();
  symlinkSync(ours.bin, join(tree.box.dir, "new"));
  renameSync(join(tree.box.dir, "new"), join(tree.box.dir, "bin"));

  const shutdown = [tool(ours, "sv"), "-w", "60", "shutdown", tree.service("web").dir];
  assert.equal((await run(tree.box, shutdown)).code, 0);
  await tree.service("web").untilRunning(pid);
  assert.equal((await fileOf("web", old.runsv)).file, join(ours.bin, "runsvdir"));
  assert.deepEqual(tree.service("db").status(), db);
  assert.equal((await fileOf("db")).file, join(debian.bin, "runsv"));
});

const noProcessOne = missing ?? (permitted ? false : "unshare is not permitted");

test("runsvdir --dense under runit as process 1 ends its services at shutdown, as long as they take", {
  skip: noProcessOne,
}, async (t) => {
  const box = sandbox(t);
  const at = (name: string) => join(box.dir, name);
  for (const dir of ["runit", "services"]) mkdirSync(at(dir));
  // It ends only when stage 3 has begun.
  const slow = `trap 'kill $!; until [ -e ${at("in-stage-3")} ]; do sleep 0.01; done; exit 0' TERM`;
  makeService(at("made/slow"), {
    run: `${slow}; echo ready; while :; do sleep 1000 & wait $!; done`,
    finish: "echo finished",
    log: { run: "exec cat >>lines" },
  });
  symlinkSync("../made/slow", at("services/slow"));

  const stage = (name: string, text: string) =>
    writeFileSync(
      at(`runit/${name}`),
      `#!/bin/sh\nPATH=${ours.bin}:/usr/bin:/bin\n${text.replaceAll("/etc/service", at("services"))}`,
      { mode: 0o755 },
    );
  stage("1", "install -m100 /dev/null /run/runit.stopit\nexit 0\n");
  stage("2", guideBlock("migrate.md", "env -i --default-signal=INT,QUIT"));
  const states = `sv status /etc/service/slow >${at("in-stage-3")}`;
  const end = guideBlock("migrate.md", "sv -w 60 force-stop");
  stage("3", `${states}\n${end}\nps -e -o comm= >${at("left")}\n`);

  const mounts =
    "mount --make-rprivate / && mount -t tmpfs none /run && mount --bind runit /etc/runit";
  const unshare = box.start([...NAMESPACE, "sh", "-c", `${mounts} && exec ${RUNIT}`]);
  const service = new ServiceDirectory(at("services/slow"), () => unshare.stderr());
  await service.untilStat("run");
  assert.deepEqual(await service.log.untilLines(1, "lines"), ["ready"]);
  const first = await eventually(
    "process 1",
    () => children(unshare.pid)[0],
    () => unshare.stderr(),
  );
  sendSignal(first, "SIGCONT"); // shutdown
  await unshare.exit();

  assert.match(readFileSync(at("in-stage-3"), "utf8"), /^run: /);
  assert.deepEqual(service.log.lines("lines"), ["ready", "finished"]);
  assert.ok(existsSync(at("left")), "stage 3 came to its end");
  const left = readFileSync(at("left"), "utf8")
    .split("\n")
    .map((name) => basename(name));
  assert.ok(!left.includes("runsvdir"), left.join(" "));
});
