/** runsv tries a ./run that cannot be executed again and again. */
import assert from "node:assert/strict";
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { describe, test } from "node:test";
import { statusLines } from "../../support/procfs.ts";
import { FOREVER } from "../../support/service.ts";
import { improved } from "../../support/suite.ts";
import { supervise } from "../../support/supervise.ts";
import { DEADLINE_MS } from "../../support/wait.ts";

describe("runsv: a ./run that cannot be executed", { concurrency: 4 }, () => {
  const SPOILT_RUNS = [
    ["no ./run", {}, "file does not exist"],
    [
      "a ./run without execute permission",
      { run: { text: "#!/bin/sh\n", mode: 0o644 } },
      "access denied",
    ],
    [
      "a ./run whose interpreter is missing",
      { run: { text: "#!/no/interpreter\n", mode: 0o755 } },
      "file does not exist",
    ],
    [
      "a ./run without a '#!' line",
      { run: { text: "exec sleep 1000\n", mode: 0o755 } },
      "exec format error",
    ],
    ["an empty ./run", { run: { text: "", mode: 0o755 } }, "exec format error"],
    ["a directory for ./run", { run: { directory: true } }, "access denied"],
    ["a ./run that is a dangling link", { run: { link: "nowhere" } }, "file does not exist"],
    ["a ./run that links to itself", { run: { link: "run" } }, "symbolic link loop"],
  ] as const;

  for (const [what, description, reason] of SPOILT_RUNS) {
    test(`runsv tries ${what} again and again, and starts it once it is mended`, async (t) => {
      const service = supervise(t, description);
      const message = "runsv service: fatal: unable to start ./run: ";
      await service.untilTrue("two attempts", () => service.stderr.split(message).length > 2);
      assert.ok(service.stderr.includes(reason), service.stderr);
      await service.untilStat("down");
      rmSync(service.path("run"), { recursive: true, force: true });
      writeFileSync(service.path("run.new"), `#!/bin/sh\n${FOREVER}\n`, { mode: 0o755 });
      renameSync(service.path("run.new"), service.path("run"));
      await service.untilTrue("mended ./run", () => {
        const pid = service.statusIfThere()?.pid ?? 0; // of an attempt that fails, for a moment
        return pid !== 0 && statusLines(pid).get("Name") === "sleep";
      });
    });
  }

  test(
    "runsv never publishes a ./run that cannot be executed as running",
    improved("never-run"),
    async (t) => {
      const service = supervise(t, {});
      const history = () => service.text("supervise/history");
      await service.untilTrue("first end", () => history() !== "");
      for (let n = 0; n < 20; n++) {
        await service.until("rest", ({ phase }) => phase === "down");
        const before = history();
        const endMs = performance.now() + DEADLINE_MS;
        service.control("u"); // a rest ends with it
        // At every moment that there is: so without a pause.
        while (history() === before && performance.now() < endMs) {
          assert.notEqual(service.status().phase, "run");
        }
      }
    },
  );
});
