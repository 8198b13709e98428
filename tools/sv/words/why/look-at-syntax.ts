/**
 * What the shell says of the syntax of a ./run that exited 2, or may have. Apart from look.ts,
 * because it has a shell read the script, and the console, which shares that, starts no programs.
 */
import * as posix from "posix";
import { ignoringErrors } from "../../../../base/errors.ts";
import { printable } from "../../../../base/printable.ts";
import type { LiveFacts } from "../service-view.ts";
import { isShellScript } from "../verify/shell-commands.ts";
import { syntaxFault } from "../verify/shell-syntax.ts";
import { runOf, SYNTAX } from "./endings.ts";
import type { WhyFacts } from "./facts.ts";
import { SCRIPT_MAX_BYTES } from "./look.ts";

/** The facts, and what the shell says. */
export function withSyntax(facts: WhyFacts): WhyFacts {
  const { view, log } = facts;
  const syntax = view.live !== undefined && mayNotParse(view.live) ? faultOf(facts) : undefined;
  return { ...facts, syntax, log: log && withSyntax(log) };
}

/** runit's runsv publishes no exit code. */
function mayNotParse({ record, history, isOurs }: LiveFacts): boolean {
  if (isOurs) return history?.lastExit.code === SYNTAX;
  return record.phase === "down" && record.want === "up";
}

function faultOf(facts: WhyFacts): string | undefined {
  const path = `${facts.view.directory}/run`;
  const text = ignoringErrors(() => posix.readText(posix.AT_FDCWD, path, SCRIPT_MAX_BYTES));
  if (text === undefined || !isShellScript(text)) return undefined;
  const fault = syntaxFault(path, text);
  return fault && `line ${fault.line} of ${runOf(facts)}: ${printable(fault.text)}`;
}
