/**
 * `sv link`: puts service directories in place, by links in the services directory, and waits for
 * their supervisors. A program of its own, sv/words/link.
 *
 * Each step is one system call that the same command finds done when it is repeated.
 */
import * as posix from "posix";
import { ignoring, ignoringErrors, isPosixError, reason } from "../../../base/errors.ts";
import { quoted } from "../../../base/quoted.ts";
import { lookAt } from "../live-status.ts";
import { lockHolder } from "../lock-holder.ts";
import { NamedService } from "../service.ts";
import { readWords, usage, type WordContext } from "./command-line.ts";
import { raiseDescriptorLimit } from "./descriptor-limit.ts";
import { type LinkRequest, SPEC } from "./link-options.ts";
import { LinkPlace } from "./placing/link-place.ts";
import { type LinkSource, linkSource } from "./placing/link-source.ts";
import { Outcomes } from "./placing/outcomes.ts";
import { secondsIn } from "./seconds.ts";
import { runsvdirOf } from "./why/look-for-supervisor.ts";
import { printing, WordOutput } from "./word-output.ts";

/** How long to wait for a supervisor without -w. */
const WAIT_S = "7";

/** A step that failed: thrown and caught here. */
class LinkError extends Error {}

export function run(words: readonly string[], context: WordContext): number {
  const request: LinkRequest = {
    color: "auto",
    json: false,
    as: undefined,
    isDown: false,
    seconds: context.wait ?? WAIT_S,
    runsvdir: undefined,
  };
  const operands = readWords(SPEC, words, request);
  if (typeof operands === "number") return operands;
  if (request.as !== undefined && operands.length > 1) return usage(SPEC, "--as names one service");
  const limitS = secondsIn(request.seconds);
  if (limitS === undefined) {
    return usage(SPEC, `not a number of seconds: ${quoted(request.seconds)}`);
  }
  const output = new WordOutput(request.color);
  return printing(output, () => {
    const place = LinkPlace.open(request.runsvdir);
    if (typeof place === "string") return output.fatal(place);
    raiseDescriptorLimit(operands.length);
    const outcomes = new Outcomes(output, request.json);
    for (const operand of operands) {
      new LinkCommand({ place, outcomes, request, limitMs: limitS * 1_000 }).begin(operand);
    }
    outcomes.run();
  });
}

class LinkCommand {
  readonly #place: LinkPlace;
  readonly #outcomes: Outcomes;
  readonly #request: LinkRequest;
  readonly #limitMs: number;

  constructor(command: {
    readonly place: LinkPlace;
    readonly outcomes: Outcomes;
    readonly request: LinkRequest;
    readonly limitMs: number;
  }) {
    this.#place = command.place;
    this.#outcomes = command.outcomes;
    this.#request = command.request;
    this.#limitMs = command.limitMs;
  }

  /** Links, and begins the wait for the supervisor. */
  begin(operand: string): void {
    const source = linkSource(operand);
    if (typeof source === "string") {
      this.#outcomes.report(operand, "fail", source);
      return;
    }
    const name = this.#request.as ?? source.name;
    try {
      this.#awaitSupervisor(name, this.#link(name, source));
    } catch (error) {
      if (!(error instanceof LinkError)) throw error;
      this.#outcomes.report(name, "fail", error.message);
    } finally {
      source.directory.close();
    }
  }

  /** @returns what was done */
  #link(name: string, { path, directory }: LinkSource): string {
    if (name === "" || name.startsWith(".") || name.includes("/")) {
      throw new LinkError("the name of a service does not begin with a dot, and has no slash");
    }
    const target = posix.fstat(directory.fd);
    const isLinked = this.#isLinked(name, target);
    if (!isLinked) this.#refuseSupervised(name, path, target);
    if (this.#request.isDown) makeDown(directory.fd, path);
    if (isLinked) return "already linked";
    try {
      posix.symlink(path, this.#place.directory.fd, name);
    } catch (error) {
      if (!isPosixError(error)) throw error;
      if (error.code === "EEXIST" && this.#isLinked(name, target)) return "already linked";
      const link = quoted(this.#place.file(name));
      const cause = `${reason(error)}${this.#place.refusal(error)}`;
      throw new LinkError(`unable to make the link ${link}: ${cause}`);
    }
    return "linked";
  }

  /** @throws {LinkError} something else has the name */
  #isLinked(name: string, target: posix.Stat): boolean {
    const { directory } = this.#place;
    const path = quoted(this.#place.file(name));
    try {
      const entry = this.#place.entry(name);
      if (entry === undefined) return false;
      if ((entry.mode & posix.S_IFMT) !== posix.S_IFLNK) {
        throw new LinkError(`${path} exists, and is not a link`);
      }
      if (ignoringErrors(() => posix.stat(directory.fd, name, 0))?.id === target.id) return true;
      throw new LinkError(`${path} is a link to ${quoted(posix.readlink(directory.fd, name))}`);
    } catch (error) {
      if (!isPosixError(error)) throw error;
      throw new LinkError(`unable to ${error.call} ${path}: ${reason(error)}`);
    }
  }

  /** Two supervisors would contend for the lock of the directory. */
  #refuseSupervised(name: string, path: string, target: posix.Stat): void {
    const other = ignoringErrors(() => this.#place.otherNameOf(target, name));
    if (other !== undefined) {
      throw new LinkError(`${quoted(path)} is linked already, as ${quoted(other)}`);
    }
    const service = new NamedService(path, path);
    const seen = lookAt(service);
    if (seen.is === "live") posix.close(seen.ok);
    const holder = lockHolder(service);
    if (seen.is !== "live" && holder === undefined) return;
    const process = holder === undefined ? "" : `, by process ${holder}`;
    throw new LinkError(`${quoted(path)} is supervised already${process}`);
  }

  #awaitSupervisor(name: string, done: string): void {
    const path = this.#place.file(name);
    const isDown =
      ignoringErrors(() => posix.stat(posix.AT_FDCWD, `${path}/down`, 0)) !== undefined;
    const text = isDown ? `${done}, normally down` : done;
    if (!this.#place.isScanned) {
      const where = `${text} in ${quoted(this.#place.path)}`;
      this.#outcomes.report(name, "ok", where);
      return;
    }
    this.#outcomes.await(new NamedService(name, path), {
      holds: ({ live }) => live !== undefined,
      limitMs: this.#limitMs,
      onEnd: ({ failure }, isReached) => {
        // A user who may not look at the service cannot see its supervisor.
        if (isReached) return this.#outcomes.report(name, "ok", text);
        const home = quoted(this.#place.path);
        const isScanned = runsvdirOf(this.#place.path) !== undefined;
        const isMissing = failure?.kind === "unsupervised" || failure?.kind === "gone";
        const why = isMissing
          ? `it has no supervisor (${isScanned ? `sv why ${quoted(path)}` : `is runsvdir at work on ${home}?`})`
          : (failure?.text ?? "");
        this.#outcomes.report(name, "timeout", `${text}, but ${why}`);
      },
    });
  }
}

function makeDown(directory: number, path: string): void {
  const flags = posix.O_WRONLY | posix.O_CREAT | posix.O_EXCL;
  try {
    const down = ignoring(["EEXIST"], () => posix.open(directory, "down", flags, 0o644));
    if (down !== undefined) posix.close(down);
  } catch (error) {
    if (!isPosixError(error)) throw error;
    throw new LinkError(`unable to create ${quoted(`${path}/down`)}: ${reason(error)}`);
  }
}
