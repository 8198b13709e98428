/**
 * What the shell says of the syntax of a ./run that exited 2. Apart from look.ts, because it has a
 * shell read the script, and the console, which shares that, starts no programs.
 */
import * as posix from "posix";
import { ignoringErrors } from "../../../../base/errors.ts";
import { printable } from "../../../../base/printable.ts";
import { isShellScript } from "../verify/shell-commands.ts";
import { syntaxFault } from "../verify/shell-syntax.ts";
import { runOf, SYNTAX } from "./endings.ts";
import type { WhyFacts } from "./facts.ts";
import { SCRIPT_MAX_BYTES } from "./look.ts";

/** The facts, and what the shell says. */
export function withSyntax(facts: WhyFacts): WhyFacts {
  const { view, log } = facts;
  const exit = view.live?.history?.lastExit;
  const syntax = exit?.code === SYNTAX ? faultOf(facts) : undefined;
  return { ...facts, syntax, log: log && withSyntax(log) };
}

function faultOf(facts: WhyFacts): string | undefined {
  const path = `${facts.view.directory}/run`;
  const text = ignoringErrors(() => posix.readText(posix.AT_FDCWD, path, SCRIPT_MAX_BYTES));
  if (text === undefined || !isShellScript(text)) return undefined;
  const fault = syntaxFault(path, text);
  return fault && `line ${fault.line} of ${runOf(facts)}: ${printable(fault.text)}`;
}
