/**
 * Values in a compose file.
 *
 * Pure. The rules are those of "Specifying durations" and "Specifying byte values" in the Compose
 * Specification.
 */

const DURATION = /^(\d+(?:\.\d+)?)(us|ms|s|m|h)/;
const UNIT_MS: Readonly<Record<string, number>> = {
  us: 0.001,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};
const SIZES: Readonly<Record<string, number>> = {
  "": 1,
  b: 1,
  k: 1_024,
  m: 1_024 ** 2,
  g: 1_024 ** 3,
};

/** Such as `1m30s`. @returns milliseconds, or `undefined` if it is none */
export function durationMs(text: string): number | undefined {
  let rest = text.trim();
  if (rest === "0") return 0;
  let ms: number | undefined;
  while (rest !== "") {
    const [whole = "", number = "", unit = ""] = DURATION.exec(rest) ?? [];
    if (whole === "") return undefined;
    ms = (ms ?? 0) + Number(number) * (UNIT_MS[unit] ?? 0);
    rest = rest.slice(whole.length);
  }
  return ms === undefined ? undefined : Math.round(ms);
}

/** Such as `10m`. @returns bytes, or `undefined` if it is none */
export function sizeBytes(text: string): number | undefined {
  const [, number, unit = ""] = /^(\d+)\s*([bkmg]?)b?$/i.exec(text.trim()) ?? [];
  return number === undefined ? undefined : Number(number) * (SIZES[unit.toLowerCase()] ?? 1);
}
