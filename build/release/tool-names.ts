/** Which names a package for a whole system puts into the PATH, and which it leaves to runit. */

/** The names in /usr/bin, with the executable of each; the others are in /usr/lib/runits/bin. */
export const TOOLS_IN_PATH: Readonly<Record<string, string>> = {
  chpst: "chpst",
  pause: "chpst",
  runits: "runsvdir",
  runsv: "runsvdir",
  runsvdir: "runsvdir",
  sv: "sv",
  svlogd: "svlogd",
};

/** Those that the package for process 1 puts into the PATH. */
export const INIT_TOOLS_IN_PATH = ["runit", "runsvchdir", "utmpset"];

/** Executables and manual pages of runit that decide how a machine boots. */
export const OF_INIT = /\/(runit|runit-init|runsvchdir|utmpset)(\.8)?$/;
