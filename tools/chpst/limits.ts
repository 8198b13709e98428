/**
 * Resource limits as options give them: an amount and its resource.
 *
 * Pure: text in, numbers out.
 * Source: runit 2.1.2, chpst(8); `--limit` is written as prlimit(1) of util-linux has it.
 */
import { isDigits } from "../../base/digits.ts";

/** The resources, in the order in which their limits are set. */
export const RESOURCES = [
  "data", "stack", "memlock", "as", "nofile", "nproc", "fsize", "core", "rss", "cpu",
] as const; // biome-ignore format: one line is one order
export type Resource = (typeof RESOURCES)[number];

/** Resources in bytes, for which 4k makes sense; the others are counts and seconds. */
const IN_BYTES: readonly Resource[] = ["data", "stack", "memlock", "as", "fsize", "core", "rss"];

/** The resources that `-m` limits. */
export const MEMORY: readonly Resource[] = ["data", "stack", "memlock", "as"];

/** A limit that is requested: `Infinity` is no limit, `undefined` leaves it as it is. */
export interface LimitRequest {
  readonly soft: number | undefined;
  readonly hard: number | undefined;
}

/** An amount from here on means no limit: a signed number of 64 bits cannot hold it. */
const NO_LIMIT_FROM = 2 ** 63;
const UNITS = "kmgt";

/**
 * An amount: digits, with k, m, g or t for a resource in bytes; or `unlimited`. Empty text is 0, as
 * in the original.
 *
 * @returns `undefined` for anything else
 */
export function parseAmount(text: string, resource: Resource): number | undefined {
  if (text === "") return 0;
  if (text === "unlimited") return Number.POSITIVE_INFINITY;
  const unit = UNITS.indexOf(text.slice(-1).toLowerCase());
  const hasUnit = unit >= 0 && IN_BYTES.includes(resource);
  const digits = hasUnit ? text.slice(0, -1) : text;
  if (!isDigits(digits)) return undefined;
  const amount = Number(digits) * (hasUnit ? 1024 ** (unit + 1) : 1);
  return amount < NO_LIMIT_FROM ? amount : Number.POSITIVE_INFINITY;
}

/**
 * `RESOURCE=SOFT:HARD`. `SOFT:` and `:HARD` leave the other as it is; an amount without a colon is
 * both.
 */
export function parseLimit(text: string): { resource: Resource; wanted: LimitRequest } | undefined {
  const equals = text.indexOf("=");
  const name = text.slice(0, Math.max(equals, 0)).toLowerCase();
  const resource = RESOURCES.find((known) => known === name);
  if (resource === undefined) return undefined;
  const [first = "", second = first, ...rest] = text.slice(equals + 1).split(":");
  if (rest.length > 0 || (first === "" && second === "")) return undefined;
  const amount = (part: string) => (part === "" ? undefined : parseAmount(part, resource));
  const wanted = { soft: amount(first), hard: amount(second) };
  const isWrong =
    (first !== "" && wanted.soft === undefined) || (second !== "" && wanted.hard === undefined);
  if (isWrong || (wanted.soft ?? 0) > (wanted.hard ?? Number.POSITIVE_INFINITY)) return undefined;
  return { resource, wanted };
}
