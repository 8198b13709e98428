/** `runits-console token`: makes, lists and removes the tokens that open the console. */
import { ConsoleError } from "./console-error.ts";
import { defaultState, parsed, USAGE } from "./options.ts";
import { type Rights, TokenFile } from "./server/tokens.ts";

/** @throws {ConsoleError} */
export function tokenCommand(words: readonly string[]): void {
  const { values, positionals } = parsed(
    words,
    {
      "read-only": { type: "boolean" },
      "metrics-only": { type: "boolean" },
      state: { type: "string" },
    },
    true,
  );
  const [verb, name, ...others] = positionals;
  const isList = verb === "list";
  if (others.length > 0 || isList !== (name === undefined)) throw new ConsoleError(USAGE.trimEnd());
  const tokens = new TokenFile(values.state ?? defaultState());
  if (isList) {
    for (const one of tokens.list()) console.log(`${one.name} ${one.rights}`);
  } else if (verb === "add" && name !== undefined) {
    console.log(tokens.add(name, rightsIn(values)));
  } else if (verb === "remove" && name !== undefined) {
    if (!tokens.remove(name)) throw new ConsoleError(`there is no token ${JSON.stringify(name)}`);
  } else {
    throw new ConsoleError(USAGE.trimEnd());
  }
}

function rightsIn(values: { "read-only"?: boolean; "metrics-only"?: boolean }): Rights {
  if (values["metrics-only"] === true) return "metrics-only";
  return values["read-only"] === true ? "read-only" : "all";
}
