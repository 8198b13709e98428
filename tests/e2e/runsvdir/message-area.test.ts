/** runsvdir shows messages in its last argument. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { cmdline, openFiles } from "../../support/procfs.ts";
import { type Scan, scan, testBothWays } from "../../support/scan.ts";
import { FOREVER } from "../../support/service.ts";
import { improved } from "../../support/suite.ts";

describe("runsvdir: its message area", { concurrency: 4 }, () => {
  const AREA = `log: ${".".repeat(60)}`;
  const area = (scanner: Scan) => cmdline(scanner.runsvdir.pid).at(-1) ?? "";

  testBothWays(
    "the message area takes what its services write to standard error into its last argument",
    {},
    async (t, scan) => {
      const scanner = scan(t, { web: { run: `echo disaster >&2; ${FOREVER}` } }, { log: AREA });
      await scanner.until("message", () => (area(scanner).includes("disaster") ? true : undefined));
      assert.ok(area(scanner).startsWith("log: "), area(scanner));
      assert.equal(area(scanner).length, AREA.length);
      assert.equal(scanner.stderr, "");
    },
  );

  testBothWays("the message area keeps the end of what was written", {}, async (t, scan) => {
    const run = `i=0; while [ $i -lt 99 ]; do i=$((i+1)); echo line $i >&2; done; ${FOREVER}`;
    const scanner = scan(t, { web: { run } }, { log: AREA });
    await scanner.until("last line", () =>
      area(scanner).endsWith("line 99\n") ? true : undefined,
    );
    assert.match(area(scanner), /^log: .*line 98\nline 99\n$/s);
  });

  test("ps shows the message area behind the command", async (t) => {
    const scanner = scan(t, { web: { run: FOREVER } }, { log: AREA, args: ["-P"] });
    await scanner.service("web").untilRunning();
    assert.match(cmdline(scanner.runsvdir.pid).join(" "), /runsvdir -P services log: /);
  });

  test("runsvdir refuses a message area shorter than seven characters", async (t) => {
    const scanner = scan(t, { web: { run: `echo disaster >&2; ${FOREVER}` } }, { log: "log: ." });
    await scanner.untilMessage("disaster\n");
    assert.ok(
      scanner.stderr.startsWith(
        "runsvdir services: warning: log must have at least seven characters.\n" +
          "runsvdir services: warning: log service disabled.\n",
      ),
      scanner.stderr,
    );
  });

  testBothWays(
    "no service loses output because of the message area",
    improved("scan-log-blocking"),
    async (t, scan) => {
      const run = [
        "head -c 200000 /dev/zero | tr '\\0' x >&2",
        'echo "done $?" >>trace',
        FOREVER,
      ].join("\n");
      const scanner = scan(t, { web: { run } }, { log: AREA });
      const service = scanner.service("web");
      assert.deepEqual(await service.untilLines(1), ["done 0"]);
      const { pid } = await service.untilRunning();
      const flags = Number.parseInt(openFiles(pid).get(2)?.flags ?? "", 8);
      assert.equal(flags & 0o4000, 0, "standard error is not non-blocking");
    },
  );
});
