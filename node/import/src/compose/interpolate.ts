/**
 * Variables in a compose file, such as `${TAG:-latest}`.
 *
 * Pure. The rules are those of "Interpolation" in the Compose Specification.
 */

/** A value cannot be interpolated. */
export class InterpolationError extends Error {
  override readonly name = "InterpolationError";
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]*/;
const OPERATOR = /^:?[-?+]/;

/**
 * @param onMissing called for a variable that is not set and has no other value; it is empty then
 * @throws {InterpolationError}
 */
export function interpolate(
  text: string,
  variables: ReadonlyMap<string, string>,
  onMissing: (name: string) => void,
): string {
  let result = "";
  let at = 0;
  while (at < text.length) {
    const dollar = text.indexOf("$", at);
    if (dollar < 0) return result + text.slice(at);
    result += text.slice(at, dollar);
    const next = text[dollar + 1];
    if (next === "$") {
      result += "$";
      at = dollar + 2;
      continue;
    }
    const isBraced = next === "{";
    const start = dollar + (isBraced ? 2 : 1);
    const [name] = NAME.exec(text.slice(start)) ?? [];
    if (name === undefined)
      throw new InterpolationError(`no variable behind ${text.slice(dollar)}`);
    let end = start + name.length;
    const inside = isBraced ? text.slice(end, closingBrace(text, end)) : "";
    if (isBraced) end += inside.length + 1;
    result += expanded(name, inside, variables, onMissing);
    at = end;
  }
  return result;
}

/** @returns the index of the brace that ends an expression, which may contain others */
function closingBrace(text: string, start: number): number {
  let depth = 1;
  for (let at = start; at < text.length; at += 1) {
    if (text.startsWith("${", at)) depth += 1;
    else if (text[at] === "}") depth -= 1;
    if (depth === 0) return at;
  }
  throw new InterpolationError(`no closing brace behind ${text.slice(start)}`);
}

function expanded(
  name: string,
  expression: string,
  variables: ReadonlyMap<string, string>,
  onMissing: (name: string) => void,
): string {
  const value = variables.get(name);
  if (expression === "") {
    if (value === undefined) onMissing(name);
    return value ?? "";
  }
  const [operator = ""] = OPERATOR.exec(expression) ?? [];
  if (operator === "") throw new InterpolationError(`no expression: ${name}${expression}`);
  const word = expression.slice(operator.length);
  const isSet = value !== undefined && !(operator.startsWith(":") && value === "");
  if (operator.endsWith("+")) return isSet ? interpolate(word, variables, onMissing) : "";
  if (isSet) return value;
  if (operator.endsWith("-")) return interpolate(word, variables, onMissing);
  throw new InterpolationError(`${name} is not set${word === "" ? "" : `: ${word}`}`);
}
