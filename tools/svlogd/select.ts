/**
 * Encodes the rules of a directory as posix.copyLines and posix.selectsLine take them. The rules
 * for the log and those for standard error are two sets, so that each yields yes or no.
 *
 * Pure: rules in, bytes out.
 * Source: runit 2.1.2, svlogd(8), LINE PROCESSING.
 */
import { bytesOf, joined, NO_BYTES } from "../../base/bytes.ts";
import type { SelectionRule } from "./config.ts";

/** The rules for the log; empty if all lines are logged. */
export function logRules(rules: readonly SelectionRule[]): Uint8Array {
  return encoded(rules, "+", "-", true);
}

/** The rules for standard error; empty if no line goes there. */
export function alertRules(rules: readonly SelectionRule[]): Uint8Array {
  return encoded(rules, "e", "E", false);
}

/** @param otherwise the outcome for a line that no rule matches */
function encoded(
  rules: readonly SelectionRule[],
  on: SelectionRule["kind"],
  off: SelectionRule["kind"],
  otherwise: boolean,
): Uint8Array {
  const ours = rules.filter(({ kind }) => kind === on || kind === off);
  if (ours.every(({ kind }) => (kind === on) === otherwise)) return NO_BYTES;
  // In config the last rule that matches decides, in the host the first.
  const parts = ours.reverse().map(({ kind, pattern }) => {
    const header = new Uint8Array(5);
    header[0] = kind === on ? 1 : 0;
    new DataView(header.buffer).setUint32(1, pattern.length, true);
    return joined(header, bytesOf(pattern));
  });
  return joined(Uint8Array.of(otherwise ? 1 : 0), ...parts);
}
