/**
 * The limit files of a service directory, and `restart-policy`; see restart-policy.ts.
 *
 * Source: s6, the files of a service directory; `death-tally-period` and `restart-delay-max` are
 * extensions of runits.
 */

import * as posix from "posix";
import { ignoring } from "../base/errors.ts";
import { printable } from "../base/printable.ts";
import type { LimitFile } from "../protocol/service-directory.ts";
import { parseNumber, parseSignalName } from "./limit-text.ts";
import { type RestartPolicy, RUNIT_POLICY, TALLY_MAX, TALLY_PERIOD_MS } from "./restart-policy.ts";
import { ALWAYS, parseRestartRule, type RestartRule } from "./restart-rule.ts";
import { type FileReader, readStart, readValue, SHOWN_MAX_BYTES } from "./value-file.ts";

type NumberFile = LimitFile | "timeout-dependants";

/** A restart rule may have comments. */
const RULE_MAX_BYTES = 4_096;

export class PolicyFiles {
  /** The directory of the files, relative to the service directory. */
  readonly where: "" | "log/";
  readonly #owner: FileReader;

  constructor(owner: FileReader, where: "" | "log/") {
    this.#owner = owner;
    this.where = where;
  }

  /** Warns about every fault in the files. */
  check(): void {
    this.killTimeoutMs();
    this.finishTimeoutMs();
    this.restart();
    this.#periodMs();
    if (this.where === "") this.dependantsTimeoutMs();
    const signal = this.downSignal();
    if (signal !== undefined && posix.disposition(signal) === "ignore") {
      this.#owner.warnOnce(
        `./${this.where}down-signal: ignored by ./run, as it was when runsv was started.`,
      );
    }
  }

  /** The kill timeout, from the stop signal to KILL; `undefined`: none. */
  killTimeoutMs(): number | undefined {
    return this.#milliseconds("timeout-kill");
  }

  /** How long ./finish may run; `undefined`: no limit. */
  finishTimeoutMs(): number | undefined {
    return this.#milliseconds("timeout-finish");
  }

  /** How long a stop waits for the services that depend on this one; `undefined`: no limit. */
  dependantsTimeoutMs(): number | undefined {
    return this.#milliseconds("timeout-dependants");
  }

  /** The stop signal; `undefined`: TERM. */
  downSignal(): number | undefined {
    return this.#read("down-signal", "a signal", (text) => {
      const number = parseNumber(text) ?? posix.signalNumber(parseSignalName(text));
      // Asks the system whether the number is valid, because systems differ.
      const isSignal = number !== undefined && number > 0 && number <= 0xff && isKnown(number);
      return isSignal ? number : undefined;
    });
  }

  /** The restart policy for the next start, after a crash. */
  restart(): RestartPolicy {
    if (!this.#mayHaveRestartPolicy()) return RUNIT_POLICY;
    const isTallied = (number: number | undefined) =>
      number !== undefined && number <= TALLY_MAX ? number : undefined;
    const maxCrashes = this.#read("max-death-tally", `a number from 0 to ${TALLY_MAX}`, (text) =>
      isTallied(parseNumber(text)),
    );
    const maxRestartDelayMs = this.#milliseconds("restart-delay-max");
    const policy = { ...RUNIT_POLICY, rule: this.#restartRule(), maxRestartDelayMs };
    if (maxCrashes === undefined || maxCrashes === 0) return policy;
    return { ...policy, maxCrashes, periodMs: this.#periodMs() ?? TALLY_PERIOD_MS };
  }

  #mayHaveRestartPolicy(): boolean {
    if (this.where !== "") return true;
    return this.#owner.optionalFiles.has("max-death-tally", "restart-delay-max", "restart-policy");
  }

  #restartRule(): RestartRule {
    if (this.where !== "") return ALWAYS; // the main service would wait for its log service
    const name = "restart-policy";
    const text = readStart(this.#owner, name, { maxBytes: RULE_MAX_BYTES });
    if (text === undefined) return ALWAYS;
    const rule = parseRestartRule(text.slice(0, RULE_MAX_BYTES), posix.signalNumber);
    if ("exits" in rule) return rule;
    const shown = printable(rule.word, SHOWN_MAX_BYTES);
    this.#owner.warnOnce(`./${name}: line ${rule.line}: "${shown}" ${rule.problem}.`);
    return ALWAYS;
  }

  #periodMs(): number | undefined {
    return this.#milliseconds("death-tally-period");
  }

  /** 0 means no limit, as an absent file does. */
  #milliseconds(name: NumberFile): number | undefined {
    return this.#read(name, "a number of milliseconds", parseNumber) || undefined;
  }

  /** @param kind describes a valid text, for the warning about one that `parse` rejects */
  #read(
    name: NumberFile,
    kind: string,
    parse: (text: string) => number | undefined,
  ): number | undefined {
    return readValue(this.#owner, { path: this.where + name, kind, parse });
  }
}

function isKnown(signal: number): boolean {
  return ignoring(["EINVAL"], () => posix.disposition(signal)) !== undefined;
}
