/** keep-output: runsv keeps the end of the output of a service, and passes all of it on. */
import assert from "node:assert/strict";
import { mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { describe, test } from "node:test";
import { openFiles } from "../../support/procfs.ts";
import { run } from "../../support/run.ts";
import { sendSignal } from "../../support/sandbox.ts";
import { testBothWays } from "../../support/scan.ts";
import { FOREVER } from "../../support/service.ts";
import { improved, ours, tool } from "../../support/suite.ts";
import { type Supervised, supervise } from "../../support/supervise.ts";

const KEEP_OUTPUT = improved("keep-output");
const KEPT = "supervise/output";
const FILE = { text: "", mode: 0o644 };
const FILES = { "keep-output": FILE };

const sv = async (service: Supervised, ...words: string[]) => {
  const env = { SVDIR: service.box.dir };
  return await run(service.box, [tool(ours, "sv"), ...words], { env });
};
const untilKept = (service: Supervised, text: string) =>
  service.untilTrue(
    `"${text}" in ${KEPT}`,
    () => service.has(KEPT) && service.text(KEPT).includes(text),
  );

describe("runsv: keep-output", { concurrency: 3, ...KEEP_OUTPUT }, () => {
  test("standard output and error go where they go without the file, and their end is kept", async (t) => {
    const service = supervise(t, {
      run: `echo "to output"; echo "to error" >&2; ${FOREVER}`,
      finish: "echo finished",
      files: FILES,
    });
    await service.untilMessage("to error\n");
    await service.untilTrue("output", () => service.runsv.stdout() === "to output\n");
    await untilKept(service, "to error");
    await untilKept(service, "to output");
    assert.equal(service.mode(KEPT), 0o600, "it may hold secrets");
    service.control("d");
    await untilKept(service, "finished\n");
    await service.untilTrue("output", () => service.runsv.stdout() === "to output\nfinished\n");
    assert.equal(service.stderr, "to error\n");
  });

  test("sv why shows the last ten lines, and names the file; sv logs refers to it", async (t) => {
    const service = supervise(t, {
      run: "seq 100; echo 'no such table' >&2; exit 7",
      files: { ...FILES, "restart-delay-max": { text: "600000\n", mode: 0o644 } },
    });
    await service.untilTrue("several ends", () => service.text(KEPT).split("table").length > 3);
    const { stdout } = await sv(service, "why", "service");
    const [answer = ""] = stdout.split("\n", 1);
    assert.ok(answer.endsWith(`; try: cat ${service.dir}/${KEPT}`), answer);
    assert.match(stdout, /exit 7/);
    const output = stdout.slice(stdout.indexOf("\n  output"));
    const lines = output.trimEnd().split("\n").slice(1);
    assert.equal(lines[0]?.trim(), `output      ${service.dir}/${KEPT}`);
    assert.deepEqual(
      lines.slice(1).map((line) => line.trim()),
      ["92", "93", "94", "95", "96", "97", "98", "99", "100", "no such table"],
    );
    const logs = await sv(service, "logs", "service");
    assert.match(logs.stderr, /^sv: service: no log service: .*its end is kept: sv why service\n$/);
  });

  test("8 KiB are always there, and the file never holds more than 16 KiB", async (t) => {
    const service = supervise(t, { run: `seq 20000; echo end; ${FOREVER}`, files: FILES });
    await untilKept(service, "end\n");
    const { size } = statSync(service.path(KEPT));
    assert.ok(size >= 8_192 && size <= 16_384, `${size} bytes`);
    const numbers = service.lines(KEPT).slice(1, -1).map(Number);
    assert.equal(numbers.at(-1), 20_000);
    assert.ok(numbers.every((number, at) => at === 0 || number === (numbers[at - 1] ?? 0) + 1));
    const all = Array.from({ length: 20_000 }, (_, at) => `${at + 1}\n`).join("");
    await service.untilTrue("all output", () => service.runsv.stdout() === `${all}end\n`);
  });

  test("the file counts at each start, and not beside a log service", async (t) => {
    const service = supervise(t, { run: `echo start; ${FOREVER}`, files: FILES });
    const { pid } = await service.untilRunning();
    await untilKept(service, "start\n");
    rmSync(service.path("keep-output"));
    sendSignal(pid, "SIGKILL");
    await service.untilTrue("second start", () => service.runsv.stdout() === "start\nstart\n");
    assert.equal(service.text(KEPT), "start\n");
    mkdirSync(service.path("log"));
    writeFileSync(service.path("log/run"), "#!/bin/sh\nexec cat >>trace\n", { mode: 0o755 });
    writeFileSync(service.path("keep-output"), "");
    service.control("x");
    assert.equal(await service.exitCode(), 0);
    const next = service.another();
    await next.log.untilLines(1);
    assert.deepEqual(next.log.lines(), ["start"]);
    assert.equal(next.has(KEPT), false);
  });

  test("the last lines before the exit of runsv are passed on, and no file is left", async (t) => {
    const service = supervise(t, {
      run: `trap 'seq 2000; echo end >&2; exit' TERM; echo start; while :; do sleep 0.05; done`,
      files: FILES,
    });
    await untilKept(service, "start\n");
    service.control("x");
    assert.equal(await service.exitCode(), 0);
    assert.equal(service.runsv.stdout().split("\n").length, 2_002);
    assert.equal(service.stderr, "end\n");
    assert.equal(service.has(KEPT), false);
  });

  test("a reader that is stopped loses nothing, and runsv obeys meanwhile", async (t) => {
    const service = supervise(
      t,
      { run: "seq 100000; echo >>done; exec sleep 1000", files: FILES },
      { via: ["sh", "-c", '"$@" | { until [ -e go ]; do sleep 0.02; done; cat >all; }', "sh"] },
    );
    await service.untilRunning();
    await service.untilTrue(
      "full pipe",
      () => service.has(KEPT) && statSync(service.path(KEPT)).size > 8_000,
    );
    service.control("o");
    await service.until("once", ({ want }) => want === "down");
    writeFileSync(`${service.box.dir}/go`, "");
    await service.untilLines(1, "done");
    const all = () => service.lines("../all");
    await service.untilTrue("all lines", () => all().length === 100_000);
    assert.ok(all().every((line, at) => line === `${at + 1}`));
  });

  test("without the file a service inherits the descriptors, and runsv opens none", async (t) => {
    const service = supervise(t, { run: FOREVER });
    const other = supervise(t, { run: FOREVER, log: { run: "exec cat" }, files: FILES });
    const { pid } = await service.untilRunning();
    await other.untilRunning();
    const [own, runsv] = [openFiles(pid), openFiles(service.runsv.pid)];
    assert.deepEqual([own.get(1), own.get(2)], [runsv.get(1), runsv.get(2)]);
    assert.equal(other.has(KEPT), false);
  });
});

testBothWays(
  "keep-output: the output of each service is kept for itself",
  KEEP_OUTPUT,
  async (t, start) => {
    const one = { run: `echo one; ${FOREVER}`, files: FILES };
    const two = { run: `echo two >&2; ${FOREVER}`, files: FILES };
    const scanner = start(t, { one, two });
    for (const name of ["one", "two"]) {
      const service = scanner.service(name);
      await service.untilTrue(
        "output",
        () => service.has(KEPT) && service.text(KEPT) === `${name}\n`,
      );
    }
    await scanner.until("both", () =>
      scanner.runsvdir.stdout() === "one\n" && scanner.stderr === "two\n" ? true : undefined,
    );
  },
);
