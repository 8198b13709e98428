/**
 * Spans of time and sizes as people read them.
 *
 * Pure: numbers in, text out.
 */

/**
 * Seconds in the largest unit of which there are at least two, rounded down: `90s`, `5m`, `47h`,
 * `3d`. Never negative, though the clock may have been set back.
 */
export function spanText(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 120) return `${whole}s`;
  if (whole < 7_200) return `${Math.floor(whole / 60)}m`;
  return whole < 172_800 ? `${Math.floor(whole / 3_600)}h` : `${Math.floor(whole / 86_400)}d`;
}

const SIZES = ["K", "M", "G", "T"];
const KILO = 1_024;

/** Bytes in three digits at most and a unit of 1,024: `812K`, `1.5M`, `23M`. */
export function sizeText(bytes: number): string {
  let value = bytes / KILO;
  let unit = 0;
  while (value >= 1_000 && unit < SIZES.length - 1) {
    value /= KILO;
    unit += 1;
  }
  const digits = value < 9.95 && unit > 0 ? value.toFixed(1) : String(Math.round(value));
  return `${digits}${SIZES[unit]}`;
}
