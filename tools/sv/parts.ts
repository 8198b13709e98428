/**
 * The programs that sv consists of beside main.ts. They are sealed apart, see build/tools.ts,
 * because to load what seldom happens would take as long as `sv status` itself.
 */
import * as posix from "posix";

interface Parts {
  readonly "sv/command-line": typeof import("./command-line.ts");
  readonly "sv/order": typeof import("./order.ts");
  readonly "sv/dependencies": typeof import("./dependencies.ts");
  readonly "sv/check": typeof import("./check.ts");
  readonly "sv/history": typeof import("./history.ts");
  readonly "sv/readiness": typeof import("./readiness.ts");
  readonly "sv/failure": typeof import("./failure.ts");
  readonly "sv/suggestion": typeof import("./suggestion.ts");
  readonly "sv/help": typeof import("./help.ts");
  readonly "sv/completion": typeof import("./completion.ts");
  readonly "sv/exec-failure": typeof import("./exec-failure.ts");
  readonly "sv/words/dispatch": typeof import("./words/dispatch.ts");
  readonly "sv/words/grant": typeof import("./words/grant.ts");
  readonly "sv/words/link": typeof import("./words/link.ts");
  readonly "sv/words/graph": typeof import("./words/graph.ts");
  readonly "sv/words/list": typeof import("./words/list.ts");
  readonly "sv/words/metrics": typeof import("./words/metrics.ts");
  readonly "sv/words/logs": typeof import("./words/logs.ts");
  readonly "sv/words/remove": typeof import("./words/remove.ts");
  readonly "sv/words/run-fault": typeof import("./words/run-fault.ts");
  readonly "sv/words/verify": typeof import("./words/verify.ts");
  readonly "sv/words/why": typeof import("./words/why.ts");
  readonly "sv/words/wait": typeof import("./words/wait.ts");
  readonly "sv/words/watch": typeof import("./words/watch.ts");
}

const loaded: { [Name in keyof Parts]?: Parts[Name] } = {};

/**
 * What the part exports. It has a copy of its own of whatever it imports: another `instanceof`,
 * other variables.
 */
export function load<Name extends keyof Parts>(name: Name): Parts[Name] {
  const part = loaded[name] ?? (posix.load(name) as Parts[Name]);
  loaded[name] = part;
  return part;
}
