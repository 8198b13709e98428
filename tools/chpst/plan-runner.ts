/**
 * Runs the steps of a plan: the system calls, and the messages if one fails. Steps that runit's
 * chpst does not have are in extension-steps.ts.
 */
import * as posix from "posix";
import { getVariable } from "../../base/environment.ts";
import {
  type ErrorCode,
  ignoring,
  ignoringErrors,
  isPosixError,
  reason,
} from "../../base/errors.ts";
import { candidates, SEARCH_ON } from "../../base/program-search.ts";
import { Exit, print, Report, STDERR } from "../../base/report.ts";
import { groupByName, type Scope, userByName } from "./databases.ts";
import { type Edit, type EnvironmentSource, edited } from "./env.ts";
import { readEnvironmentDirectory } from "./envdir.ts";
import type { ExtensionSteps } from "./extension-steps.ts";
import type { Identity } from "./ids.ts";
import type { LimitRequest, Resource } from "./limits.ts";
import type { PlanStep } from "./plan.ts";
import { lackOf, limitOf, nameOf, setLimit } from "./resources.ts";

const EXIT_FATAL = 111;
/**
 * Limits on memory apply to chpst itself, from the moment that they are set until the exec. It
 * allocates the memory for that time before, piece by piece, and frees it, and the allocator keeps
 * it.
 */
const RESERVE_BYTES = 64 * 1024;
const PIECE_BYTES = 4 * 1024;
/** How often the words of the program and its environment may be copied for an exec. */
const COPIES = 3;
/**
 * The bytes that each word takes beside its own: pointers to it, and lists that grow by doubling.
 */
const WORD_BYTES = 128;

/** The result of a lookup: the first of `gids` is the group id. */
interface Ids {
  readonly uid: number;
  readonly gids: readonly number[];
}

export class PlanRunner {
  readonly #report: Report;
  readonly #verbose: boolean;
  readonly #extensions: () => ExtensionSteps;
  readonly #edits: Edit[] = [];
  readonly #inOldRoot = new Map<Identity, Ids | undefined>();
  /** The program's environment, once no step changes it any more. */
  #environment: readonly string[] | undefined;
  #reserve: ArrayBuffer | undefined;

  /**
   * @param name the beginning of messages: the original says `chpst`, whichever name it was called
   * by
   * @param extensions loads the code of steps that runit's chpst does not have
   */
  constructor(name: string, verbose: boolean, extensions: () => ExtensionSteps) {
    this.#report = new Report(name, EXIT_FATAL, (text) => print(STDERR, text));
    this.#verbose = verbose;
    this.#extensions = extensions;
  }

  /** @throws {Exit} if a step failed, after a message; the last step does not return */
  run(steps: readonly PlanStep[]): void {
    for (const step of steps) this.#runStep(step);
  }

