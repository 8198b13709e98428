/**
 * `sv verify`: what is wrong with a service directory before it runs. A program of its own,
 * sv/words/verify.
 */
import * as posix from "posix";
import { withoutSlash } from "../../../base/options.ts";
import { quoted, shown } from "../../../base/quoted.ts";
import { isPath } from "../home.ts";
import type { NamedService } from "../service.ts";
import { readWords, type WordContext } from "./command-line.ts";
import { type Json, jsonText } from "./json.ts";
import { servicesOf } from "./services.ts";
import { suggestOthers } from "./suggestions.ts";
import { directoryFacts } from "./verify/facts.ts";
import { findingsIn, type Level, RULES, UNREADABLE } from "./verify/rules.ts";
import { type LocatedFinding, sarif } from "./verify/sarif.ts";
import { SPEC, type VerifyRequest } from "./verify-options.ts";
import { printing, WordOutput } from "./word-output.ts";

const TONES = { error: "bad", warning: "warning" } as const;

export function run(words: readonly string[], _context: WordContext): number {
  const request: VerifyRequest = { color: "auto", json: false, strict: false };
  const operands = readWords(SPEC, words, request);
  if (typeof operands === "number") return operands;
  const output = new WordOutput(request.color);
  return printing(output, () => {
    const services = servicesOf(operands.map(directoryOf), output);
    if (operands.length > 0) suggestOthers(services);
    const findings = services.flatMap(findingsAt);
    const errors = findings.filter(({ rule }) => request.strict || rule.level === "error");
    output.countFailure(errors.length);
    if (request.json) {
      // RULES and the findings hold nothing that JSON has no form for.
      output.line(jsonText(sarif([UNREADABLE, ...RULES], findings, posix.VERSION) as Json));
      return;
    }
    for (const finding of findings) output.line(findingLine(finding, output));
    if (services.length > 0 || operands.length === 0) {
      output.line(summary(services.length, findings));
    }
  });
}

/** A name with a slash is a path, as of `sv link`: a shell makes such names from `sv/*`. */
function directoryOf(operand: string): string {
  return operand.includes("/") && !isPath(operand) ? `./${operand}` : operand;
}

function findingsAt({ name, path }: NamedService): LocatedFinding[] {
  const directory = withoutSlash(path || name);
  const facts = directoryFacts(directory);
  const findings =
    typeof facts === "string" ? [{ file: "", text: facts, rule: UNREADABLE }] : findingsIn(facts);
  return findings.map((finding) => ({ ...finding, directory }));
}

/** `web/run:3: warning: TEXT [RV060]`, as compilers print it. */
function findingLine(finding: LocatedFinding, { paint }: WordOutput): string {
  const { directory, file, line, rule, text } = finding;
  const path = quoted(file === "" ? directory : `${directory}/${file}`);
  const place = line === undefined ? path : `${path}:${line}`;
  const { code, level } = rule;
  return `${paint(place, "strong")}: ${paint(level, TONES[level])}: ${shown(text)} [${code}]`;
}

/** `3 directories: 1 error, 2 warnings`. */
function summary(count: number, findings: readonly LocatedFinding[]): string {
  const directories = count === 1 ? "1 directory" : `${count} directories`;
  const counts = (["error", "warning"] as const).flatMap((level: Level) => {
    const found = findings.filter(({ rule }) => rule.level === level).length;
    return found === 0 ? [] : [`${found} ${level}${found === 1 ? "" : "s"}`];
  });
  return `${directories}: ${counts.length === 0 ? "no mistakes found" : counts.join(", ")}`;
}
