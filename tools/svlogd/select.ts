/**
 * The rules of a directory in the form that posix.copyLines and posix.selectsLine take. The lines that are logged, and
 * those that go to standard error, are selected by rules of their own, so each set yields a yes or a no.
 *
 * Pure: rules in, bytes out.
 * Source: runit 2.1.2, svlogd(8), LINE PROCESSING.
 */
import { bytesOf, joined, NO_BYTES } from "./bytes.ts";
import type { Rule } from "./config.ts";

/** Which lines are logged; empty if all are. */
export function logRules(rules: readonly Rule[]): Uint8Array {
  return encoded(rules, "+", "-", true);
}

/** Which lines go to standard error; empty if none does. */
export function alertRules(rules: readonly Rule[]): Uint8Array {
  return encoded(rules, "e", "E", false);
}

/** @param otherwise the outcome for a line that no rule matches */
function encoded(
  rules: readonly Rule[],
  on: Rule["kind"],
  off: Rule["kind"],
  otherwise: boolean,
): Uint8Array {
  const ours = rules.filter(({ kind }) => kind === on || kind === off);
  if (ours.every(({ kind }) => (kind === on) === otherwise)) return NO_BYTES; // none changes anything
  // The last rule that matches decides; the host takes the first one.
  const parts = ours.reverse().map(({ kind, pattern }) => {
    const header = new Uint8Array(5);
    header[0] = kind === on ? 1 : 0;
    new DataView(header.buffer).setUint32(1, pattern.length, true);
    return joined(header, bytesOf(pattern));
  });
  return joined(Uint8Array.of(otherwise ? 1 : 0), ...parts);
}
