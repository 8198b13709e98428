/** A runsvdir with services that are all files in memory, forked or dense. */
import { closeSync, constants, cpSync, fsyncSync, mkdirSync, openSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { supervisors } from "../support/procfs.ts";
import { Sandbox } from "../support/sandbox.ts";
import { Scan } from "../support/scan.ts";
import { placeInMemory, scratchDirectory } from "../support/scratch.ts";
import { ServiceDirectory } from "../support/service.ts";
import { ours, type Suite } from "../support/suite.ts";
import { eventually, NeverHappened } from "../support/wait.ts";
import { type Reading, readAtRest } from "./reading.ts";
import type { Account } from "./scenario.ts";

type Form = "forked" | "dense";
export const FORMS: readonly Form[] = ["forked", "dense"];

/** More than the files of 500 services, and of the tools, take. */
const ROOM_BYTES = 256 * 2 ** 20;
const EXIT_HUP = 111;

/** A sandbox in memory, with a copy of the tools. */
export class SoakBox extends Sandbox {
  readonly suite = copyOfTools();

  constructor(roomBytes: number) {
    super(placeInMemory(roomBytes));
  }
}

/**
 * The pages of a program are shared by all processes that execute it: while nobody else may execute
 * this copy, the end of others does not look like growth. Nor does a build meanwhile change it. It
 * is on a disk, and written to it: pages that are not would count as dirty.
 */
function copyOfTools(): Suite {
  const bin = scratchDirectory(tmpdir());
  cpSync(ours.bin, bin, { recursive: true, verbatimSymlinks: true });
  for (const name of readdirSync(bin)) {
    const fd = openSync(join(bin, name), constants.O_RDONLY);
    fsyncSync(fd);
    closeSync(fd);
  }
  return { ...ours, bin };
}

/** Has a tree live, from its beginning to its end, and closes it. */
export async function inTree(
  form: Form,
  live: (tree: SoakTree) => Promise<Account>,
): Promise<Account> {
  const tree = new SoakTree(form);
  try {
    const { did, faults } = await live(tree);
    return { did, faults: [...faults, ...(await tree.end())] };
  } finally {
    await tree.close();
  }
}

export class SoakTree {
  readonly scan: Scan;
  readonly #box = new SoakBox(ROOM_BYTES);

  constructor(form: Form) {
    mkdirSync(join(this.#box.dir, "services"));
    const args = form === "dense" ? ["--dense"] : [];
    this.scan = new Scan(this.#box, { suite: this.#box.suite, args });
  }

  /**
   * The directory in which services are made; a service is reachable here also when its link is
   * gone.
   */
  path(name: string): string {
    return join(this.#box.dir, "made", name);
  }
  service(name: string): ServiceDirectory {
    return new ServiceDirectory(this.path(name));
  }

  /** Of the scanner and all supervisors. */
  readAtRest(): Promise<Reading> {
    return readAtRest(() => supervisors(this.scan.runsvdir.pid));
  }

  /** Ends it all in order. @returns the faults, from the beginning on */
  async end(): Promise<string[]> {
    const { runsvdir } = this.scan;
    const faults: string[] = [];
    runsvdir.signal("SIGHUP");
    const { code } = await runsvdir.exit();
    if (code !== EXIT_HUP) faults.push(`runsvdir exited ${code}`);
    try {
      const left = () => this.#box.processes().join();
      await eventually("empty tree", () => left() === "" || undefined, left);
    } catch (error) {
      if (!(error instanceof NeverHappened)) throw error;
      faults.push(`processes are left after the end: ${error.message}`);
    }
    const said = this.scan.stderr;
    if (said !== "") faults.push(`runsvdir wrote: ${said.slice(0, 500)}`);
    return faults;
  }
  close(): Promise<void> {
    return this.#box.close();
  }
}
