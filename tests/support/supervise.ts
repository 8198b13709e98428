/** A runsv at work on one service directory. */
import { join } from "node:path";
import { type Cleanup, type Running, type Sandbox, type StartOptions, sandbox } from "./sandbox.ts";
import { type Description, makeService, ServiceDirectory } from "./service.ts";
import { ours, type Suite, tool } from "./suite.ts";
import { eventually, unchanged } from "./wait.ts";

const QUIET_MS = 300;

interface SuperviseOptions extends StartOptions {
  readonly suite?: Suite;
  /** A command in front, such as `["sh", "-c", "trap '' HUP; exec \"$@\"", "sh"]`. */
  readonly via?: readonly string[];
  /** Done to the service directory before runsv starts. */
  readonly prepare?: (dir: string) => void;
}

export class Supervised extends ServiceDirectory {
  readonly box: Sandbox;
  readonly runsv: Running;

  constructor(box: Sandbox, runsv: Running) {
    super(join(box.dir, "service"), () => `runsv wrote:\n${runsv.stderr()}`);
    this.box = box;
    this.runsv = runsv;
  }
  get stderr(): string {
    return this.runsv.stderr();
  }
  async exitCode(): Promise<number | null> {
    return (await this.runsv.exit()).code;
  }
  /** Waits for a message that contains `text`. */
  async untilMessage(text: string): Promise<void> {
    await eventually(
      `message "${text}"`,
      () => (this.stderr.includes(text) ? true : undefined),
      () => this.tell(),
    );
  }
  /** Waits until nothing has happened for a while: for "and then nothing happens". */
  async untilQuiet(): Promise<void> {
    await unchanged(() => [this.tell(), this.pidFile()].join(), QUIET_MS);
  }
  /** Starts another runsv on the same directory. */
  another(options: SuperviseOptions = {}): Supervised {
    return new Supervised(this.box, startRunsv(this.box, options));
  }
}

/**
 * The service directory is always called `service`, and named so to runsv: messages are the same.
 */
function startRunsv(box: Sandbox, options: SuperviseOptions): Running {
  const { suite = ours, via = [], prepare: _, ...start } = options;
  if (suite.missing !== undefined) throw new Error(suite.missing);
  return box.start([...via, tool(suite, "runsv"), "service"], start);
}

export function supervise(
  t: Cleanup,
  description: Description,
  options: SuperviseOptions = {},
): Supervised {
  const box = sandbox(t);
  const dir = join(box.dir, "service");
  makeService(dir, description);
  options.prepare?.(dir);
  return new Supervised(box, startRunsv(box, options));
}
