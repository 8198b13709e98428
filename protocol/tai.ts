/**
 * TAI64N labels: a moment as 12 bytes big-endian, 8 of seconds and 4 of nanoseconds, or as text,
 * `@` and 24 hexadecimal digits.
 *
 * Pure: a time in, a label out.
 * Source: the TAI64N external format. Seconds count from 2^62; TAI is taken to be 10 s ahead of
 * Unix time, without leap seconds, as in runit.
 */
const LABEL_HIGH = 0x4000_0000;
const TAI_AHEAD_S = 10;
const WORD = 0x1_0000_0000;
const LABEL_LENGTH = 25;
const NANOSECONDS_MAX = 999_999_999;

/** Unix time; the shape of the host's clocks. */
export interface UnixTime {
  readonly seconds: number;
  readonly nanoseconds: number; // 0 to 999_999_999
}

export function isEarlier(one: UnixTime, other: UnixTime): boolean {
  if (one.seconds !== other.seconds) return one.seconds < other.seconds;
  return one.nanoseconds < other.nanoseconds;
}

/** The label as three 32-bit words: high and low seconds, nanoseconds. */
export function labelWords({
  seconds,
  nanoseconds,
}: UnixTime): readonly [high: number, low: number, nanoseconds: number] {
  const label = seconds + TAI_AHEAD_S;
  return [LABEL_HIGH + Math.floor(label / WORD), label % WORD, nanoseconds];
}

/** Unix seconds of a label's first two words. */
export function secondsOfLabel(high: number, low: number): number {
  return (high - LABEL_HIGH) * WORD + low - TAI_AHEAD_S;
}

/** The label as text: 25 characters. */
export function tai64nLabel(time: UnixTime): string {
  return `@${labelWords(time)
    .map((word) => word.toString(16).padStart(8, "0"))
    .join("")}`;
}

/** The time of a label as {@link tai64nLabel} writes it; `undefined` if the text is none. */
export function parseTai64nLabel(label: string): UnixTime | undefined {
  if (label.length !== LABEL_LENGTH) return undefined;
  const word = (at: number) => Number(`0x${label.slice(at, at + 8)}`);
  const time = { seconds: secondsOfLabel(word(1), word(9)), nanoseconds: word(17) };
  const isLabel = time.nanoseconds <= NANOSECONDS_MAX && tai64nLabel(time) === label;
  return isLabel ? time : undefined;
}
