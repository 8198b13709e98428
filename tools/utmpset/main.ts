/**
 * utmpset [-w] LINE: records that the login on the terminal LINE has ended, in utmp and with -w in
 * wtmp. Meant for the `finish` script of a getty service.
 *
 * Exit codes: 0 done, and for --help; 1 wrong usage, and after -V; 111 failed, or nobody was logged
 * in on LINE.
 * Source: runit 2.1.2, utmpset(8); record.ts for the files.
 */
import * as posix from "posix";
import { baseName, parseOptions } from "../../base/options.ts";
import { print, Report, STDERR, STDOUT } from "../../base/report.ts";
import { help, usage } from "./help.ts";
import { ELF_BYTES, isLoggedIn, type Layout, layoutFor, logOut, logoutRecord } from "./record.ts";

const UTMP = "/var/run/utmp";
const WTMP = "/var/log/wtmp";
/** wtmp is for everybody to read: last(1). The original makes it for root alone. */
const WTMP_MODE = 0o644;

const EXIT_USAGE = 1;
const EXIT_UNWRITTEN = 1;
const EXIT_FATAL = 111;

const report = new Report("utmpset", EXIT_FATAL, (text) => print(STDERR, text));

export function main([name = "utmpset", ...words]: readonly string[]): number {
  if (words[0] === "--help") return print(STDOUT, help()) ? 0 : EXIT_UNWRITTEN;
  const parsed = parseOptions(words, "wV");
  const has = (letter: string) => parsed.options.some((option) => option.name === letter);
  const [line] = parsed.ok ? parsed.operands : [];
  if (line === undefined || has("V")) {
    if (has("V")) print(STDERR, `runits ${posix.VERSION}\n`);
    else if (!parsed.ok) print(STDERR, `${baseName(name)}: ${parsed.problem}\n`);
    print(STDERR, usage(name));
    return EXIT_USAGE;
  }
  const layout = layoutFor(posix.readText(posix.AT_FDCWD, posix.execPath(), ELF_BYTES) ?? "");
  const { seconds } = posix.clockReal();
  if (!logOutInUtmp(layout, line, seconds)) {
    report.warn(`unable to logout line ${line} in utmp: no such entry`);
    return EXIT_FATAL;
  }
  if (!has("w") || appendToWtmp(logoutRecord(layout, line, seconds), line)) return 0;
  return EXIT_FATAL;
}

/** @returns whether anybody was logged in on the line */
function logOutInUtmp(layout: Layout, line: string, seconds: number): boolean {
  const open = () => posix.open(posix.AT_FDCWD, UTMP, posix.O_RDWR, 0);
  const [reader, writer] = report.must(`open ${UTMP}`, () => [open(), open()] as const);
  report.must(`lock: ${UTMP}`, () => posix.flock(reader, posix.LOCK_EX));
  let found = false;
  for (;;) {
    const record = report.must(`read ${UTMP}`, () => posix.read(reader, layout.size));
    if (record?.length !== layout.size) return found;
    if (isLoggedIn(record, line)) {
      found = true;
      logOut(record, layout, seconds);
      report.must(`write ${UTMP}`, () => posix.write(writer, record));
    } else {
      posix.read(writer, layout.size); // moves on to the place of the next record
    }
  }
}

/** @returns whether it succeeded */
function appendToWtmp(record: Uint8Array, line: string): boolean {
  const flags = posix.O_WRONLY | posix.O_CREAT | posix.O_APPEND | posix.O_NONBLOCK;
  const open = () => posix.open(posix.AT_FDCWD, WTMP, flags, WTMP_MODE);
  const wtmp = report.must(`open ${WTMP}`, open);
  report.must(`lock ${WTMP}`, () => posix.flock(wtmp, posix.LOCK_EX));
  return report.try(`logout line ${line} in wtmp`, () => {
    const { size } = posix.fstat(wtmp);
    const written = posix.write(wtmp, record) ?? 0;
    if (written === record.length) return;
    try {
      posix.write(wtmp, record.subarray(written)); // fails with the reason
    } catch (error) {
      posix.ftruncate(wtmp, size); // a part of a record would shift all later ones
      throw error;
    }
  });
}
