/**
 * The command line of chpst: what it asks for. The aliases are in aliases.ts.
 *
 * Pure: words in, a request out, or which help to print.
 * Source: runit 2.1.2, chpst(8).
 */
import { applyOptions, type LongNames } from "../../base/option-table.ts";
import { baseName } from "../../base/options.ts";
import type { ExtensionRequest } from "./extension-options.ts";
import { OPTIONS, VERSION_LETTER } from "./options.ts";
import { type Alias, aliasOf, newRequest, type ParseResult } from "./request.ts";

/** What most command lines do not need, and what is loaded only for the others. */
interface Extensions {
  readonly readAlias: (alias: Alias, calledAs: string, words: readonly string[]) => ParseResult;
  readonly EXTENSIONS: LongNames<ExtensionRequest>;
}

/** @param version what `-V` prints */
export function readCommandLine(
  argv: readonly string[],
  version: string,
  extensions: () => Extensions,
): ParseResult {
  const calledAs = baseName(argv[0] ?? "chpst");
  // Debian installs daemontools' names with a "d" before them, beside its own runit.
  const name = calledAs.startsWith("d") ? calledAs.slice(1) : calledAs;
  const words = argv.slice(1);
  const alias = aliasOf(name);
  if (words[0] === "--help") return { is: "help", tool: alias ?? "chpst" };
  if (alias !== undefined) return extensions().readAlias(alias, calledAs, words);

  const request = newRequest();
  const line = applyOptions(words, OPTIONS, request, () => extensions().EXTENSIONS);
  const usage = (before?: string) => ({ is: "usage", tool: "chpst", name, before }) as const;
  if (!line.ok) {
    if (line.stoppedBy === VERSION_LETTER) return usage(version);
    return usage(line.problem && `${calledAs}: ${line.problem}`);
  }
  request.program = line.operands;
  return request.program.length === 0 ? usage() : { is: "request", request };
}
