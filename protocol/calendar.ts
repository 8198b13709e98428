/**
 * The Gregorian calendar, in UTC and without leap seconds.
 *
 * Pure: numbers in, numbers out.
 */

const DAY_S = 86_400;
/** Days in 400 years. */
const ERA_DAYS = 146_097;
/** From 1 March of the year 0 to 1970-01-01. */
const EPOCH_DAYS = 719_468;

/** A date and time as a clock on the wall shows it. */
export interface WallTime {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

/**
 * Years begin on 1 March here, so that the leap day comes last; the first day of each month is then
 * a linear function of its number, rounded.
 */
export function wallTimeInUtc(seconds: number): WallTime {
  const days = Math.floor(seconds / DAY_S);
  const rest = seconds - days * DAY_S;
  const fromMarch0 = days + EPOCH_DAYS;
  const inEra = fromMarch0 - Math.floor(fromMarch0 / ERA_DAYS) * ERA_DAYS;
  const leapless =
    inEra -
    Math.floor(inEra / 1_460) +
    Math.floor(inEra / 36_524) -
    Math.floor(inEra / (ERA_DAYS - 1));
  const yearOfEra = Math.floor(leapless / 365);
  const inYear = inEra - 365 * yearOfEra - Math.floor(yearOfEra / 4) + Math.floor(yearOfEra / 100);
  const monthFromMarch = Math.floor((5 * inYear + 2) / 153);
  const day = inYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  const year = yearOfEra + Math.floor(fromMarch0 / ERA_DAYS) * 400 + (month <= 2 ? 1 : 0);
  const hour = Math.floor(rest / 3_600);
  const minute = Math.floor(rest / 60) % 60;
  return { year, month, day, hour, minute, second: Math.floor(rest % 60) };
}

/** Unix seconds; days beyond the end of a month count on. */
export function utcSeconds({ year, month, day, hour, minute, second }: WallTime): number {
  const fromMarch = month > 2 ? month - 3 : month + 9;
  const marchYear = month > 2 ? year : year - 1;
  const leapDays =
    Math.floor(marchYear / 4) - Math.floor(marchYear / 100) + Math.floor(marchYear / 400);
  const days = 365 * marchYear + leapDays + Math.floor((153 * fromMarch + 2) / 5) + day - 1;
  return (days - EPOCH_DAYS) * DAY_S + hour * 3_600 + minute * 60 + second;
}
