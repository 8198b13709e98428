/**
 * The words of sv's command line: which control bytes a word sends, whether sv waits for their
 * effect, and whether it sends KILL after the timeout.
 *
 * Pure: a word in, an order out. Source: runit 2.1.2, COMMANDS in sv(8). Words that are not whole
 * words of the manual count by their first letter, as there: `sv usr1 web` is `sv up web`.
 */
import { type ControlByte, isControlByte } from "../../protocol/control.ts";

/** A condition for an order to be done; `check` is sv's own. */
export type DoneRule = ControlByte | "check";

export interface Order {
  /** The control bytes to write; `""`: none. */
  readonly bytes: string;
  /** A rule for each byte, see conditions.ts. */
  readonly rules: readonly DoneRule[];
  readonly waits: boolean;
  /** After the timeout, print `kill: ` and send `k`. */
  readonly kills: boolean;
}

interface Invocation {
  /** Called by the name of a service: only the whole word `status` asks for the status. */
  readonly isInitScript: boolean;
  /** `-v` or `-w`: commands that do not wait by themselves do, too. */
  readonly verbose: boolean;
}

/** @returns `undefined` for a word that is no command */
export function orderOf(word: string, invocation: Invocation): Order | "status" | undefined {
  if (word === "check") return { bytes: "", rules: ["check"], waits: true, kills: false };
  const whole = bytesOfWord(word);
  if (whole !== undefined) return order(whole, true, word.startsWith("force-"));
  const letter = word.charAt(0);
  if (letter === "s") {
    return word === "status" || !invocation.isInitScript ? "status" : undefined;
  }
  const capital = bytesOfCapital(letter);
  if (capital !== undefined) return order(capital, true, true);
  const bytes = bytesOfLetter(letter);
  return bytes === undefined ? undefined : order(bytes, invocation.verbose, false);
}

/**
 * Whether an order wants a service running, so that it is worth waiting until somebody supervises
 * it.
 */
export function wantsRunning({ rules }: Order): boolean {
  return rules.some((rule) => rule === "u" || rule === "o" || rule === "check");
}

/** Whether an order starts a service. `check` does not: it asks about the last start. */
export function wantsStart(order: Order): boolean {
  return order.bytes !== "" && wantsRunning(order);
}

function order(rules: readonly ControlByte[], waits: boolean, kills: boolean): Order {
  return { bytes: rules.join(""), rules, waits, kills };
}

function bytesOfWord(word: string): readonly ControlByte[] | undefined {
  switch (word) {
    case "start":
      return ["u"];
    case "stop":
    case "force-stop":
      return ["d"];
    case "reload":
      return ["h"];
    case "restart":
    case "force-restart":
      return ["t", "c", "u"];
    case "try-restart":
    case "force-reload":
      return ["t", "c"];
    case "shutdown":
    case "force-shutdown":
      return ["x"];
    default:
      return undefined;
  }
}

function bytesOfCapital(letter: string): readonly ControlByte[] | undefined {
  switch (letter) {
    case "D":
      return ["d"];
    case "T":
      return ["t", "c"];
    case "X":
    case "E":
      return ["x"];
    default:
      return undefined;
  }
}

function bytesOfLetter(letter: string): readonly ControlByte[] | undefined {
  if (isControlByte(letter)) return [letter];
  return letter === "e" ? ["x"] : undefined;
}
