/**
 * Services that are linked into a runsvdir's directory, run, and are taken away again, one after
 * the other with a handful there at any time: some with a log service, and some that end at once
 * and rest when they are taken away. Each is another directory, by another name. It writes down
 * itself that it began and that it ended.
 */
import { rmSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import type { ServiceDirectory } from "../support/service.ts";
import { soakScript } from "./programs.ts";
import type { Moment } from "./reading.ts";
import {
  type Account,
  figure,
  type Scenario,
  type Sizes,
  Stall,
  type Watcher,
} from "./scenario.ts";
import { FORMS, inTree, type SoakTree } from "./tree.ts";

/** So many are there for a reading; twice as many are there, coming or going at the most. */
const AT_ONCE = 12;
/** More than there ever are later come first: a heap keeps its largest size. */
const FLOOD = 4 * AT_ONCE;
const LOOK_EVERY_MS = 1;
/** Is there from the beginning to the end, and nobody's business. */
const BYSTANDER = "bystander";

const BEGAN = "began\n";
const WHOLE_LIFE = "began\nended\n";

/** By the programs of soak.c; the one that talks has a log service. */
type Kind = "talk" | "stay" | "brief";
/** One after the other. */
const KINDS: readonly Kind[] = ["talk", "stay", "brief", "stay"];

interface Guest {
  readonly name: string;
  readonly service: ServiceDirectory;
  readonly kind: Kind;
}

class Services {
  readonly #tree: SoakTree;
  readonly #watcher: Watcher;
  readonly #stall = new Stall();
  #coming: Guest[] = [];
  #here: Guest[] = [];
  #going: Guest[] = [];
  #added = 0;
  #ended = 0;
  readonly #counts: Record<Kind, number> = { talk: 0, stay: 0, brief: 0 };
  #bystander = { pid: 0, logger: 0 };

  constructor(tree: SoakTree, watcher: Watcher) {
    this.#tree = tree;
    this.#watcher = watcher;
  }

  async run({ services, warmUpServices }: Sizes): Promise<void> {
    const bystander = this.#add(BYSTANDER, "talk");
    await bystander.service.log.untilLines(1, "main/current");
    this.#bystander = this.#pidsOf(bystander);
    await this.#untilHere(FLOOD);
    await this.#untilEnded(warmUpServices);
    await this.#read("start");
    await this.#untilEnded(warmUpServices + services / 2);
    await this.#read("middle");
    await this.#untilEnded(warmUpServices + services);
    await this.#read("end");
    await this.#untilEnded(this.#added);
  }

  account(): Account {
    const faults: string[] = [];
    const { pid, logger } = this.#pidsOf(this.#guest(BYSTANDER, "talk"));
    if (pid !== this.#bystander.pid || logger !== this.#bystander.logger) {
      faults.push("the service beside them was touched");
    }
    const { talk, brief } = this.#counts;
    const did =
      `${figure(this.#ended)} services added and removed, ${figure(talk)} of them with a log service, ${figure(brief)} of ` +
      "them ended at once; each ran, and is gone";
    return { did, faults };
  }

  #guest(name: string, kind: Kind): Guest {
    return { name, service: this.#tree.service(name), kind };
  }

  #add(name: string, kind: Kind): Guest {
    const run = soakScript(kind);
    const log = { run: "exec svlogd ./main", files: { main: { directory: true } } } as const;
    this.#tree.scan.add(name, kind === "talk" ? { run, log } : { run });
    return this.#guest(name, kind);
  }

  #pidsOf({ service }: Guest): { readonly pid: number; readonly logger: number } {
    return { pid: service.status().pid, logger: service.log.status().pid };
  }

  /** Lets them come and go until so many have ended in all. */
  async #untilEnded(count: number): Promise<void> {
    while (this.#ended < count) {
      for (const guest of this.#here.splice(0)) {
        this.#tree.scan.remove(guest.name);
        this.#going.push(guest);
      }
      while (this.#coming.length + this.#going.length < 2 * AT_ONCE && this.#added < count) {
        this.#addNext(KINDS[this.#added % KINDS.length] ?? "stay");
      }
      this.#look();
      await this.#turn();
    }
  }

  /** Lets so many come, a third of them with log services, and none go. */
  async #untilHere(count: number): Promise<void> {
    for (let here = this.#here.length; here < count; here += 1) {
      this.#addNext(here % 3 === 0 ? "talk" : "stay");
    }
    while (this.#here.length < count) {
      this.#look();
      await this.#turn();
    }
  }

  async #read(moment: Moment): Promise<void> {
    await this.#untilHere(AT_ONCE);
    this.#watcher.onReading(moment, await this.#tree.readAtRest());
  }

  #addNext(kind: Kind): void {
    this.#coming.push(this.#add(`n${this.#added}`, kind));
    this.#added += 1;
    this.#counts[kind] += 1;
  }

  /**
   * Those that have begun are here; those that have ended are gone, and their directories with
   * them.
   */
  #look(): void {
    const begun = this.#coming.filter(hasBegun);
    this.#coming = this.#coming.filter((guest) => !begun.includes(guest));
    this.#here.push(...begun);
    const gone = this.#going.filter(isGone);
    this.#going = this.#going.filter((guest) => !gone.includes(guest));
    for (const { service } of gone) rmSync(service.dir, { recursive: true, maxRetries: 10 });
    this.#ended += gone.length;
  }

  async #turn(): Promise<void> {
    this.#watcher.onProgress(this.#ended);
    this.#stall.check("ends", this.#ended, () => {
      const waiting = [...this.#coming, ...this.#going].map(({ service }) => service.tell());
      return [...waiting, this.#tree.scan.stderr].join("\n");
    });
    await pause(LOOK_EVERY_MS);
  }
}

function hasBegun({ service, kind }: Guest): boolean {
  if (kind === "brief") return service.has("starts");
  return service.text("life") === BEGAN && (kind !== "talk" || logOf(service) === BEGAN);
}

/**
 * It has lived once, from beginning to end, its log has all of it, and nobody supervises it any
 * more.
 */
function isGone({ service, kind }: Guest): boolean {
  if (service.isSupervised()) return false;
  if (kind === "brief") return service.stat() === "down";
  if (service.text("life") !== WHOLE_LIFE) return false;
  return kind !== "talk" || (logOf(service) === WHOLE_LIFE && !service.log.isSupervised());
}

const logOf = (service: ServiceDirectory): string => service.log.text("main/current");

export const services: readonly Scenario[] = FORMS.map((form) => ({
  name: `services added and removed, ${form}`,
  size: ({ services, warmUpServices }) => services + warmUpServices,
  play: (sizes, watcher) =>
    inTree(form, async (tree) => {
      const services = new Services(tree, watcher);
      await services.run(sizes);
      return services.account();
    }),
}));
