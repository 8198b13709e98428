/**
 * The tools that are sealed into executables, in one table. Each is tools/NAME/main.ts, which
 * exports `main`.
 */

/** The tool of the suite itself, and the one executable of a build with `--single`. */
export const EXECUTABLE = "runits";

/**
 * In an executable with all tools the first is the default, so that it serves as an init script
 * (sv's LSB mode).
 */
export const TOOLS = [
  "sv",
  "runsv",
  "runsvdir",
  "chpst",
  "pause",
  "svlogd",
  "runsvchdir",
  "utmpset",
  "runit",
  "runit-init",
  EXECUTABLE,
] as const;
type ToolName = (typeof TOOLS)[number];

/**
 * The executables by name, and the tools in each: programs that find a daemon by its executable
 * (killall(1) and pidof(8) with a path, start-stop-daemon --exec) must not find another tool.
 * `runsvdir` becomes `runsv` without an exec, so these two are one file. Nobody looks for the tools
 * that end at once.
 */
export const EXECUTABLES: Readonly<Record<string, readonly ToolName[]>> = {
  runsvdir: ["runsvdir", "runsv", EXECUTABLE],
  sv: ["sv", "runsvchdir", "utmpset"],
  chpst: ["chpst", "pause"],
  svlogd: ["svlogd"],
  runit: ["runit", "runit-init"],
};

/**
 * The executables whose first tool starts from an image of the engine's memory, made by the build
 * (docs/engine.md): tools that end at once, or become another program. In them, `Math.random` is
 * not random, and `posix.freeze` does nothing.
 */
export const IMAGES: ReadonlySet<string> = new Set(["sv", "chpst"]);

/**
 * Parts of tools, which their tool loads on request: each is tools/TOOL/NAME.ts. A part has its own
 * copy of its imports, so values that pass between the two must not be distinguished by class.
 */
export const PARTS = [
  "sv/command-line",
  "sv/order",
  "sv/check",
  "sv/dependencies",
  "sv/history",
  "sv/readiness",
  "sv/failure",
  "sv/suggestion",
  "sv/help",
  "sv/completion",
  "sv/exec-failure",
  "sv/words/dispatch",
  "sv/words/grant",
  "sv/words/link",
  "sv/words/graph",
  "sv/words/list",
  "sv/words/metrics",
  "sv/words/logs",
  "sv/words/remove",
  "sv/words/run-fault",
  "sv/words/verify",
  "sv/words/why",
  "sv/words/wait",
  "sv/words/watch",
  "runsv/access",
  "runsv/exec-failure",
  "runsv/pipe-writers",
  "runsv/directory-check",
  "runsv/former-place",
  "runsv/readiness",
  "runsv/group-end",
  "runsv/keep-output",
  "runsv/lock-holder",
  "runsv/log-directory",
  "runsv/help",
  "runsvdir/command",
  "runsvdir/help",
  "runsvdir/stop",
  "svlogd/help",
  "chpst/extensions",
  "chpst/help",
  "chpst/getent",
  "runit/help",
  "runit-init/help",
] as const;

/** Other names of a tool, which checks its name: each becomes a link too. */
export const ALIASES: Readonly<Record<string, readonly string[]>> = {
  chpst: ["envdir", "envuidgid", "pgrphack", "setlock", "setuidgid", "softlimit"],
};

/** Names that a tool responds to if somebody makes the link. */
export const UNLINKED_ALIASES: Readonly<Record<string, readonly string[]>> = {
  chpst: ["chpst", ...(ALIASES.chpst ?? [])].map((name) => `d${name}`),
  // Where these links exist, they decide which init a machine has.
  "runit-init": ["init", "telinit", "halt", "poweroff", "reboot", "shutdown"],
};
