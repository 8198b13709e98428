/**
 * The variables in supervisord's values, such as `%(here)s`: Python's formatting with `%` and a
 * dictionary, for texts and whole numbers.
 *
 * Pure. The rules are those of "printf-style String Formatting" in Python's documentation.
 */

export type Variables = ReadonlyMap<string, string | number>;

/** A value cannot be expanded. */
export class ExpansionError extends Error {
  override readonly name = "ExpansionError";
}

const CONVERSION = /%(?:\(([^)]*)\))?([#0\- +]*)(\d*)(?:\.(\d+))?[hlL]?(.?)/gsu;

/** @throws {ExpansionError} */
export function expand(text: string, variables: Variables): string {
  return text.replace(
    CONVERSION,
    (whole, name: string | undefined, flags: string, width: string, digits = "", kind = "") => {
      if (whole === "%%") return "%";
      if (name === undefined) throw new ExpansionError(`${whole} names no variable`);
      const value = variables.get(name);
      if (value === undefined) throw new ExpansionError(`there is no variable ${name}`);
      return padded(converted(value, kind, digits, whole), flags, Number(width));
    },
  );
}

function converted(
  value: string | number,
  kind: string,
  digits: string,
  whole: string,
): { readonly text: string; readonly isNumber: boolean } {
  if (kind === "s") {
    const text = `${value}`;
    return { text: digits === "" ? text : text.slice(0, Number(digits)), isNumber: false };
  }
  if (kind !== "d" && kind !== "i" && kind !== "u") {
    throw new ExpansionError(`${whole} is no conversion that is known here`);
  }
  if (typeof value !== "number") throw new ExpansionError(`${whole} is no number`);
  return { text: `${value}`.padStart(Number(digits), "0"), isNumber: true };
}

function padded(
  { text, isNumber }: { readonly text: string; readonly isNumber: boolean },
  flags: string,
  width: number,
): string {
  const sign = !isNumber ? "" : flags.includes("+") ? "+" : flags.includes(" ") ? " " : "";
  if (flags.includes("-")) return `${sign}${text}`.padEnd(width);
  if (flags.includes("0") && isNumber) return sign + text.padStart(width - sign.length, "0");
  return `${sign}${text}`.padStart(width);
}
