/**
 * `sv remove`: stops services, and takes their links out of the services directory. A program of
 * its own, sv/words/remove.
 *
 * A second link, `.NAME.removed`, which runsvdir ignores, leads to the service directory while sv
 * removes the first. So the same command ends the work after a kill between any two steps. It is
 * made before the service is stopped, and fails for a user who may not change the directory.
 */
import * as posix from "posix";
import { ignoring, ignoringErrors, isPosixError, reason } from "../../../base/errors.ts";
import { quoted } from "../../../base/quoted.ts";
import { STDERR } from "../../../base/report.ts";
import { isPath } from "../home.ts";
import { load } from "../parts.ts";
import { send } from "../send.ts";
import { NamedService } from "../service.ts";
import { GONE } from "../service-report.ts";
import { readWords, usage, type WordContext } from "./command-line.ts";
import { raiseDescriptorLimit } from "./descriptor-limit.ts";
import { firstNames } from "./first-names.ts";
import { isPattern, matches } from "./glob.ts";
import { LinkPlace } from "./placing/link-place.ts";
import { Outcomes } from "./placing/outcomes.ts";
import { stopLimitS } from "./placing/stop-limit.ts";
import { type RemoveRequest, SPEC } from "./remove-options.ts";
import { secondsIn } from "./seconds.ts";
import { infoText } from "./service-info.ts";
import type { ServiceView } from "./service-view.ts";
import { signalName } from "./signal-names.ts";
import { isSupervisableAt } from "./supervisable.ts";
import { viewOf } from "./view.ts";
import { printing, WordOutput } from "./word-output.ts";

/** How long to wait for the stop without -w. */
const WAIT_S = "7";
/** The end of the name of the second link. */
const PARKED = ".removed";
/** The name of the second link, with the dots and `removed`, has at most 255 bytes. */
const NAME_MAX_BYTES = 240;

export function run(words: readonly string[], context: WordContext): number {
  const request: RemoveRequest = {
    color: "auto",
    json: false,
    isForced: false,
    seconds: context.wait ?? WAIT_S,
    runsvdir: undefined,
  };
  const operands = readWords(SPEC, words, request);
  if (typeof operands === "number") return operands;
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
    const names = new Set(operands.flatMap((operand) => namesFor(operand, place, output)));
    for (const name of names) {
      if (isPath(name) || name.includes("/")) {
        outcomes.report(name, "fail", `not the name of a service in ${quoted(place.path)}`);
        continue;
      }
      const { isForced } = request;
      new Removal({ name, others: names, place, outcomes, isForced, limitS }).begin();
    }
    outcomes.run();
  });
}

/**
 * The services that a name or pattern stands for, also those whose removal was killed; the operand
 * itself if none matches.
 */
function namesFor(operand: string, place: LinkPlace, output: WordOutput): readonly string[] {
  // A name may hold the characters of a pattern.
  const isName = ignoringErrors(() => place.entry(operand)) !== undefined;
  if (!isPattern(operand) || operand.includes("/") || isName) return [operand];
  try {
    const { fd } = place.directory;
    const names = posix.readdir(fd).flatMap((entry) => {
      if (!entry.startsWith(".")) return isSupervisableAt(fd, entry) ? [entry] : [];
      return entry.endsWith(PARKED) ? [entry.slice(1, -PARKED.length)] : [];
    });
    const matching = names.filter((name) => name !== "" && matches(operand, name)).sort();
    return matching.length === 0 ? [operand] : matching;
  } catch (error) {
    if (!isPosixError(error)) throw error;
    return output.fatal(`unable to ${error.call} ${quoted(place.path)}: ${reason(error)}`);
  }
}

class Removal {
  readonly #name: string;
  /** The services that the command removes too. */
  readonly #others: ReadonlySet<string>;
  readonly #parked: string;
  readonly #place: LinkPlace;
  readonly #outcomes: Outcomes;
  readonly #isForced: boolean;
  readonly #limitS: number;

  constructor(removal: {
    readonly name: string;
    readonly others: ReadonlySet<string>;
    readonly place: LinkPlace;
    readonly outcomes: Outcomes;
    readonly isForced: boolean;
    readonly limitS: number;
  }) {
    this.#name = removal.name;
    this.#others = removal.others;
    this.#parked = `.${removal.name.slice(0, NAME_MAX_BYTES)}${PARKED}`;
    this.#place = removal.place;
    this.#outcomes = removal.outcomes;
    this.#isForced = removal.isForced;
    this.#limitS = removal.limitS;
  }