  #runStep(step: PlanStep): void {
    switch (step.do) {
      case "start a session":
        ignoringErrors(() => posix.setsid()); // fails if the process leads one already
        return;
      case "read variables":
        this.#readVariables(step.from);
        return;
      case "look up":
        this.#inOldRoot.set(
          step.identity,
          ignoringErrors(() => lookUp(step.identity, "all")),
        );
        return;
      case "change root":
        this.#must(`change directory: ${step.path}`, () => posix.chdir(step.path));
        this.#must("change root directory", () => posix.chroot("."));
        return;
      case "change directory":
        this.#must(`change directory: ${step.path}`, () => posix.chdir(step.path));
        return;
      case "add to nice":
        this.#must("set nice level", () => posix.nice(step.increment));
        return;
      case "announce":
        this.#announce(this.#idsOf(step.identity));
        return;
      case "change user":
        this.#changeUser(this.#idsOf(step.identity));
        return;
      case "lock":
        this.#lock(step);
        return;
      case "close":
        this.#must(`close ${step.name}`, () => ignoring(["EBADF"], () => posix.close(step.fd)));
        return;
      case "limit":
        this.#limit(step.resource, step.wanted, step.required);
        return;
      case "execute":
        this.#execute(step.file, step.argv, step.failed);
        return;
      default:
        this.#extensions().runExtensionStep(step, this.#report);
    }
  }

  #fatal(text: string, error?: ErrorCode): never {
    this.#report.fatal(text, error);
  }

  #warn(text: string, error?: ErrorCode): void {
    if (this.#verbose) this.#report.warn(text, error);
  }

  /** The result of `call`; its failure is fatal. */
  #must<T>(action: string, call: () => T): T {
    return this.#report.must(action, call);
  }

  #readVariables(from: EnvironmentSource): void {
    const edits =
      from.kind === "directory"
        ? readEnvironmentDirectory(from, this.#report, (text, error) => this.#warn(text, error))
        : this.#extensions().readDotenv(from.path, this.#report);
    // One by one: a call takes no more than 65,535 arguments.
    for (const edit of edits) this.#edits.push(edit);
  }

  /**
   * The ids in the files of the new root, if there is one, or else in those of the root that chpst
   * was started in.
   */
  #idsOf(identity: Identity): Ids {
    if (identity.by === "nothing") this.#fatal(`invalid uid/gids: ${identity.text}`);
    // A getent would be that of the new root from here on, and run as root.
    const scope = this.#inOldRoot.has(identity) ? "files" : "all";
    const inOldRoot = this.#inOldRoot.get(identity);
    const isAccount = identity.by === "account";
    const action = `get password${isAccount ? "" : "/group"} file entry`;
    const ids =
      inOldRoot === undefined
        ? this.#must(action, () => lookUp(identity, scope))
        : (ignoringErrors(() => lookUp(identity, scope)) ?? inOldRoot);
    if (ids !== undefined) return ids;
    const text = identity.by === "numbers" ? "" : identity.text;
    this.#fatal(`unknown ${isAccount ? "account" : "user/group"}: ${text}`);
  }

  #announce({ uid, gids }: Ids): void {
    this.#edits.push({ name: "GID", value: String(gids[0]) }, { name: "UID", value: String(uid) });
  }

  #changeUser({ uid, gids }: Ids): void {
    this.#must("setgroups", () => posix.setgroups(gids));
    this.#must("setgid", () => posix.setgid(gids[0] ?? -1));
    this.#must("setuid", () => posix.setuid(uid));
  }

  #lock({ path, wait, failed }: Extract<PlanStep, { do: "lock" }>): void {
    let text = failed?.open;
    try {
      const flags = posix.O_WRONLY | posix.O_NONBLOCK | posix.O_APPEND | posix.O_CREAT;
      const opened = posix.open(posix.AT_FDCWD, path, flags, 0o600);
      // If a standard descriptor is closed, the lock must not take its place: the program would
      // read or write it.
      const fd = opened > STDERR ? opened : posix.dupFrom(opened, STDERR + 1);
      if (fd !== opened) posix.close(opened);
      posix.setCloseOnExec(fd, false);
      text = failed?.lock;
      if (posix.flock(fd, posix.LOCK_EX | (wait ? 0 : posix.LOCK_NB))) return;
      if (text !== undefined) this.#fatal(`${text}: ${reason({ code: "EAGAIN" })}`);
    } catch (error) {
      if (!isPosixError(error)) throw error;
      if (text !== undefined) this.#fatal(text, error);
    }
    throw new Exit(0);
  }

  #limit(resource: Resource, wanted: LimitRequest, required: boolean): void {
    const limit = limitOf(resource, this.#report);
    if (limit === undefined) {
      if (required) this.#fatal(lackOf(resource));
      this.#warn(lackOf(resource));
      return;
    }
    const { soft = limit.soft, hard = limit.hard } = wanted;
    if (wanted.soft !== undefined && Number.isFinite(soft) && soft > hard) {
      this.#warn(`${nameOf(resource)}: ${soft} is above the hard limit, ${hard} is set`);
    }
    this.#reserveMemory();
    setLimit(resource, { soft: Math.min(soft, hard), hard }, this.#report);
  }

  /** Reserves the memory for the exec, which must work under the limit. */
  #reserveMemory(): void {
    if (this.#reserve !== undefined) return;
    let bytes = RESERVE_BYTES;
    const words = [...posix.argv(), ...(this.#finalEnvironment() ?? [])];
    for (const word of words) bytes += COPIES * word.length + WORD_BYTES;
    const pieces: ArrayBuffer[] = [];
    for (; bytes > 0; bytes -= PIECE_BYTES) pieces.push(new ArrayBuffer(PIECE_BYTES));
    // The last one stays, so that the allocator does not give the others back to the system.
    this.#reserve = pieces.pop();
  }

  /** `undefined` if it is the one that was inherited. */
  #finalEnvironment(): readonly string[] | undefined {
    if (this.#edits.length > 0) this.#environment ??= edited(posix.environ(), this.#edits);
    return this.#environment;
  }

  #execute(file: string, argv: readonly string[], failed: string): never {
    const environment = this.#finalEnvironment();
    let last: posix.PosixError | undefined;
    const path =
      environment === undefined ? posix.getenv("PATH") : getVariable(environment, "PATH");
    for (const candidate of candidates(file, path)) {
      try {
        posix.execve(candidate, argv, environment);
      } catch (error) {
        if (!isPosixError(error)) throw error;
        // ENOENT is reported only if no candidate failed with another error.
        if (last === undefined || error.code !== "ENOENT") last = error;
        if (!SEARCH_ON.includes(error.code)) break;
      }
    }
    this.#fatal(failed, last);
  }
}

/** @returns `undefined` if the user or a group is unknown */
function lookUp(identity: Identity, scope: Scope): Ids | undefined {
  if (identity.by === "nothing") return undefined;
  if (identity.by === "numbers") return identity;
  const user = userByName(identity.user, scope);
  if (user === undefined) return undefined;
  if (identity.by === "account" || identity.groups.length === 0) {
    return { uid: user.uid, gids: [user.gid] };
  }
  const gids: number[] = [];
  for (const name of identity.groups) {
    const gid = groupByName(name, scope);
    if (gid === undefined) return undefined;
    gids.push(gid);
  }
  return { uid: user.uid, gids };
}
