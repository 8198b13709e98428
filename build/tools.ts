/**
 * The tools that are sealed into the executable: the one table of them. Each is tools/NAME/main.ts,
 * which exports `main`.
 */

/** The executable's own name, and the tool that answers to it. */
export const EXECUTABLE = "runits";

/**
 * The first is the default: it runs under any name that is not a tool's, which is how sv serves as an init
 * script (its LSB mode).
 */
export const TOOLS = ["sv", "runsv", "runsvdir", "chpst", "svlogd", EXECUTABLE] as const;

/**
 * Parts of tools, which their tool loads when it needs them: each is tools/TOOL/NAME.ts. A part has its own copy of what
 * it imports, so that what goes to it and comes from it must not be told by its class.
 */
export const PARTS = ["sv/order", "sv/history", "chpst/more", "chpst/getent"] as const;

/** Other names of a tool, which it looks at: each becomes a link too. */
export const ALIASES: Readonly<Record<string, readonly string[]>> = {
  chpst: ["envdir", "envuidgid", "pgrphack", "setlock", "setuidgid", "softlimit"],
};

/** Names that a tool answers to where somebody makes the link. */
export const UNLINKED_ALIASES: Readonly<Record<string, readonly string[]>> = {
  chpst: ["chpst", ...(ALIASES.chpst ?? [])].map((name) => `d${name}`),
};
