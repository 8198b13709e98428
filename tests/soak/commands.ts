/**
 * One supervisor that gets thousands of commands, one after the other: each is given once the state
 * shows that the one before has been carried out. A reading is taken between two commands.
 */
import type { ControlByte } from "../../protocol/control.ts";
import type { StatusRecord } from "../../protocol/status.ts";
import { FOREVER, type ServiceDirectory } from "../support/service.ts";
import { type Account, figure, type Scenario, type Sizes, type Watcher } from "./scenario.ts";
import { FORMS, inTree, type SoakTree } from "./tree.ts";

interface Command {
  readonly byte: ControlByte;
  /** Whether it has been carried out; `before` is the process at the time it was given. */
  readonly isDone: (now: StatusRecord, before: number) => boolean;
}

/** Of each kind; they leave the service as they find it. */
const CYCLE: readonly Command[] = [
  { byte: "p", isDone: ({ paused }) => paused },
  { byte: "c", isDone: ({ paused }) => !paused },
  { byte: "t", isDone: ({ phase, pid }, before) => runs(phase, pid) && pid !== before },
  { byte: "d", isDone: ({ phase }) => phase === "down" },
  { byte: "u", isDone: ({ phase, pid }) => runs(phase, pid) },
];

const runs = (phase: string, pid: number): boolean => phase === "run" && pid !== 0;

class Commands {
  readonly #tree: SoakTree;
  readonly #watcher: Watcher;
  readonly #service: ServiceDirectory;
  #done = 0;

  constructor(tree: SoakTree, watcher: Watcher) {
    this.#tree = tree;
    this.#watcher = watcher;
    this.#service = tree.scan.add("s", { run: FOREVER });
  }

  async run({ commands, warmUpCommands }: Sizes): Promise<void> {
    await this.#service.untilRunning();
    await this.#give(warmUpCommands);
    this.#watcher.onReading("start", await this.#tree.readAtRest());
    await this.#give(warmUpCommands + commands / 2);
    this.#watcher.onReading("middle", await this.#tree.readAtRest());
    await this.#give(warmUpCommands + commands);
    this.#watcher.onReading("end", await this.#tree.readAtRest());
  }

  account(): Account {
    return { did: `${figure(this.#done)} commands to one service`, faults: [] };
  }

  /** Gives whole cycles, until there have been so many commands in all. */
  async #give(commands: number): Promise<void> {
    while (this.#done < commands) {
      for (const { byte, isDone } of CYCLE) {
        const { pid } = this.#service.status();
        this.#service.control(byte);
        await this.#service.until(`end of ${byte}`, (now) => isDone(now, pid));
        this.#done += 1;
      }
      this.#watcher.onProgress(this.#done);
    }
  }
}

export const commands: readonly Scenario[] = FORMS.map((form) => ({
  name: `commands, ${form}`,
  size: ({ commands, warmUpCommands }) => commands + warmUpCommands,
  play: (sizes, watcher) =>
    inTree(form, async (tree) => {
      const commands = new Commands(tree, watcher);
      await commands.run(sizes);
      return commands.account();
    }),
}));
