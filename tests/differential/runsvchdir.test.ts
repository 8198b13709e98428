/** runsvchdir does as the original does: output, exit code, and the files that it leaves. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { describe, test } from "node:test";
import { improved, originalInPlace } from "../support/suite.ts";
import { MountedTool, type Player } from "./own-mounts.ts";

const HOME = "/etc/runit/runsvdir";
const runsvchdir = new MountedTool("runsvchdir", [HOME]);
const { skip } = runsvchdir;
const lacksStrace = spawnSync("strace", ["-V"]).error !== undefined && "needs strace";

const TREE = `cd ${HOME}; mkdir a b; echo 1 >file; ln -s a current\n`;
/** All that change names; those that a machine lacks change nothing. */
const CALLS = ["unlink", "unlinkat", "symlink", "symlinkat", "rename", "renameat", "renameat2"];
const LIST =
  "for name in *; do [ ! -L $name ] || echo $name = $(readlink $name); [ ! -d $name ] || echo $name/; done\n";

const ALIKE: Readonly<Record<string, string>> = {
  "no argument": "$TOOL; echo $?",
  "more arguments": "$TOOL b c; echo $?",
  "an option": "$TOOL -x; echo $?",
  "a name that starts with a dot": "$TOOL .b; echo $?; $TOOL ./b; echo $?",
  "an empty name": "$TOOL ''; echo $?",
  "what is not there": "$TOOL none; $TOOL /none; echo $?",
  "a name below a file": "$TOOL file/b; echo $?",
  "another directory": "$TOOL b; echo $?",
  "the current directory": "$TOOL a; $TOOL current; echo $?",
  "there and back": "$TOOL b; $TOOL a; echo $?",
  "an absolute path": "$TOOL /usr; echo $?",
  "a path with a slash at its end": "$TOOL b/; echo $?",
  "a link to a directory": "ln -s b c; $TOOL c; echo $?",
  "a current that is a directory": "rm current; mkdir current current/web; $TOOL b; ls previous",
  "a current that is a directory, and back":
    "rm current; mkdir current; $TOOL b; $TOOL a; echo $?; rm -r previous; $TOOL a; echo $?",
  "a current that leads nowhere": "rm current; ln -s none current; $TOOL b; echo $?",
  "no current": "rm current; $TOOL b; echo $?",
  "a current that is a file": "rm current; echo 1 >current; $TOOL b; cat previous; echo $?",
  "a previous that is a directory": "mkdir previous; $TOOL b; echo $?",
  "a previous that is a file": "echo 1 >previous; $TOOL b; echo $?",
  "a current.new of an earlier run": "ln -s none current.new; $TOOL b; echo $?",
  "a current.new that is a directory": "mkdir current.new; $TOOL b; echo $?",
  "a current that leads in a circle": "rm current; ln -s current current; $TOOL b; echo $?",
  "a name that is too long": "$TOOL $(printf %0300d 0); echo $?",
  "a read-only file system": `mount -o remount,ro ${HOME}; $TOOL b; echo $?`,
  "no directory of directories": `cd /; umount ${HOME}; mount -t tmpfs tmpfs /etc/runit; cd /etc/runit; $TOOL b; echo $?`,
};

describe("runsvchdir does as the original", { skip }, () => {
  for (const [title, script] of Object.entries(ALIKE)) {
    test(title, () => {
      const play = (player: Player) => runsvchdir.play(player, `${TREE}${script}\n${LIST}`);
      assert.equal(play("ours"), play("original"));
    });
  }
});

describe("runsvchdir", { skip: originalInPlace ? "ours only" : skip }, () => {
  test("puts a colon before `not a directory`", improved("runsvchdir-separator"), () => {
    const play = (player: Player) => runsvchdir.play(player, `${TREE} $TOOL file; echo $?`);
    assert.equal(play("original"), "NAME: fatal: filenot a directory.\n111\n");
    assert.equal(play("ours"), "NAME: fatal: file: not a directory.\n111\n");
  });

  test("goes back to the directory that previous leads to", improved("runsvchdir-previous"), () => {
    const script = `${TREE} $TOOL b; $TOOL previous; [ current -ef a ] && echo back`;
    const said = "runsvchdir: b: now current.\nrunsvchdir: previous: now current.\n";
    assert.equal(runsvchdir.play("original", script), said);
    assert.equal(
      runsvchdir.play("ours", `${script}; ${LIST}`),
      `${said}back\na/\nb/\ncurrent = a\ncurrent/\nprevious = b\nprevious/\n`,
    );
  });

  for (const [what, make] of [
    ["a link", "ln -s a current"],
    ["a directory", "mkdir current"],
  ] as const) {
    const lacks = improved("runsvchdir-no-gap").skip || lacksStrace;
    test(`keeps a current that is ${what} if it is killed at any call`, { skip: lacks }, () => {
      const script = `
        ${TREE}
        for call in $CALLS; do for nth in 1 2 3; do
          rm -rf current current.new previous; ${make}
          strace -qq -o /dev/null -e inject=$call:signal=KILL:when=$nth $TOOL b >/dev/null
          [ -d current ] || echo "no current before $call, the $nth. time"
        done; done`.replace("$CALLS", CALLS.join(" "));
      assert.match(runsvchdir.play("original", script), /no current before rename, the 2. time/);
      assert.doesNotMatch(runsvchdir.play("ours", script), /no current/);
    });
  }
});
