/** sv --completion: what the shells make of it, where their own completions of sv are installed. */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { NEW_WORDS } from "../../../tools/sv/words/names.ts";
import { run, runTool } from "../../support/run.ts";
import { type Cleanup, type Sandbox, sandbox } from "../../support/sandbox.ts";
import { improved, ours } from "../../support/suite.ts";

/** Types each line and the tabulator, and prints the words that sv then gets. */
const ZSH = `
zmodload zsh/zpty
zpty z zsh -f -i
say() { zpty -w z "$1" }
say "PS1=; unsetopt zle_bracketed_paste beep; fpath=($1 $fpath); autoload -Uz compinit; compinit -u -D"
say 'sv() { if [[ $2 == -0 ]]; then command sv "$@"; else print -r -- "GOT:\${(j:|:)@}:"END; fi }'
say 'echo READ''Y'
zpty -r z out '*READY*'
for line in "\${@:2}"; do
  zpty -w -n z "$line"$'\\t'
  zpty -w -n z $'\\n'
  zpty -r z out '*:END*'
  print -r -- "\${\${out##*GOT:}%%:END*}"
done
zpty -d z
`;
/** Prints the completions of the last word of each line. */
const BASH = `
source "$1"
for line in "\${@:2}"; do
  COMP_WORDS=($line) COMPREPLY=()
  [[ $line == *' ' ]] && COMP_WORDS+=("")
  COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
  _sv
  echo "\${COMPREPLY[*]}"
done
`;
/** The same for zsh, which adds them by calls of compadd: these go through the file FOUND. */
const ZSH_ALL = `
zmodload zsh/zpty
export FOUND=$1.found
zpty z zsh -f -i
say() { zpty -w z "$1" }
say "PS1=; unsetopt zle_bracketed_paste beep; fpath=($1 $fpath); autoload -Uz compinit; compinit -u -D"
say 'compadd() { local -a found; builtin compadd -A found "$@"; print -rn -- "\${(j: :)found} " >>$FOUND; [[ \${@[1,(i)(-|--)]} == *-(O|A|D)\\ * ]] && builtin compadd "$@" }'
say 'sv() { echo "E""ND" }'
say 'echo READ''Y'
zpty -r z out '*READY*'
for line in "\${@:2}"; do
  : >$FOUND
  zpty -w -n z "$line"$'\\t'
  zpty -w -n z $'\\n'
  zpty -r z out '*END*'
  cat $FOUND
  echo
done
zpty -d z
`;
const FISH = `
for line in $argv
  complete -C $line | string replace -r '\\t.*' '' | sort | string join ' '
end
`;

/** What is offered behind each line. */
const VALUES = {
  "sv list --color ": ["always", "auto", "never"],
  "sv why web --color=a": ["always", "auto"],
  "sv list --state st": ["stale", "starting", "stopped", "stopping"],
  "sv list --state=un": ["unreadable", "unsupervised"],
  "sv list --state failed,re": ["failed,resting"],
  "sv list --state=failed,re": ["failed,resting"],
  "sv --completion ": ["bash", "fish", "zsh"],
  "sv --completion=z": ["zsh"],
  "sv wait re": ["ready", "restarted"],
  "sv wait -w 30 re": ["ready", "restarted"],
  "sv wait --color=never fi": ["finished"],
};

/** Services, and a script of the shell at `path`. */
async function place(t: Cleanup, shell: string, path: string): Promise<Sandbox> {
  const box = sandbox(t);
  for (const name of ["web", "db", "my web"]) {
    mkdirSync(join(box.dir, "services", name), { recursive: true });
  }
  const { code, stdout } = await runTool(box, ours, "sv", ["--completion", shell]);
  assert.equal(code, 0);
  mkdirSync(join(box.dir, path, ".."), { recursive: true });
  writeFileSync(join(box.dir, path), stdout);
  return box;
}

async function ask(box: Sandbox, command: readonly string[], env = {}): Promise<string[]> {
  const { stdout, stderr } = await run(box, command, {
    env: { SVDIR: join(box.dir, "services"), PATH: `${ours.bin}:/usr/bin:/bin`, ...env },
  });
  assert.equal(stderr, "");
  return stdout.trimEnd().split("\n");
}

/** The options in the page of a word, or of sv itself. */
async function optionsOf(box: Sandbox, word: string): Promise<string[]> {
  const words = [word, "--help"].filter((one) => one !== "");
  const { stdout } = await runTool(box, ours, "sv", words);
  const lines = [...stdout.matchAll(/^ {2}(-\w|--[a-z]+)\b/gm)];
  return lines.map(([, option = ""]) => option).sort();
}

const without = (shell: string) => spawnSync(shell, ["-c", ":"]).status !== 0 && `no ${shell}`;

/** Where each shell finds the script, and how it prints all completions of lines. */
const SHELLS = {
  bash: {
    path: "completions/sv",
    script: ["-c", BASH, "bash"],
    env: () => ({}),
    /** How the equals sign reaches the script. */
    asWord: " = ",
  },
  zsh: {
    asWord: "=",
    path: "functions/_sv",
    script: ["-f", "-c", ZSH_ALL, "zsh"],
    env: () => ({ TERM: "xterm" }),
  },
  fish: {
    asWord: "=",
    path: "data/fish/vendor_completions.d/sv.fish",
    script: ["-c", FISH],
    env: (dir: string) => ({ XDG_DATA_DIRS: `${join(dir, "data")}:/usr/share` }),
  },
} as const;

