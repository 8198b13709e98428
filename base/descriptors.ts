/**
 * Standard input, output and error of a tool that was started without some of them; and the end of a descriptor.
 */
import * as posix from "posix";
import { unless } from "./errors.ts";
import { STDERR, STDIN, STDOUT } from "./report.ts";

/**
 * Occupies those of the descriptors 0, 1 and 2 that are closed, so that no file of ours can become the one
 * that messages go to. Nothing can be written to them, as before. The places are close-on-exec: a service
 * finds closed what its supervisor was given closed.
 */
export function keepStandardDescriptors(): void {
  for (const fd of [STDIN, STDOUT, STDERR]) {
    if (posix.isOpen(fd)) continue;
    // The lowest free number is `fd`, as those below are open by now. Where there is no /dev yet, it has to
    // do without.
    unless([], () => posix.open(posix.AT_FDCWD, "/dev/null", posix.O_RDONLY, 0));
  }
}

/** Closes a descriptor of a file that was written to: it is gone also where that tells late that the disk is full. */
export function letGo(fd: number): void {
  unless([], () => posix.close(fd));
}
