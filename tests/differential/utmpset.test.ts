/**
 * utmpset does as the original does: output, exit code, and the bytes of utmp and wtmp.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { improved, originalInPlace } from "../support/suite.ts";
import { MountedTool, type Player } from "./own-mounts.ts";

/** /var/run, which holds utmp, may be a link. */
const utmpset = new MountedTool("utmpset", ["/run", "/var/log"]);
const isSupported = process.arch === "x64" || "the records here are those of x86-64";
const skip = utmpset.skip || (isSupported === true ? false : isSupported);

/** A record of utmp(5) with a bit in each field that utmpset does not know. */
function record(type: number, line: string, id: string, user: string): Buffer {
  const bytes = Buffer.alloc(384, 0);
  bytes.writeInt16LE(type, 0);
  bytes.writeInt32LE(4711, 4);
  bytes.write(line, 8);
  bytes.write(id, 40);
  bytes.write(user, 44);
  bytes.write(user === "" ? "" : "a.host", 76);
  bytes.writeInt32LE(1, 332);
  bytes.writeInt32LE(2, 336);
  bytes.writeInt32LE(1_600_000_000, 340);
  bytes.fill(3, 344, 384);
  return bytes;
}

const FULL_LINE = "x".repeat(32);
const UTMP = Buffer.concat([
  record(2, "~", "~~", "reboot"),
  record(6, "tty1", "1", ""),
  record(7, "tty1", "1", "ann"),
  record(7, "tty2", "2", "bob"),
  record(7, FULL_LINE, "3", "eve"),
]);
const TWICE = Buffer.concat([UTMP, record(7, "tty2", "5", "joe")]);

/** Commands, and then the files: the time, which is the seconds from 341 on, is masked. */
function script(utmp: Buffer, commands: string): string {
  const octal = [...utmp].map((byte) => `\\${byte.toString(8).padStart(3, "0")}`).join("");
  return `
    printf '${octal}' >/var/run/utmp
    ${commands}
    for file in /var/run/utmp /var/log/wtmp; do
      [ -f $file ] || continue
      echo $file $(wc -c <$file)
      od -An -v -t x1 -w384 $file | sed -E 's/^(.{1020})(.{12})/\\1/'
    done`;
}
const play = (player: Player, utmp: Buffer, commands: string) =>
  utmpset.play(player, script(utmp, commands));

const ALIKE: Readonly<Record<string, string>> = {
  "no argument": "$TOOL; echo $?",
  "an unknown option": "$TOOL -x tty1; echo $?",
  "an option alone": "$TOOL -w; echo $?",
  "a line with a login": "$TOOL tty1; echo $?",
  "the same twice": "$TOOL tty1; $TOOL tty1; echo $?",
  "a line without one": "$TOOL tty3; echo $?",
  "an empty line": "$TOOL ''; echo $?",
  "the beginning of a line": "$TOOL tty; echo $?",
  "a line that is too long": "$TOOL -w tty1$(printf %040d 0); echo $?",
  "options end with the first word": "$TOOL tty1 -w; echo $?",
  "two dashes": "$TOOL -- tty1; echo $?",
  "a record in wtmp": ": >/var/log/wtmp; $TOOL -w tty1; $TOOL -ww tty2; echo $?",
  "no login, and so no record in wtmp": "$TOOL -w tty3; echo $?",
  "no utmp": "rm /var/run/utmp; $TOOL tty1; echo $?",
  "an empty utmp": ": >/var/run/utmp; $TOOL tty1; echo $?",
  "a utmp that ends in the middle of a record": "printf x >>/var/run/utmp; $TOOL tty1; echo $?",
  "a wtmp that is a directory": "mkdir /var/log/wtmp; $TOOL -w tty1; echo $?",
};

describe("utmpset does as the original", { skip }, () => {
  for (const [title, commands] of Object.entries(ALIKE)) {
    test(title, () => {
      assert.equal(play("ours", UTMP, commands), play("original", UTMP, commands));
    });
  }
});

describe("utmpset", { skip: originalInPlace ? "ours only" : skip }, () => {
  const users = (text: string) =>
    text
      .split("\n")
      .filter((line) => /^ [0-9a-f]{2} 00/.test(line))
      .map((line) => line.split(" ")[45] !== "00");

  test("ends every login of a line", improved("utmpset-all-records"), () => {
    const commands = "$TOOL tty2";
    assert.deepEqual(users(play("original", TWICE, commands)), [
      true,
      false,
      true,
      false,
      true,
      true,
    ]);
    assert.deepEqual(users(play("ours", TWICE, commands)), [true, false, true, false, true, false]);
  });

  test("knows a line as long as the field", improved("utmpset-full-line"), () => {
    const commands = `$TOOL ${FULL_LINE}; echo $?`;
    assert.match(play("original", UTMP, commands), /in utmp: no such entry\n111\n/);
    assert.match(play("ours", UTMP, commands), /^0\n/);
  });

  test("makes a wtmp that everybody can read", improved("utmpset-wtmp-mode"), () => {
    const commands = "$TOOL -w tty1; stat -c %a /var/log/wtmp";
    assert.match(play("original", UTMP, commands), /^600\n/);
    assert.match(play("ours", UTMP, commands), /^644\n/);
  });

  test("prints its version", improved("utmpset-version"), () => {
    const said = play("ours", UTMP, "$TOOL -V; echo $?").split("/var/run")[0];
    assert.match(said ?? "", /^runits \S+\nusage: NAME \[-w\] line\n\n1\n$/);
  });

  test("leaves no part of a record in a wtmp on a full disk", () => {
    const commands = `
      mount -t tmpfs -o size=4k tmpfs /var/log
      head -c 4000 /dev/zero >/var/log/wtmp
      $TOOL -w tty1; echo $?`;
    const said = play("ours", UTMP, commands);
    assert.match(
      said,
      /^utmpset: warning: unable to logout line tty1 in wtmp: out of disk space\n111\n/,
    );
    assert.match(said, /wtmp 4000\n/);
  });
});
