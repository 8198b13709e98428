/**
 * The fault switch of the executables in dist/faulty, from the test's side; faulty/posix.ts is the
 * other one.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { FAULTY_BIN } from "../../build/paths.ts";
import { ours, type Suite } from "../support/suite.ts";
import type { Errno, Strike } from "./faulty/failures.ts";

/** Ours, with the switch in it. */
export const faulty: Suite = { ...ours, name: "runits", bin: FAULTY_BIN };

/** A call that a program makes, by the way that leads to it, and its possible errors. */
interface Site {
  readonly call: string;
  readonly errnos: readonly Errno[];
  readonly way: string;
}

export interface Fault {
  readonly site: Site;
  readonly strike: Strike;
}

/** `open EMFILE: openRead < #text < #read`. */
export function nameOf({ site, strike }: Fault): string {
  const functions = site.way.split(" < ").map((frame) => frame.replace(/ \(.*$/, ""));
  return `${site.call} ${strike}: ${functions.join(" < ")}`;
}

export class FaultSwitch {
  readonly #dir: string;

  /** @param parent the directory in which it makes its own */
  constructor(parent: string) {
    this.#dir = join(parent, "faults");
    mkdirSync(this.#dir);
  }
  /** For the environment of a program that obeys it. */
  get env(): Readonly<Record<string, string>> {
    return { RUNITS_FAULTS: this.#dir };
  }
  /** From now on calls are counted. */
  count(): void {
    this.#put("calls", "");
  }
  /** The sites that were come by since, in the order of their first call. */
  counted(): Site[] {
    const lines = this.#take("calls").split("\n").slice(0, -1);
    return [...new Set(lines)].map((line) => {
      const [call = "", errnos = "", ...way] = line.split(" ");
      return { call, errnos: errnos.split(",").filter(Boolean) as Errno[], way: way.join(" ") };
    });
  }
  /** The next call from there fails, or is the last of its process. */
  arm({ site, strike }: Fault): void {
    rmSync(join(this.#dir, "struck"), { force: true });
    this.#put("fault", `${strike} ${site.call} ${site.way}`);
  }
  /** Whether the armed fault has struck. */
  get hasFailed(): boolean {
    return existsSync(join(this.#dir, "struck"));
  }
  /** Every such call fails from now on. */
  storm(errno: Errno, calls: readonly string[]): void {
    this.#put("storm", `${errno} ${calls.join(" ")}`);
  }
  /** The real clock is off by so much. */
  shiftClock(seconds: number): void {
    this.#put("clock", `${seconds}`);
  }
  /** Ends every fault; the clock stays as it is. */
  clear(): void {
    for (const name of ["fault", "storm"]) rmSync(join(this.#dir, name), { force: true });
  }
  #put(name: string, text: string): void {
    const path = join(this.#dir, name);
    writeFileSync(`${path}.new`, text);
    renameSync(`${path}.new`, path);
  }
  #take(name: string): string {
    const path = join(this.#dir, name);
    renameSync(path, `${path}.taken`); // who appends to it meanwhile does so there
    return readFileSync(`${path}.taken`, "latin1");
  }
}
