/**
 * The local time zone, and the text of a time.
 */
import { wallText } from "../../../base/utc.ts";
import type { UnixTime } from "../../../protocol/tai.ts";
import type { Zone } from "./time-words.ts";

/** That of TZ, or of /etc/localtime. */
export const LOCAL: Zone = {
  secondsOf: ({ year, month, day, hour, minute, second }) =>
    new Date(year, month - 1, day, hour, minute, second).getTime() / 1_000,
  wallTime: (seconds) => {
    const date = new Date(seconds * 1_000);
    return {
      year: date.getFullYear(),
      month: date.getMonth() + 1,
      day: date.getDate(),
      hour: date.getHours(),
      minute: date.getMinutes(),
      second: date.getSeconds(),
    };
  },
};

/** Writes times with the zone, such as `2026-11-28 15:04:05.123`. */
export class Clock {
  readonly #zone: Zone;
  /** Lines of one second follow each other. */
  #second = Number.NaN;
  #text = "";

  constructor(zone: Zone) {
    this.#zone = zone;
  }

  textOf({ seconds, nanoseconds }: UnixTime): string {
    if (seconds !== this.#second) {
      this.#text = wallText(this.#zone.wallTime(seconds), " ");
      this.#second = seconds;
    }
    return `${this.#text}.${String(Math.floor(nanoseconds / 1e6)).padStart(3, "0")}`;
  }
}
