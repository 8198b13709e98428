/**
 * Starts many children of every kind, one after the other, and reports how they ended and what is
 * left of them in this process: `CODES; KIB KiB; FILES files; DIRECTORY; CALLS deeper; INPUT`.
 *
 * With an argument, one of them is killed before it has said what to execute.
 *
 * spawn.test.ts runs it.
 */
import * as posix from "posix";
import { firstCloexecFd } from "../../base/descriptors.ts";
import { ignoringErrors, isPosixError } from "../../base/errors.ts";
import { Reactor } from "../../base/reactor.ts";
import { Exit, print, STDERR, STDOUT } from "../../base/report.ts";
import { Signals } from "../../base/signals.ts";
import { spawn } from "../../base/spawn.ts";
import { start } from "../../base/start.ts";

/** Of each kind; before memory is looked at for the first time, and in all. */
const WARM_UP = 100;
const ROUNDS = 1_000;
const STATUS_BYTES = 4_096;
const EXIT_NOT_EXECUTED = 99;
const EXIT_INSTEAD = 98;
const EXIT_THROWN = 97;

const shell = (script: string, env?: string[]): posix.Program => ({
  path: "/bin/sh",
  argv: ["sh", "-c", script],
  env,
});

const SHARES = "shares descriptors";

/** Steps of a child before it names the program to execute. */
const KINDS: Readonly<Record<string, () => posix.Program | number>> = {
  executes: () => shell("exit 3"),
  "has what it is given": () => {
    posix.chdir("/");
    posix.umask(0o27);
    posix.setrlimit("nofile", { soft: 64, hard: 64 });
    posix.dup2(STDERR, STDOUT);
    posix.close(STDERR);
    const test =
      '[ "$A $(pwd) $(umask) $(ulimit -n)" = "b / 0027 64" ] && [ ! -e /proc/self/fd/2 ] && exit 4';
    return shell(test, ["A=b"]);
  },
  [SHARES]: () => {
    posix.close(posix.open(posix.AT_FDCWD, "/dev/null", posix.O_RDONLY, 0));
    return shell('[ "$(readlink /proc/$$/fd/0)" = / ] && exit 7');
  },
  "is told to end": () => {
    posix.kill(posix.getpid(), posix.SIGTERM);
    return shell("exit 5");
  },
  "writes in vain": () => {
    const [reader, writer] = posix.pipe();
    posix.close(reader);
    print(writer, "hello\n");
    return shell("exit 6");
  },
  "cannot execute": () => ({ path: "/nowhere", argv: ["nowhere"] }),
  "ends instead": () => EXIT_INSTEAD,
  throws: () => {
    throw new Exit(EXIT_THROWN);
  },
};

function inputIsOf(): string {
  return posix.readlink(posix.AT_FDCWD, "/proc/self/fd/0");
}

function status(field: string): number {
  const text = posix.readText(posix.AT_FDCWD, "/proc/self/status", STATUS_BYTES) ?? "";
  return Number.parseInt(text.slice(text.indexOf(`${field}:`) + field.length + 1), 10);
}

/** How many calls fit on the stack. */
function depth(): number {
  try {
    return 1 + depth();
  } catch {
    return 1;
  }
}

function openFiles(): number {
  const fd = posix.open(posix.AT_FDCWD, "/proc/self/fd", posix.O_RDONLY, 0);
  try {
    return posix.readdir(fd).length;
  } finally {
    posix.close(fd);
  }
}

start(([, killed]) => {
  const signals = new Signals([], []);
  const reactor = new Reactor(signals);
  const codes = new Map<string, number>();
  const input = inputIsOf();
  const stdin = posix.open(posix.AT_FDCWD, "/", posix.O_RDONLY, 0);
  const closeFrom = firstCloexecFd();
  let before = { files: 0, depth: 0, kiB: 0 };
  const tellAll = (): void => {
    const told = [
      [...codes].map(([what, count]) => `${what} ${count}`).join(", "),
      `${status("RssAnon") - before.kiB} KiB`,
      `${openFiles() - before.files} files`,
      posix.readlink(posix.AT_FDCWD, "/proc/self/cwd"),
      `${depth() - before.depth} deeper`,
      inputIsOf() === input ? "the same input" : `input of ${inputIsOf()}`,
    ];
    print(STDOUT, `${told.join("; ")}\n`);
    reactor.stop(0);
  };
  const kinds = Object.entries(KINDS);
  const next = (count: number): void => {
    if (count === WARM_UP * kinds.length)
      before = { files: openFiles(), depth: depth(), kiB: status("RssAnon") };
    const [name, prepare] = kinds[count % kinds.length] ?? [];
    if (name === undefined || prepare === undefined || count === ROUNDS * kinds.length) {
      tellAll();
      return;
    }
    const onExecFailed = (error: posix.PosixError) =>
      isPosixError(error, "ENOENT") && error.path === "/nowhere" ? EXIT_NOT_EXECUTED : 1;
    const fds = name === SHARES ? { stdin, closeFrom } : {};
    const { pid } = spawn({ name: "spawns", signals, prepare, onExecFailed, fds });
    reactor.onExit(pid, ({ code, signal }) => {
      const what = code === undefined ? `${name}: signal ${signal}` : `${name}: ${code}`;
      codes.set(what, (codes.get(what) ?? 0) + 1);
      next(count + 1);
    });
  };
  if (killed !== undefined) {
    const die = () => {
      posix.kill(posix.getpid(), posix.SIGKILL);
      return 0;
    };
    spawn({ name: "spawns", signals, prepare: die, onExecFailed: () => 0 });
    return 0;
  }
  ignoringErrors(() => posix.chdir("/tmp"));
  next(0);
  return reactor.run();
});
