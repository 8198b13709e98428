/** sv why: where the output of a service without a log service went. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { run } from "../../../support/run.ts";
import { type Scan, testBothWays } from "../../../support/scan.ts";
import { type Description, FOREVER } from "../../../support/service.ts";
import { improved, ours, tool } from "../../../support/suite.ts";

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
      /output +has no log service: its output goes where runsvdir's goes \(.*; errors: .*\)\n/,
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
