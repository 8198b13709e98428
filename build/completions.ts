/** The completion scripts of `sv`, as files below a prefix. */
import { completionScript, SHELLS } from "../tools/sv/words/completion-scripts.ts";
import { RUNIT_WORDS } from "../tools/sv/words/names.ts";
import { SPECS } from "../tools/sv/words/specs.ts";

type Shell = (typeof SHELLS)[number];

/** Where each shell looks for completions, before it comes to those that it has itself. */
const PLACES: Readonly<Record<Shell, string>> = {
  bash: "share/bash-completion/completions/sv",
  zsh: "share/zsh/site-functions/_sv",
  fish: "share/fish/vendor_completions.d/sv.fish",
};

interface CompletionFile {
  readonly shell: Shell;
  /** Below the prefix. */
  readonly path: string;
  readonly content: Buffer;
}

export function completionFiles(): CompletionFile[] {
  return SHELLS.map((shell) => ({
    shell,
    path: PLACES[shell],
    content: Buffer.from(completionScript(shell, SPECS, RUNIT_WORDS)),
  }));
}
