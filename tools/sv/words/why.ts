/**
 * `sv why`: why a service is in the state it is in, and which command to type. A program of its
 * own, sv/words/why.
 */
import * as posix from "posix";
import { quoted } from "../../../base/quoted.ts";
import { servicesHome } from "../home.ts";
import { readWords, type WordContext } from "./command-line.ts";
import { firstNames } from "./first-names.ts";
import { DOCUMENT, jsonText } from "./json.ts";
import { serviceMembers } from "./service-json.ts";
import { noServicesText, servicesOf } from "./services.ts";
import { signalName } from "./signal-names.ts";
import { sudoSv } from "./sudo.ts";
import { ACCESS_DENIED } from "./why/absence-reasons.ts";
import { answerTo, evidenceFor } from "./why/explain.ts";
import type { Answer, WhyFacts } from "./why/facts.ts";
import { answerLines, evidenceLines } from "./why/layout.ts";
import { lookClosely } from "./why/look.ts";
import { withSyntax } from "./why/look-at-syntax.ts";
import { runsvdirOf } from "./why/look-for-supervisor.ts";
import { SPEC } from "./why-options.ts";
import { printing, WordOutput } from "./word-output.ts";
import type { CommonRequest } from "./word-spec.ts";

/** A service, and the answer about it. */
type Explained = readonly [WhyFacts, Answer];

export function run(words: readonly string[], _context: WordContext): number {
  const request: CommonRequest = { color: "auto", json: false };
  const operands = readWords(SPEC, words, request);
  if (typeof operands === "number") return operands;
  const output = new WordOutput(request.color);
  return printing(output, () => {
    const now = posix.clockReal();
    const services = servicesOf(operands, output);
    const all = services.map((service): Explained => {
      const facts = withSyntax(lookClosely(service, now));
      return [facts, answerTo(facts, signalName)];
    });
    output.countFailure(all.filter(([{ view }]) => view.summary === "unreadable").length);
    const asked = operands.length > 0 ? all : all.filter(([, { isFine }]) => isFine !== true);
    const isDeserted = operands.length === 0 && isWithoutScanner(all);
    if (request.json) printJson(asked, output);
    else if (asked.length > 0) print(asked, operands.length > 0, output);
    else if (output.exitCode === 0 && !isDeserted) output.line(fineText(all.length));
    if (isDeserted && !request.json) output.line(desertedText());
  });
}

/** runsvdir has ended, and its supervisors go on. */
function isWithoutScanner(all: readonly Explained[]): boolean {
  const hasOrphans = all.some(([{ supervisor }]) => supervisor?.isOrphan === true);
  return hasOrphans && runsvdirOf(servicesHome()) === undefined;
}

function desertedText(): string {
  const home = quoted(servicesHome());
  const text = `no runsvdir looks after ${home}: nothing starts a supervisor that ends again`;
  return `${text}; try: runsvdir ${home}`;
}

function fineText(count: number): string {
  if (count === 0) return noServicesText();
  return count === 1
    ? "the one service is as it should be"
    : `all ${count} services are as they should be`;
}

/**
 * Unless the services were named, those that this user may not see have one answer: there may be
 * thousands.
 */
function print(all: readonly Explained[], areNamed: boolean, output: WordOutput): void {
  const hidden = all.filter(([, { reason }]) => reason === ACCESS_DENIED);
  const isSummed = !areNamed && hidden.length > 1;
  for (const explained of all) {
    if (!isSummed || !hidden.includes(explained)) printText(explained, output);
  }
  if (!isSummed) return;
  const names = firstNames(hidden.map(([{ view }]) => view.name));
  output.line(
    `${hidden.length} services (${names}) are unreadable: access denied ` +
      "(root can let your group: sv grant :GROUP SERVICE...); " +
      `try: ${output.paint(`${sudoSv()} why`, "strong")}`,
  );
}

function printText([facts, answer]: Explained, output: WordOutput): void {
  const { columns, paint } = output;
  const layout = { columns, paint };
  for (const line of answerLines(facts, answer, layout)) output.line(line);
  for (const line of evidenceLines(evidenceFor(facts, signalName), layout)) output.line(line);
}

function printJson(all: readonly Explained[], output: WordOutput): void {
  output.write(DOCUMENT.before);
  let between = "";
  for (const [facts, { reason, text, command, isFine = false }] of all) {
    const evidence = evidenceFor(facts, signalName).map(([label, line]) => ({ label, text: line }));
    const members = serviceMembers(facts.view, signalName);
    output.write(
      between + jsonText({ ...members, reason, answer: text, command, fine: isFine, evidence }),
    );
    between = DOCUMENT.between;
  }
  output.write(DOCUMENT.after);
}