type Shell = keyof typeof SHELLS;

describe("sv --completion", improved("sv-words"), () => {
  test("completes in bash", { skip: without("bash") }, async (t) => {
    const box = await place(t, "bash", "completions/sv");
    const lines = [
      "sv met",
      "sv list ",
      "sv list --st",
      "sv -w 5 up d",
      "sv wait re",
      "sv wait up w",
    ];
    assert.deepEqual(await ask(box, ["bash", "-c", BASH, "bash", "./completions/sv", ...lines]), [
      "metrics",
      "db my\\ web web",
      "--state",
      "db",
      "ready restarted",
      "web",
    ]);
  });

  test("completes in zsh, before zsh's own", { skip: without("zsh") }, async (t) => {
    const box = await place(t, "zsh", "functions/_sv");
    const lines = ["sv met", "sv list w", "sv list --st", "sv -w 5 up d", "sv wait rea", "sv up m"];
    const functions = join(box.dir, "functions");
    const env = { TERM: "xterm" };
    assert.deepEqual(await ask(box, ["zsh", "-f", "-c", ZSH, "zsh", functions, ...lines], env), [
      "metrics",
      "list|web",
      "list|--state",
      "-w|5|up|db",
      "wait|ready",
      "up|my web",
    ]);
  });

  test("completes in fish, before fish's own", { skip: without("fish") }, async (t) => {
    const box = await place(t, "fish", "data/fish/vendor_completions.d/sv.fish");
    const lines = [
      "sv met",
      "sv list ",
      "sv list --st",
      "sv -w 5 up d",
      "sv wait re",
      "sv wait up w",
    ];
    const env = { XDG_DATA_DIRS: `${join(box.dir, "data")}:/usr/share` };
    assert.deepEqual(await ask(box, ["fish", "-c", FISH, ...lines], env), [
      "metrics",
      "db my web web",
      "--state",
      "db",
      "ready restarted",
      "web",
    ]);
  });

  for (const [shell, { path, script, env, asWord }] of Object.entries(SHELLS)) {
    test(`offers the values of options, and conditions, in ${shell}`, {
      skip: without(shell),
    }, async (t) => {
      const box = await place(t, shell, path);
      const folder = join(box.dir, path, "..");
      const argument = { bash: [`./${path}`], zsh: [folder], fish: [] }[shell as Shell];
      const lines = Object.keys(VALUES).map((line) => line.replace("=", asWord));
      const command = [shell, ...script, ...argument, ...lines];
      const offered = await ask(box, command, env(box.dir));
      for (const [index, expected] of Object.values(VALUES).entries()) {
        const last = (word: string) => word.slice(word.lastIndexOf("=") + 1);
        const isValue = (word: string) => word !== "" && !word.startsWith("-");
        const found = (offered[index] ?? "").split(" ").map(last).filter(isValue).sort();
        // zsh inserts the part behind the comma alone.
        const kept = shell === "zsh" ? "" : "failed,";
        const all = expected.map((word) => word.replace("failed,", kept)).sort();
        assert.deepEqual([lines[index], ...new Set(found)], [lines[index], ...all]);
      }
    });

    test(`offers each option of each word in ${shell}`, { skip: without(shell) }, async (t) => {
      const box = await place(t, shell, path);
      const words = ["", ...NEW_WORDS];
      const lines = words.map((word) => `sv ${word} -`.replace("  ", " "));
      const folder = join(box.dir, path, "..");
      const argument = { bash: [`./${path}`], zsh: [folder], fish: [] }[shell as Shell];
      const command = [shell, ...script, ...argument, ...lines];
      const offered = await ask(box, command, env(box.dir));
      for (const [index, word] of words.entries()) {
        const found = (offered[index] ?? "").split(/[ :]+/).filter((one) => one.startsWith("-"));
        assert.deepEqual([word, ...new Set(found.sort())], [word, ...(await optionsOf(box, word))]);
      }
    });
  }

  test("lists services without the right to read their state", async (t) => {
    const box = sandbox(t);
    mkdirSync(join(box.dir, "services/web/supervise"), { recursive: true, mode: 0o755 });
    const calls = join(box.dir, "calls");
    const command = ["strace", "-f", "-o", calls, join(ours.bin, "sv"), "list", "-0"];
    if (spawnSync("strace", ["-V"]).status !== 0) return t.skip("no strace");
    const { stdout } = await run(box, command, { env: { SVDIR: join(box.dir, "services") } });
    assert.equal(stdout, "web\0");
    const trace = execFileSync("cat", [calls]).toString();
    assert.ok(!trace.includes("supervise"), trace);
    assert.ok(!trace.includes("fork(") && !trace.includes("clone"), trace);
  });

  test("knows no other shell", async (t) => {
    const { code, stderr } = await runTool(sandbox(t), ours, "sv", ["--completion", "ksh"]);
    assert.deepEqual([code, stderr], [100, "sv: unknown shell: expected bash, zsh, fish\n"]);
  });
});