  begin(): void {
    this.#attempt(() => {
      const entry = this.#place.entry(this.#name);
      if (entry === undefined) return this.#resume();
      if ((entry.mode & posix.S_IFMT) !== posix.S_IFLNK) {
        const path = quoted(this.#place.file(this.#name));
        return this.#fail(`${path} is not a link (sv remove removes nothing else)`);
      }
      const other = this.#otherName(this.#name);
      if (other !== undefined) return this.#unlinkOnly(other);
      this.#park();
      this.#warnOfDependants();
      this.#stop();
    });
  }

  /** The link has gone; the supervisor may still be at work. */
  #resume(): void {
    const isParked = this.#place.entry(this.#parked) !== undefined;
    if (isParked && this.#otherName(this.#parked) === undefined) this.#endSupervisor();
    else {
      // That is a success, so a script that removes a service twice gets no question.
      const service = this.#service(this.#name);
      if (posix.isTerminal(STDERR)) load("sv/suggestion").suggestService(service);
      this.#done(isPattern(this.#name) ? "no service matches" : "not linked");
    }
  }

  /** The name of another service with the same directory, whose supervisor this may be. */
  #otherName(entry: string): string | undefined {
    const { fd } = this.#place.directory;
    const target = ignoringErrors(() => posix.stat(fd, entry, 0));
    return target && this.#place.otherNameOf(target, this.#name);
  }

  #unlinkOnly(other: string): void {
    posix.unlink(this.#place.directory.fd, this.#name, 0);
    this.#done(`unlinked; ${quoted(other)} is the same directory, and is left alone`);
  }

  /** They stop first, and stay wanted up. */
  #warnOfDependants(): void {
    const names = this.#place
      .dependantsOf(this.#name)
      .filter((name) => !this.#others.has(name))
      .sort();
    if (names.length === 0) return;
    const wait = names.length === 1 ? "needs it, and waits" : "need it, and wait";
    this.#outcomes.warn(this.#name, `${firstNames(names)} ${wait} until it is linked again`);
  }

  #park(): void {
    const { fd } = this.#place.directory;
    const target = posix.readlink(fd, this.#name);
    this.#unlinkParked(); // of a removal that was killed
    posix.symlink(target, fd, this.#parked);
  }

  #stop(): void {
    const service = this.#service(this.#name);
    const view = viewOf(service, { now: posix.clockReal() });
    const failure = isSupervised(view) ? (view.failure ?? send(service, "d")) : GONE;
    if (failure === undefined) this.#awaitStop(service);
    else if (failure.kind === "gone") this.#unlink();
    else this.#giveUp(failure.text);
  }

  #awaitStop(service: NamedService): void {
    this.#outcomes.await(service, {
      holds: isDown,
      limitMs: (this.#limitS + stopLimitS(service.path)) * 1_000,
      onEnd: (last, isReached) => {
        if (isReached) return this.#attempt(() => this.#unlink());
        const texts = [last.summary, infoText(last, signalName)].filter((text) => text !== "");
        this.#giveUp(`it does not stop: ${texts.join(", ")}`, "timeout");
      },
    });
  }

  /** The service has not stopped. */
  #giveUp(text: string, severity: "fail" | "timeout" = "fail"): void {
    this.#attempt(() => {
      if (!this.#isForced) {
        this.#unlinkParked();
        return this.#outcomes.report(this.#name, severity, `${text} (the link stays)`);
      }
      posix.unlink(this.#place.directory.fd, this.#name, 0);
      send(this.#service(this.#parked), "x");
      this.#done(`unlinked, but ${text}`);
    });
  }

  #unlink(): void {
    ignoring(["ENOENT"], () => posix.unlink(this.#place.directory.fd, this.#name, 0));
    this.#endSupervisor();
  }

  /** Ends the supervisor, which is reached by the second link now. */
  #endSupervisor(): void {
    const service = this.#service(this.#parked);
    const failure = send(service, "x");
    if (failure !== undefined) {
      this.#done("removed");
      return;
    }
    this.#outcomes.await(service, {
      holds: (view) => !isSupervised(view),
      limitMs: (this.#limitS + stopLimitS(service.path)) * 1_000,
      onEnd: (_view, isReached) => {
        if (isReached) this.#attempt(() => this.#done("removed"));
        else
          this.#outcomes.report(
            this.#name,
            "timeout",
            "unlinked, but its supervisor is still there",
          );
      },
    });
  }

  #done(text: string): void {
    this.#unlinkParked();
    this.#outcomes.report(this.#name, "ok", text);
  }

  #unlinkParked(): void {
    ignoring(["ENOENT"], () => posix.unlink(this.#place.directory.fd, this.#parked, 0));
  }

  #service(entry: string): NamedService {
    return new NamedService(this.#name, this.#place.file(entry));
  }

  /** Reports a system call that fails in `step`. */
  #attempt(step: () => void): void {
    try {
      step();
    } catch (error) {
      if (!isPosixError(error)) throw error;
      const link = quoted(this.#place.file(this.#name));
      const cause = `${reason(error)}${this.#place.refusal(error)}`;
      this.#fail(`unable to remove the link ${link}: ${cause}`);
    }
  }

  #fail(text: string): void {
    this.#outcomes.report(this.#name, "fail", text);
  }
}

function isSupervised({ failure }: ServiceView): boolean {
  return failure?.kind !== "gone" && failure?.kind !== "unsupervised" && failure?.kind !== "absent";
}

function isDown(view: ServiceView): boolean {
  const record = view.live?.record;
  return !isSupervised(view) || (record?.phase === "down" && record.want === "down");
}
