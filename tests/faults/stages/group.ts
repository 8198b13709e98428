/**
 * Stages of a service with `kill-group`, whose ./run leaves a process behind that ignores SIGTERM:
 * none of them may be left when ./run starts again, or when the service is down.
 */
import { isAlive } from "../../support/procfs.ts";
import { sendSignal } from "../../support/sandbox.ts";
import { makeService } from "../../support/service.ts";
import { FaultTree, type Verdict } from "../fault-tree.ts";
import { daemonProgram } from "../programs.ts";
import { faulty } from "../switch.ts";
import type { Scene, Stage } from "./stage.ts";

/** Its pid is in a file when the daemon starts; each start looks for those of former ones. */
const RUN = [
  "for pid in $(cat left.pids); do case $(ps -o stat= $pid) in [!Z]*) echo $pid >>survivors; esac; done",
  "sh -c \"trap '' TERM; echo \\$\\$ >>left.pids; while :; do sleep 0.05; done\" &",
  "while ! grep -qx $! left.pids; do sleep 0.01; done",
  `exec ${daemonProgram()}`,
].join("\n");

interface Part {
  readonly name: string;
  readonly act: (tree: FaultTree) => Promise<void>;
}

const PARTS: readonly Part[] = [
  {
    name: "the daemon is killed",
    act: async (tree) => {
      const before = tree.daemon;
      sendSignal(before, "SIGKILL");
      await tree.untilUp(before);
    },
  },
  {
    name: "restart",
    act: async (tree) => {
      const before = tree.daemon;
      await tree.tell("restart", "web");
      await tree.untilUp(before);
    },
  },
  {
    name: "the supervisor and the daemon are killed",
    act: async (tree) => {
      const { supervisor, scanner, daemon } = tree;
      sendSignal(supervisor, "SIGSTOP");
      sendSignal(daemon, "SIGKILL");
      sendSignal(supervisor, "SIGKILL");
      if (supervisor === scanner) await tree.beginAsInit();
      await tree.untilUp(daemon);
    },
  },
];

async function open(part: Part, options: readonly string[]): Promise<Scene> {
  const tree = new FaultTree(faulty, options);
  const text = (content: string) => ({ text: content, mode: 0o644 });
  makeService(tree.made, {
    run: RUN,
    files: { "kill-group": text(""), "timeout-kill": text("100\n"), "left.pids": text("") },
  });
  try {
    await tree.begin();
  } catch (error) {
    await tree.close();
    throw error;
  }
  return {
    faults: tree.faults,
    act: () => part.act(tree),
    judge: () => judge(tree),
    close: () => tree.close(),
  };
}

/** After the judgement of the tree, the service is down. */
async function judge(tree: FaultTree): Promise<Verdict> {
  const verdict = await tree.judge();
  const complaints = [...verdict.complaints];
  if (tree.web.lines("survivors").length > 0) complaints.push("a process was left at a start");
  if (tree.web.lines("left.pids").map(Number).some(isAlive)) {
    complaints.push("a process was left when the service was down");
  }
  return { ...verdict, complaints };
}

/** Of the kinds of TREE_STAGES, so that calls that are made there as well are not played twice. */
function stagesOf(kind: string, options: readonly string[]): Stage[] {
  return PARTS.map((part) => ({
    kind,
    name: `kill-group, ${part.name}`,
    open: () => open(part, options),
  }));
}

export const GROUP_STAGES: readonly Stage[] = [
  ...stagesOf("a call fails: runsvdir, runsv", []),
  ...stagesOf("a call fails: runsvdir --dense", ["--dense"]),
];
