/**
 * The options of `sv list`.
 *
 * Pure: a table.
 */
import { STATE_WORDS, type StateWord } from "./service-view.ts";
import { type CommonRequest, commonOptions, type WordSpec } from "./word-spec.ts";

/** A state, or that ./run was changed after the start of the process. */
type ListedState = StateWord | "stale";

const LISTED_STATES: readonly ListedState[] = [...STATE_WORDS, "stale"];

export interface ListRequest extends CommonRequest {
  /** Also the log services. */
  withLogs: boolean;
  /** Names only: a line each, or a NUL behind each. */
  names: "no" | "lines" | "nul";
  /** Only services in these states. */
  states: readonly ListedState[] | undefined;
  /** Only services that are not as wanted, and their number as the exit code. */
  checks: boolean;
  memory: "rss" | "pss";
}

export const SPEC: WordSpec<ListRequest> = {
  word: "list",
  operands: "[service ...]",
  purpose: "Prints a row for each service, or for these.",
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
      help: "show only services in one of these states",
      apply: (request, text) => {
        request.states = statesIn(text);
        return request.states !== undefined;
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

function statesIn(text: string): readonly ListedState[] | undefined {
  const states = text.split(",").map((word) => LISTED_STATES.find((state) => state === word));
  return states.includes(undefined) ? undefined : states.filter((state) => state !== undefined);
}
