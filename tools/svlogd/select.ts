/**
 * Which lines are selected. The rules of a directory become one finite automaton over bytes, in the form that
 * posix.copyLines takes; its states are made as lines ask for them, since most of them no line ever asks for.
 *
 * The pattern language looks ahead and never back, so each rule is in one place of its pattern at a time:
 *
 *     *     at the end: the rest of the line
 *     *X    all up to the first X, which then counts as the pattern's next character
 *     +X    one X or more
 *     c     itself; so does a `+` at the end
 *
 * Pure: rules and bytes in, decisions out.
 * Source: runit 2.1.2, svlogd(8), LINE PROCESSING; of `+`, what the manual says of it.
 */
import type { Rule } from "./config.ts";

/** Bits of an outcome: the line is logged; it goes to standard error. */
export const LOGGED = 1;
export const ALERTED = 2;

/** Where a rule is: `index * 2`, with 1 added while it skips what `+` repeats; or one of these. */
const DEAD = -1;
const MATCHED = -2;

/** Words before the first row: the column of each byte. */
const COLUMNS = 256;
/** States are named by 16 bits. */
const WORDS_MAX = 65_536;
const SETTLED = 0x8000;

const STAR = 42;
const PLUS = 43;

/** A place for each rule. */
type Places = readonly number[];

export class Selector {
  readonly #rules: readonly Rule[];
  readonly #columnOf = new Uint16Array(COLUMNS);
  /** A byte for each column, from 1 on; the last stands for all that no pattern names. */
  readonly #byteOf: readonly number[];
  readonly #width: number;
  #words: Uint16Array<ArrayBuffer> = new Uint16Array(0);
  #used = 0;
  readonly #rows = new Map<string, number>();
  #places: Places[] = [];

  constructor(rules: readonly Rule[]) {
    this.#rules = rules;
    const named = new Set<number>();
    for (const { pattern } of rules) {
      for (let index = 0; index < pattern.length; index += 1) named.add(pattern.charCodeAt(index));
    }
    const bytes = [...named];
    this.#columnOf.fill(bytes.length + 1);
    bytes.forEach((byte, index) => {
      this.#columnOf[byte] = index + 1;
    });
    this.#byteOf = [-1, ...bytes, -1];
    this.#width = bytes.length + 2;
    if (rules.length > 0) this.#reset();
  }

  /** The automaton for posix.copyLines; empty where every line is logged. Replaced by {@link grow}. */
  get table(): ArrayBuffer {
    return this.#words.buffer;
  }

  /** The state that each line begins in. */
  get start(): number {
    return COLUMNS;
  }

  /**
   * Adds where `byte` leads from a state.
   *
   * @returns `false` where the table was full and has been begun anew: the line is to be begun anew too
   */
  grow(state: number, byte: number): boolean {
    const places = this.#places[(state - COLUMNS) / this.#width] ?? [];
    const column = this.#columnOf[byte] ?? 0;
    const next = this.#row(this.#step(places, this.#byteOf[column] ?? -1));
    if (next === undefined) {
      this.#reset();
      return false;
    }
    this.#words[state + column] = next;
    return true;
  }

  /** The outcome for a text, byte by byte. */
  outcome(bytes: Uint8Array, start: number, end: number): number {
    if (this.#rules.length === 0) return LOGGED;
    let places = this.#begin();
    for (let at = start; at < end; at += 1) {
      const byte = this.#byteOf[this.#columnOf[bytes[at] ?? 0] ?? 0] ?? -1;
      places = this.#step(places, byte);
    }
    return this.#outcomeOf(places);
  }

  #reset(): void {
    this.#rows.clear();
    this.#places = [];
    this.#words = new Uint16Array(COLUMNS + 16 * this.#width);
    this.#words.set(this.#columnOf);
    this.#used = COLUMNS;
    this.#row(this.#begin());
  }

  /** The row of a state, made where it is new; `undefined` where there is no room for it. */
  #row(places: Places): number | undefined {
    const key = places.join();
    const known = this.#rows.get(key);
    if (known !== undefined) return known;
    const row = this.#used;
    if (row + this.#width > WORDS_MAX) return undefined;
    this.#used += this.#width;
    if (this.#used > this.#words.length) {
      const larger = new Uint16Array(Math.min(2 * this.#words.length + this.#width, WORDS_MAX));
      larger.set(this.#words);
      this.#words = larger;
    }
    const settled = places.every((place) => place < 0) ? SETTLED : 0;
    this.#words[row] = this.#outcomeOf(places) | settled;
    this.#rows.set(key, row);
    this.#places.push(places);
    return row;
  }

  #begin(): Places {
    return this.#settle(this.#rules.map(({ pattern }) => placeAt(pattern, 0)));
  }

  #step(places: Places, byte: number): Places {
    const next = this.#rules.map(({ pattern }, index) =>
      placeAfter(pattern, places[index] ?? DEAD, byte),
    );
    return this.#settle(next);
  }

  /** A rule before one that has matched for good decides nothing any more. */
  #settle(places: number[]): Places {
    let selects = false;
    let alerts = false;
    for (let index = places.length - 1; index >= 0; index -= 1) {
      const isSelection = isSelecting(this.#rules[index]);
      if (isSelection ? selects : alerts) places[index] = DEAD;
      else if (places[index] === MATCHED && isSelection) selects = true;
      else if (places[index] === MATCHED) alerts = true;
    }
    return places;
  }

  #outcomeOf(places: Places): number {
    let outcome = LOGGED;
    this.#rules.forEach((rule, index) => {
      if (!isAtEnd(rule.pattern, places[index] ?? DEAD)) return;
      const bit = isSelecting(rule) ? LOGGED : ALERTED;
      const isOn = rule.kind === "+" || rule.kind === "e";
      outcome = isOn ? outcome | bit : outcome & ~bit;
    });
    return outcome;
  }
}

function isSelecting(rule: Rule | undefined): boolean {
  return rule?.kind === "+" || rule?.kind === "-";
}

/** The place before the pattern's character `index`. */
function placeAt(pattern: string, index: number): number {
  const isLast = index === pattern.length - 1;
  return isLast && pattern.charCodeAt(index) === STAR ? MATCHED : index * 2;
}

function placeAfter(pattern: string, place: number, byte: number): number {
  if (place < 0) return place;
  const index = place >> 1;
  const next = pattern.charCodeAt(index + 1); // NaN at the end, which no byte equals
  if (place % 2 === 1) {
    return byte === next ? place : placeAfter(pattern, placeAt(pattern, index + 2), byte);
  }
  if (index === pattern.length) return DEAD;
  const character = pattern.charCodeAt(index);
  const hasNext = index + 1 < pattern.length;
  if (character === STAR && hasNext) {
    return byte === next ? placeAfter(pattern, placeAt(pattern, index + 1), byte) : place;
  }
  if (character === PLUS && hasNext) return byte === next ? place + 1 : DEAD;
  return byte === character ? placeAt(pattern, index + 1) : DEAD;
}

/** Whether a text may end here. */
function isAtEnd(pattern: string, place: number): boolean {
  if (place < 0) return place === MATCHED;
  const index = place >> 1;
  return place % 2 === 1 ? isAtEnd(pattern, placeAt(pattern, index + 2)) : index === pattern.length;
}
