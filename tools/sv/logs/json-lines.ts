/**
 * A log line as an object of a stream of JSON.
 *
 * Pure: bytes in, text out.
 */
import { NEWLINE, textOf } from "../../../base/bytes.ts";
import { rfc3339 } from "../../../base/utc.ts";
import { nameMembers, streamLine } from "../words/json.ts";
import { stampOf, timeOfLabel } from "./stamp.ts";

/** @param lines whole lines; the stamp before a line becomes its member `time` */
export function* jsonLines(name: string, lines: Uint8Array): Generator<string> {
  for (let at = 0; at < lines.length; ) {
    const end = lines.indexOf(NEWLINE, at);
    const stamp = stampOf(lines, at, end);
    const time = stamp && rfc3339(timeOfLabel(stamp.label));
    let start = at;
    if (stamp !== undefined && stamp.start === 0) {
      start += stamp.end;
      if (lines[start] === SPACE) start += 1;
    }
    const line = textOf(lines.subarray(start, end));
    yield streamLine({ ...nameMembers("name", name), time, ...nameMembers("line", line) });
    at = end + 1;
  }
}

const SPACE = 0x20;
