/** The engine is built without regular expressions: a file of the product that has one throws. */
import { programs, type Sources } from "./lines.ts";

const PRODUCT = /^(base|protocol|supervisor|tools)\/.*(?<!\.test)\.ts$/;
/** A literal stands behind a mark or a word that no value ends with; a constructor is named. */
const EXPRESSION =
  /(?:[=(,!&|?:[{;]|\breturn)\s*\/(?![/*])(?:[^/\\\n]|\\.)+\/[dgimsuvy]*[.,;)\]]|\bRegExp\b/;
/** Texts may have anything in them. */
const STRINGS = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`/g;

export function regularExpressions(sources: Sources): string[] {
  return [...programs(sources)].flatMap(([name, lines]) =>
    lines
      .filter(({ code }) => PRODUCT.test(name) && EXPRESSION.test(code.replaceAll(STRINGS, '""')))
      .map(({ number }) => `${name}:${number}: the engine has no regular expressions`),
  );
}
