/** A command for a shell that does not stay its parent, if that is possible. */

/** What sh may need to stay for. */
const NEEDS_SHELL = /[;&|()`{}\n]/;
/** Words that `exec` does not execute. */
const WORDS_OF_SHELL = new Set(
  "! . : [ [[ break case cd command continue eval exec exit export for function if read return set shift source test time times trap type ulimit umask unset until wait while".split(
    " ",
  ),
);
const ASSIGNMENT = /^[A-Za-z_][A-Za-z0-9_]*=/;

/** The words that run the command. */
export function shellCommand(command: string): readonly string[] {
  const [first = ""] = command.trim().split(/\s+/);
  const isPlain =
    !NEEDS_SHELL.test(command) && !WORDS_OF_SHELL.has(first) && !ASSIGNMENT.test(first);
  return ["/bin/sh", "-c", isPlain ? `exec ${command}` : command];
}
