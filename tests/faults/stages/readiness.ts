/**
 * A service reports that it is ready, in each of the three ways. Whatever fails when it starts, it
 * starts and becomes ready; and whenever the supervisor dies while the report arrives, the next one
 * finds the same process ready, or counts it as ready within `timeout-ready`.
 */
import { go, makeGo, untilReady } from "../../support/readiness.ts";
import { sendSignal } from "../../support/sandbox.ts";
import { type Description, FOREVER, type ServiceDirectory } from "../../support/service.ts";
import { unkept, type Verdict } from "../fault-tree.ts";
import { FaultyScan, FORMS } from "../faulty-scan.ts";
import type { FaultSwitch } from "../switch.ts";
import type { Scene, Stage } from "./stage.ts";

/** Longer than a restart after a crash takes on a busy machine. */
const TIMEOUT_READY = "20000";

/** The end of its supervisor, and so of the socket, is no reason for a daemon to end. */
const TALKER = `exec perl -MSocket -e '
  (my $name = $ENV{NOTIFY_SOCKET}) =~ s/^@/\\0/;
  socket my $socket, AF_UNIX, SOCK_DGRAM, 0 or die;
  open(my $lines, "+<", "go") or die; <$lines>;
  send $socket, "READY=1", 0, pack_sockaddr_un($name);
  sleep 1000'`;

const REPORTERS: Readonly<Record<string, Description>> = {
  "notification-fd": {
    run: `echo start >>trace; read _ <go; echo >&3; ${FOREVER}`,
    files: { "notification-fd": "3", "timeout-ready": TIMEOUT_READY },
  },
  "notify-socket": {
    run: `echo start >>trace; ${TALKER}`,
    files: { "notify-socket": "", "timeout-ready": TIMEOUT_READY },
  },
  "check-period": {
    run: `rm -f good; echo start >>trace; read _ <go; echo >good; ${FOREVER}`,
    check: "[ -e good ]",
    files: { "check-period": "50", "timeout-ready": TIMEOUT_READY },
  },
};

class Readiness implements Scene {
  readonly faults: FaultSwitch;
  readonly #scan: FaultyScan;
  readonly #isDeadly: boolean;

  constructor(web: Description, args: readonly string[], isDeadly: boolean) {
    this.#isDeadly = isDeadly;
    this.#scan = new FaultyScan({ web }, { args, prepare: (dir) => makeGo(`${dir}/made/web`) });
    this.faults = this.#scan.faults;
    this.#startAgain();
  }

  async begin(): Promise<this> {
    await this.#web.untilLines(1);
    if (this.#isDeadly) return this;
    await go(this.#web);
    await untilReady(this.#web);
    return this;
  }

  async act(): Promise<void> {
    const web = this.#web;
    if (!this.#isDeadly) {
      sendSignal(web.status().pid, "SIGKILL");
      await web.untilLines(2);
    }
    await go(web);
    await untilReady(web);
  }

  async judge(): Promise<Verdict> {
    const web = this.#web;
    try {
      await web.untilSupervised();
      await untilReady(web);
    } catch (error) {
      return unkept(error);
    }
    const complaints: string[] = [];
    const starts = web.lines().length;
    if (starts !== (this.#isDeadly ? 1 : 2)) complaints.push(`${starts} starts\n${web.tell()}`);
    return this.#scan.verdict(complaints);
  }

  async close(): Promise<void> {
    await this.#scan.close();
  }

  get #web(): ServiceDirectory {
    return this.#scan.tree.service("web");
  }

  /** Starts another runsvdir when one was killed, as init would. */
  #startAgain(): void {
    const { runsvdir } = this.#scan.tree;
    void runsvdir.ended.then(() => {
      if (this.#scan.isClosed) return;
      this.#scan.tree.startAgain();
      this.#startAgain();
    });
  }
}

function stagesOf(kind: string, isDeadly: boolean): Stage[] {
  return Object.entries(REPORTERS).flatMap(([reporter, web]) =>
    FORMS.map(({ name, args }) => ({
      kind,
      name: `${reporter}, ${name}`,
      isDeadly,
      open: () => new Readiness(web, args, isDeadly).begin(),
    })),
  );
}

export const READINESS_STAGES: readonly Stage[] = [
  ...stagesOf("a call fails: a service starts and reports that it is ready", false),
  ...stagesOf("SIGKILL after a call: a service reports that it is ready", true),
];
