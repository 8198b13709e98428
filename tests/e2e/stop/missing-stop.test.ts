/** runsvdir below process 1 of a container, without --stop. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { describe, test } from "node:test";
import { scan } from "../../support/scan.ts";
import { FOREVER } from "../../support/service.ts";
import { both } from "../../support/skip.ts";
import { canUnshare, NAMESPACE } from "../../support/stop.ts";
import { improved } from "../../support/suite.ts";

const hasTini = spawnSync("tini", ["--version"]).status === 0;
const skip = both(
  improved("stop"),
  { skip: !canUnshare && "unshare is not permitted" },
  { skip: !hasTini && "needs tini" },
);
const WARNING =
  "runsvdir services: warning: SIGTERM will leave the services running; --stop stops them in order, and waits\n";
const CHILD = [...NAMESPACE, "tini", "--"];
/** Process 1 with another name, and a child. */
const runit = ["sh", "-c", 'echo runit >/proc/self/comm; "$@" & wait', "sh"];

describe("runsvdir without --stop", skip, () => {
  for (const [where, via, args, warning] of [
    ["warns below tini", CHILD, [], WARNING],
    ["does not warn with --stop", CHILD, ["--stop"], ""],
    ["does not warn with --dense, which stops the services", CHILD, ["--dense"], ""],
    ["does not warn as process 1", NAMESPACE, [], ""],
    ["does not warn below runit", [...NAMESPACE, ...runit], [], ""],
    ["does not warn below another process", [...CHILD, "sh", "-c", '"$@"; true', "sh"], [], ""],
    ["does not warn outside a container", [], [], ""],
  ] as const) {
    test(where, async (t) => {
      const tree = scan(t, { web: { run: FOREVER } }, { via, args });
      await tree.service("web").untilStat("run");
      await tree.until("the warning", () => tree.stderr.length >= warning.length || undefined);
      assert.equal(tree.stderr, warning);
    });
  }
});
