/**
 * Seals the adoption records by which root's supervisors take over processes. A user who owns
 * supervise/ can put there any file that root has written for that user elsewhere, such as a log;
 * without the key the user cannot seal one.
 *
 * The key is made once after each boot, and is kept in a place that only root can read:
 * `/run/runits/key`. It is the text of a symbolic link, because a link is created in one step, or
 * exists already: no supervisor reads half of it.
 *
 * Other users have no such place. Their supervisors, like those of a root without `/run`, trust a
 * record only if nobody else can write to supervise/.
 */
import * as posix from "posix";
import { Directory } from "../base/directory.ts";
import { ignoring, unlessExhausted } from "../base/errors.ts";

const RUN = "/run";
const PLACE = "/run/runits";
const KEY = "key";
const KEY_BYTES = 16;
const ROOT = 0;
const OTHERS_MAY_WRITE = 0o022;
const FOR_OWNER = 0o077;

/** Determined once, and inherited by forked children; `none` if no key can be had. */
let known: string | "none" | undefined;

/**
 * The seal of `text`.
 *
 * @returns `undefined` if there is no key
 * @throws {PosixError} the key cannot be read now
 */
export function sealOf(text: string): string | undefined {
  known ??= (posix.geteuid() === ROOT ? unlessExhausted(key) : undefined) ?? "none";
  return known === "none" ? undefined : posix.siphash(known, text);
}

/** @throws {PosixError} */
function key(): string | undefined {
  const run = posix.stat(posix.AT_FDCWD, RUN, posix.AT_SYMLINK_NOFOLLOW);
  if (run === undefined || run.uid !== ROOT) return undefined;
  if ((run.mode & OTHERS_MAY_WRITE) !== 0) return undefined;
  ignoring(["EEXIST"], () => posix.mkdir(posix.AT_FDCWD, PLACE, 0o700));
  const place = Directory.at(
    posix.open(posix.AT_FDCWD, PLACE, posix.O_RDONLY | posix.O_DIRECTORY | posix.O_NOFOLLOW, 0),
  );
  try {
    const { uid, mode } = posix.fstat(place.fd);
    if (uid !== ROOT || (mode & FOR_OWNER) !== 0) return undefined;
    const there = ignoring(["ENOENT"], () => posix.readlink(place.fd, KEY));
    if (there !== undefined) return bytesOf(there);
    const fresh = posix.readText(posix.AT_FDCWD, "/dev/urandom", KEY_BYTES) ?? "";
    if (fresh.length !== KEY_BYTES) return undefined;
    ignoring(["EEXIST"], () => posix.symlink(digitsOf(fresh), place.fd, KEY));
    return bytesOf(posix.readlink(place.fd, KEY));
  } finally {
    place.close();
  }
}

function digitsOf(bytes: string): string {
  return [...bytes].map((byte) => byte.charCodeAt(0).toString(16).padStart(2, "0")).join("");
}

/** @returns `undefined` if the text is not a key */
function bytesOf(digits: string): string | undefined {
  let bytes = "";
  for (let at = 0; at < digits.length; at += 2) {
    const byte = Number.parseInt(digits.slice(at, at + 2), 16);
    if (Number.isNaN(byte)) return undefined;
    bytes += String.fromCharCode(byte);
  }
  return bytes.length === KEY_BYTES ? bytes : undefined;
}
