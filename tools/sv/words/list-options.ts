/**
 * The options of `sv list`.
 *
 * Pure: a table.
 */
import { quoted } from "../../../base/quoted.ts";
import { STATE_WORDS, type StateWord } from "./service-view.ts";
import { type CommonRequest, commonOptions, type WordSpec } from "./word-spec.ts";

/** A state, or that ./run was changed after the start of the process. */
export type ListedState = StateWord | "stale";

const LISTED_STATES: readonly ListedState[] = [...STATE_WORDS, "stale"];
/** So many fit on a line of the help. */
const STATES_A_LINE = 7;

export interface ListRequest extends CommonRequest {
  /** Also the log services. */
  withLogs: boolean;
  /** Names only: a line each, or a NUL behind each. */
  names: "no" | "lines" | "nul";
  /** Only services in these states, as the user wrote them. */
  states: string | undefined;
  /** Only services that are not as wanted, and their number as the exit code. */
  checks: boolean;
  memory: "rss" | "pss";
}

export const SPEC: WordSpec<ListRequest> = {
  word: "list",
  operands: "[service ...]",
  purpose:
    "Prints a row for each service, or for these. The states for --state are\n" +
    `${LISTED_STATES.slice(0, STATES_A_LINE).join(", ")},\n` +
    `${LISTED_STATES.slice(STATES_A_LINE).join(", ")}.`,
  options: [
    {
      name: "l",
      help: "show the log services too",
      apply: (request) => {
        request.withLogs = true;
      },
    },
    {
      name: "q",
      help: "print names only",
      apply: (request) => {
        if (request.names === "no") request.names = "lines";
      },
    },
    {
      name: "0",
      help: "print names only, each followed by a NUL",
      apply: (request) => {
        request.names = "nul";
      },
    },
    {
      name: "state",
      argument: "state,...",
      values: LISTED_STATES,
      isList: true,
      help: "show only services in one of these states",
      apply: (request, text) => {
        request.states = text;
      },
    },
    {
      name: "check",
      help: "show, and count in the exit code, those not as wanted",
      apply: (request) => {
        request.checks = true;
      },
    },
    {
      name: "pss",
      help: "show memory of which shared pages count in parts",
      apply: (request) => {
        request.memory = "pss";
      },
    },
    ...commonOptions<ListRequest>(),
  ],
  examples: [
    ["sv list", "all services, with their state"],
    ["sv list 'web*' db", "some of them"],
    ["sv list --state failed,resting", "those that crash"],
    ["sv list -q --state stale", "those whose ./run is newer than they are"],
    ["sv list --check || alert", "those that are not as wanted"],
  ],
};

/** @param text states with commas between them @returns or why one of them is no state */
export function statesIn(text: string): readonly ListedState[] | string {
  const states: ListedState[] = [];
  for (const word of text.split(",")) {
    const state = LISTED_STATES.find((one) => one === word);
    if (state === undefined) return `not a state: ${quoted(word)} (${LISTED_STATES.join(", ")})`;
    states.push(state);
  }
  return states;
}
