/**
 * Looks at a service and at the processes around it: the facts for `sv why`.
 */
import * as posix from "posix";
import { Directory } from "../../../../base/directory.ts";
import { ignoringErrors } from "../../../../base/errors.ts";
import { execForecast } from "../../../../base/exec-forecast.ts";
import { printable } from "../../../../base/printable.ts";
import { LIMIT_FILES } from "../../../../protocol/service-directory.ts";
import type { UnixTime } from "../../../../protocol/tai.ts";
import { idOf } from "../../../../supervisor/circle-search.ts";
import type { NamedService } from "../../service.ts";
import { waitsOf } from "../../waits.ts";
import { runChangeS } from "../run-change.ts";
import type { LiveFacts, ServiceView } from "../service-view.ts";
import { listAccounts } from "../verify/account-files.ts";
import { unknownAccount } from "../verify/accounts.ts";
import { isShellScript, shellCommands } from "../verify/shell-commands.ts";
import { forkingDaemon, type Guess } from "../verify/shell-guesses.ts";
import { viewOf } from "../view.ts";
import type { WhyFacts } from "./facts.ts";
import { logEnd } from "./look-at-log.ts";
import { supervisorFacts } from "./look-at-supervisor.ts";
import { absenceFacts } from "./look-for-supervisor.ts";
import { processTree } from "./processes.ts";

const SCRIPT_MAX_BYTES = 65_536;
const LIMIT_MAX_BYTES = 64;

const NOTHING_RUNS = {
  run: undefined,
  runChangedS: undefined,
  forks: undefined,
  account: undefined,
  processes: [],
  supervisor: undefined,
  absence: undefined,
  limits: [],
  log: undefined,
  output: undefined,
  chain: [],
  circle: [],
} as const;

/** A longer chain is cut. */
const CHAIN_MAX = 32;

/** @param now the wall clock, for the whole answer of the command */
export function lookClosely(service: NamedService, now: UnixTime): WhyFacts {
  const own = factsOf(service, now);
  if (own.view.failure?.kind === "absent") return own;
  const facts = { ...own, ...chainOf(service, own), output: logEnd(service) };
  if (facts.view.live === undefined) return facts;
  const log = service.log();
  if (log === undefined) return facts;
  if (!("is" in log)) return { ...facts, log: factsOf(log, now) };
  const { name, directory } = facts.view;
  const view: ServiceView = {
    name: `${name}/log`,
    directory: `${directory}/log`,
    summary: "unreadable",
    now,
    live: undefined,
    failure: log,
    process: undefined,
    log: undefined,
  };
  return { ...facts, log: { ...NOTHING_RUNS, view } };
}

/** What the service waits for: a service may wait for several, of which the first is followed. */
function chainOf(first: NamedService, own: WhyFacts): Pick<WhyFacts, "chain" | "circle"> {
  const { now } = own.view;
  const chain: WhyFacts[] = [];
  const ids = [idOf(first.file("."))];
  let service: NamedService | undefined = first;
  while (chain.length < CHAIN_MAX) {
    const live: LiveFacts | undefined = viewOf(service, { now }).live;
    service = live === undefined ? undefined : waitsOf(service, live.record)[0];
    if (service === undefined) break;
    const id = idOf(service.file("."));
    const at = ids.indexOf(id);
    if (at >= 0) return { chain, circle: [own, ...chain].slice(at).map(({ view }) => view.name) };
    ids.push(id);
    chain.push(factsOf(service, now));
  }
  return { chain, circle: [] };
}

function factsOf(service: NamedService, now: UnixTime): WhyFacts {
  const view = viewOf(service, { now });
  const { live } = view;
  if (live === undefined) {
    return { ...NOTHING_RUNS, view, absence: absenceFacts(service) };
  }
  const { record } = live;
  return {
    ...NOTHING_RUNS,
    view,
    run: execForecast(service.file("run")),
    runChangedS: runChangeS(service, record),
    ...guessesAbout(service),
    processes: processTree(record.pid),
    supervisor: supervisorFacts(service, record, now),
    limits: limitsOf(service),
  };
}

/** What a ./run that is a shell script seems to do wrong. */
function guessesAbout(service: NamedService): Pick<WhyFacts, "forks" | "account"> {
  const path = service.file("run");
  const text = ignoringErrors(() => posix.readText(posix.AT_FDCWD, path, SCRIPT_MAX_BYTES));
  if (text === undefined || !isShellScript(text)) return { forks: undefined, account: undefined };
  const commands = shellCommands(text);
  const lineOf = (found: Guess | undefined) =>
    found && `line ${found.line} of ./run: ${printable(found.text)}`;
  return {
    forks: lineOf(forkingDaemon(commands)),
    account: lineOf(unknownAccount(commands, listAccounts())),
  };
}

function limitsOf(service: NamedService): string[] {
  const dir = ignoringErrors(() => Directory.open(service.file(".")));
  if (dir === undefined) return [];
  try {
    return LIMIT_FILES.flatMap((name) => {
      const text = ignoringErrors(() => posix.readText(dir.fd, name, LIMIT_MAX_BYTES));
      return text === undefined ? [] : [`${name} ${printable(text.trim())}`];
    });
  } finally {
    dir.close();
  }
}
