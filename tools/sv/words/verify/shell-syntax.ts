/**
 * Has a shell check the syntax of a script, which executes nothing of it.
 *
 * Source: POSIX.1, sh -n; messages of dash, bash and mksh.
 */
import * as posix from "posix";
import { textOf } from "../../../../base/bytes.ts";
import { isPosixError } from "../../../../base/errors.ts";
import { PollSet } from "../../../../base/poll-set.ts";
import { monotonicMs } from "../../../../base/reactor.ts";
import { hasSucceeded } from "../../logs/decompress.ts";
import { baseName, type Guess } from "./shell-guesses.ts";

/** Shells that read no file of a user with `-n`, in directories that only root may change. */
const SHELLS = ["sh", "ash", "bash", "dash", "ksh", "mksh"];
const DIRECTORIES = ["/bin/", "/usr/bin/"];
const ENV = "/usr/bin/env";
/** Messages are on standard error, of which a child gets no other. */
const COMMAND = 'exec "$0" -n "$1" 2>&1';
const WAIT_MS = 2_000;
const MESSAGE_MAX_BYTES = 4_096;
const EXIT_CANNOT_RUN = 111;

/** @returns `undefined` if nothing is known to be wrong */
export function syntaxFault(path: string, script: string): Guess | undefined {
  const shell = shellOf(script);
  if (shell === undefined) return undefined;
  const at = path.startsWith("/") ? path : `./${path}`;
  try {
    const message = complaint(shell, at);
    return message === undefined ? undefined : faultIn(message, at, baseName(shell));
  } catch (error) {
    if (!isPosixError(error)) throw error;
    return undefined; // no descriptor or process left
  }
}

/** The shell of the `#!` line, if it is one that may be run. */
function shellOf(script: string): string | undefined {
  const [line = ""] = script.slice(2).split("\n", 1);
  const [first = "", second = ""] = line.split(" ").filter((word) => word !== "");
  const path = first === ENV ? `/bin/${second}` : first;
  const directory = path.slice(0, path.lastIndexOf("/") + 1);
  const isKnown = DIRECTORIES.includes(directory) && SHELLS.includes(path.slice(directory.length));
  return isKnown ? path : undefined;
}

/**
 * What the shell prints about the script; `undefined` if it accepts it, or takes too long.
 *
 * @throws {PosixError} no pipe or no process
 */
function complaint(shell: string, path: string): string | undefined {
  const [output, stdout] = posix.pipe();
  let pid: number;
  try {
    pid = posix.spawn(
      posix.signalMaskAtStart(),
      { stdout },
      () => ({ path: "/bin/sh", argv: ["sh", "-c", COMMAND, shell, path], env: ["LC_ALL=C"] }),
      () => EXIT_CANNOT_RUN,
    );
  } catch (error) {
    posix.close(output);
    throw error;
  } finally {
    posix.close(stdout);
  }
  try {
    const text = readUntil(output, monotonicMs() + WAIT_MS);
    if (text === undefined) posix.kill(pid, posix.SIGKILL);
    return hasSucceeded(pid) || text === undefined ? undefined : text;
  } finally {
    posix.close(output);
  }
}

/** @returns `undefined` if the output has not ended in time */
function readUntil(fd: number, endMs: number): string | undefined {
  const set = new PollSet();
  set.add(fd, posix.POLLIN);
  let text = "";
  for (;;) {
    const leftMs = Math.ceil(endMs - monotonicMs());
    if (leftMs <= 0 || set.wait(leftMs).length === 0) return undefined;
    const bytes = posix.read(fd, MESSAGE_MAX_BYTES);
    if (bytes === undefined) continue;
    if (bytes.length === 0) return text;
    if (text.length < MESSAGE_MAX_BYTES) text += textOf(bytes);
  }
}

/** `PATH: line 4: TEXT`, or without the word as dash and mksh print it: `PATH: 4: TEXT`. */
function faultIn(message: string, path: string, shell: string): Guess | undefined {
  const before = `${path}: `;
  const line = message.split("\n").find((one) => one.startsWith(before));
  if (line === undefined) return undefined;
  const [place = "", ...rest] = line.slice(before.length).split(": ");
  const number = Number(place.startsWith("line ") ? place.slice("line ".length) : place);
  const text = rest.join(": ");
  if (!Number.isInteger(number) || text === "") return undefined;
  return { line: number, text: `${shell} -n: ${text}` };
}
