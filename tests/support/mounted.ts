/** Starting a tool on file systems that are mounted for it alone. */

/** Words before a command, which then runs in its own mount namespace, after `script`. */
export function mounted(script: string): readonly string[] {
  return ["unshare", "--mount", "sh", "-ec", `${script}\nexec "$@"`, "sh"];
}
