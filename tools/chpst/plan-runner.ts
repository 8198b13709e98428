/**
 * Takes the steps of a plan: the system calls, and what is said where one fails. Steps that runit's chpst does not have
 * are in extension-steps.ts.
 */
import * as posix from "posix";
import { valueIn } from "../../base/environment.ts";
import { type Cause, isPosixError, reason, unless } from "../../base/errors.ts";
import { Exit, print, Report, STDERR } from "../../base/report.ts";
import { groupByName, type Scope, userByName } from "./databases.ts";
import { type Edit, type EnvironmentSource, edited } from "./env.ts";
import { readEnvironmentDirectory } from "./envdir.ts";
import type { ExtensionSteps } from "./extension-steps.ts";
import type { Identity } from "./ids.ts";
import type { LimitRequest, Resource } from "./limits.ts";
import type { Step } from "./plan.ts";
import { lackOf, limitOf, nameOf, setLimit } from "./resources.ts";
import { candidates, SEARCH_ON } from "./search.ts";

const EXIT_FATAL = 111;
/**
 * Limits on memory hold for us too, from the moment they are set until the program is there. What may be
 * needed until then is taken before, piece by piece, and given back to the allocator, which keeps it.
 */
const RESERVE_BYTES = 64 * 1024;
const PIECE_BYTES = 4 * 1024;
/** How often the words of the program and its environment may be copied for an exec. */
const COPIES = 3;
/** What each word costs beside its bytes: pointers to it, and lists that grow by doubling. */
const WORD_BYTES = 128;

/** What a lookup gives: the first of `gids` is the group id. */
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
   * @param name how messages open: the original says `chpst`, whatever it was called by
   * @param more loads what only the steps need that runit's chpst does not have
   */
  constructor(name: string, verbose: boolean, more: () => ExtensionSteps) {
    this.#report = new Report(name, EXIT_FATAL, (text) => print(STDERR, text));
    this.#verbose = verbose;
    this.#extensions = more;
  }

  /** @throws {Exit} where a step failed, which has been said; the last step does not return */
  run(steps: readonly Step[]): void {
    for (const step of steps) this.#runStep(step);
  }

  #runStep(step: Step): void {
    switch (step.do) {
      case "start a session":
        unless([], () => posix.setsid()); // fails for who leads one already
        return;
      case "read variables":
        this.#readVariables(step.from);
        return;
      case "look up":
        this.#inOldRoot.set(
          step.who,
          unless([], () => lookUp(step.who, "all")),
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
        this.#announce(this.#idsOf(step.who));
        return;
      case "become":
        this.#become(this.#idsOf(step.who));
        return;
      case "lock":
        this.#lock(step);
        return;
      case "close":
        this.#must(`close ${step.name}`, () => unless(["EBADF"], () => posix.close(step.fd)));
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

  #fatal(text: string, error?: Cause): never {
    this.#report.fatal(text, error);
  }

  #warn(text: string, error?: Cause): void {
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

  /** The ids in the new root's files, where there is a new root; else in the one that chpst was started in. */
  #idsOf(who: Identity): Ids {
    if (who.by === "nothing") this.#fatal(`invalid uid/gids: ${who.text}`);
    // From here on a getent would be the new root's, and it would run as root.
    const scope = this.#inOldRoot.has(who) ? "files" : "all";
    const inOldRoot = this.#inOldRoot.get(who);
    const isAccount = who.by === "account";
    const action = `get password${isAccount ? "" : "/group"} file entry`;
    const ids =
      inOldRoot === undefined
        ? this.#must(action, () => lookUp(who, scope))
        : (unless([], () => lookUp(who, scope)) ?? inOldRoot);
    if (ids !== undefined) return ids;
    const text = who.by === "numbers" ? "" : who.text;
    this.#fatal(`unknown ${isAccount ? "account" : "user/group"}: ${text}`);
  }

  #announce({ uid, gids }: Ids): void {
    this.#edits.push({ name: "GID", value: String(gids[0]) }, { name: "UID", value: String(uid) });
  }

  #become({ uid, gids }: Ids): void {
    this.#must("setgroups", () => posix.setgroups(gids));
    this.#must("setgid", () => posix.setgid(gids[0] ?? -1));
    this.#must("setuid", () => posix.setuid(uid));
  }

  #lock({ path, wait, failed }: Extract<Step, { do: "lock" }>): void {
    let text = failed?.open;
    try {
      const flags = posix.O_WRONLY | posix.O_NONBLOCK | posix.O_APPEND | posix.O_CREAT;
      const opened = posix.open(posix.AT_FDCWD, path, flags, 0o600);
      // Where a standard descriptor is closed, the lock must not become what the program reads or writes.
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

  /** Gets ready for the exec to work with no more memory than there is now. */
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

  /** `undefined` where it is the one that was inherited. */
  #finalEnvironment(): readonly string[] | undefined {
    if (this.#edits.length > 0) this.#environment ??= edited(posix.environ(), this.#edits);
    return this.#environment;
  }

  #execute(file: string, argv: readonly string[], failed: string): never {
    const environment = this.#finalEnvironment();
    let last: posix.PosixError | undefined;
    const path = environment === undefined ? posix.getenv("PATH") : valueIn(environment, "PATH");
    for (const candidate of candidates(file, path)) {
      try {
        posix.execve(candidate, argv, environment);
      } catch (error) {
        if (!isPosixError(error)) throw error;
        // "Not there" is said only where there is nothing better to say.
        if (last === undefined || error.code !== "ENOENT") last = error;
        if (!SEARCH_ON.includes(error.code)) break;
      }
    }
    this.#fatal(failed, last);
  }
}

/** @returns `undefined` where the user or a group is unknown */
function lookUp(who: Identity, scope: Scope): Ids | undefined {
  if (who.by === "nothing") return undefined;
  if (who.by === "numbers") return who;
  const user = userByName(who.user, scope);
  if (user === undefined) return undefined;
  if (who.by === "account" || who.groups.length === 0) return { uid: user.uid, gids: [user.gid] };
  const gids: number[] = [];
  for (const name of who.groups) {
    const gid = groupByName(name, scope);
    if (gid === undefined) return undefined;
    gids.push(gid);
  }
  return { uid: user.uid, gids };
}
