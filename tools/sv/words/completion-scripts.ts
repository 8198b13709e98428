/**
 * Completion of sv's command line in shells, generated from the tables of its words. Services come
 * from `sv list -0`, which needs no right to read their state, in one process.
 *
 * Pure: tables in, scripts out.
 * Source: bash(1), Programmable Completion; zshcompsys(1); fish, complete(1).
 */

import type { DescribedOption } from "../../../base/usage.ts";
import { DESCRIBED } from "../option-help.ts";
import { COMPLETION } from "../options.ts";
import type { AnySpec } from "./specs.ts";
import { CONDITIONS } from "./wait-conditions.ts";

export const SHELLS = ["bash", "zsh", "fish"] as const;
type Shell = (typeof SHELLS)[number];

/** Before the word. */
const OPTIONS: readonly DescribedOption[] = [
  ...DESCRIBED,
  { name: "help", help: "print a page of help" },
];
/** Its first operand is a condition. */
const CONDITION_WORD = "wait";
/** Their operands are directories. */
const DIRECTORY_WORDS = ["link", "verify"];

/** @param runitWords the words of runit's sv, which take services alone */
export function completionScript(
  shell: Shell,
  specs: readonly AnySpec[],
  runitWords: readonly string[],
): string {
  const words = [...runitWords, ...specs.map(({ word }) => word)];
  switch (shell) {
    case "bash":
      return bash(specs, words);
    case "zsh":
      return zsh(specs, words);
    case "fish":
      return fish(specs, words);
  }
}

function dashed({ name }: { readonly name: string }): string {
  return name.length === 1 ? `-${name}` : `--${name}`;
}

function optionsOf({ options }: AnySpec): string {
  return [...options.map(dashed), "--help"].join(" ");
}

/** The options of a word that take an argument. */
function withArgument({ options }: AnySpec): string[] {
  return options.filter(({ argument }) => argument !== undefined).map(dashed);
}

function bash(specs: readonly AnySpec[], words: readonly string[]): string {
  const cases = specs.map((spec) => `    ${spec.word}) options="${optionsOf(spec)}" ;;\n`);
  const taking = [...new Set(["-s", "-w", ...specs.flatMap(withArgument)])].join("|");
  return `\
# Completion of sv (runits) in bash; sv --completion bash prints it.
_sv() {
  local cur=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]}
  local word= options= name at
  COMPREPLY=()
  for ((at = 1; at < COMP_CWORD; at++)); do
    case \${COMP_WORDS[at]} in
      -[sw]) ((at++)) ;;
      -*) ;;
      *) word=\${COMP_WORDS[at]}; break ;;
    esac
  done
  if [[ -z $word ]]; then
    case $previous in
      -[sw]) return ;;
      --completion) COMPREPLY=($(compgen -W "${SHELLS.join(" ")}" -- "$cur")); return ;;
    esac
    if [[ $cur == -* ]]; then
      COMPREPLY=($(compgen -W "${OPTIONS.map(dashed).join(" ")}" -- "$cur"))
    else
      COMPREPLY=($(compgen -W "${words.join(" ")}" -- "$cur"))
    fi
    return
  fi
  case $word in
${cases.join("")}  esac
  case $previous in
    ${taking}) COMPREPLY=($(compgen -f -- "$cur")); return ;;
  esac
  if [[ $cur == -* ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$cur"))
    return
  fi
  if [[ $word == @(${DIRECTORY_WORDS.join("|")}) || $cur == [./]* ]]; then
    COMPREPLY=($(compgen -d -- "$cur"))
    return
  fi
  if [[ $word == ${CONDITION_WORD} && $((at + 1)) -eq $COMP_CWORD ]]; then
    COMPREPLY=($(compgen -W "${CONDITIONS.join(" ")}" -- "$cur"))
    return
  fi
  while IFS= read -r -d '' name; do
    [[ $name == "$cur"* ]] || continue
    printf -v name %q "$name"
    COMPREPLY+=("$name")
  done < <("\${COMP_WORDS[0]}" list -0 2>/dev/null)
}
complete -F _sv sv
`;
}

function zsh(specs: readonly AnySpec[], words: readonly string[]): string {
  const cases = specs.map((spec) => {
    const options = spec.options.map(
      (option) =>
        `'${dashed(option)}[${zshText(option.help)}]${option.argument === undefined ? "" : `:${option.argument}:_files`}'`,
    );
    return `    ${spec.word}) options=(${options.join(" ")} '--help[print a page of help]') ;;\n`;
  });
  const first = OPTIONS.map((option) => {
    const values = option.name === COMPLETION.name ? `(${SHELLS.join(" ")})` : "";
    const argument = option.argument === undefined ? "" : `:${option.argument}:${values}`;
    return `'${dashed(option)}[${zshText(option.help)}]${argument}'`;
  });
  const known = words.map((word) => {
    const spec = specs.find((one) => one.word === word);
    return spec === undefined ? word : `'${word}:${zshText(purposeOf(spec))}'`;
  });
  return `\
#compdef sv
# Completion of sv (runits) in zsh; sv --completion zsh prints it.
_sv_services() {
  local -a names
  names=("\${(@0)$(_call_program services sv list -0 2>/dev/null)}")
  names=(\${names:#})
  compadd -a names
}
_sv_words() {
  local -a known
  known=(${known.join(" ")})
  _describe command known
}
_sv() {
  local context state state_descr line word operands=_sv_services
  local -a options
  typeset -A opt_args
  _arguments -R -C -A '-*' ${first.join(" ")} \\
    '1:command:_sv_words' '*::argument:->rest'
  [[ $? == 300 ]] || return
  word=$words[1]
  case $word in
${cases.join("")}  esac
  [[ $word == (${DIRECTORY_WORDS.join("|")}) ]] && operands='_files -/'
  if [[ $word == ${CONDITION_WORD} ]]; then
    _arguments $options '1:condition:(${CONDITIONS.join(" ")})' "*:service:$operands"
  else
    _arguments $options "*:service:$operands"
  fi
}
if [[ $funcstack[1] == _sv ]]; then _sv "$@"; else compdef _sv sv; fi
`;
}

function fish(specs: readonly AnySpec[], words: readonly string[]): string {
  const seen = (word: string) => `__fish_seen_subcommand_from ${word}`;
  const isFirst = `'not ${seen(words.join(" "))}'`;
  const lines = words.map((word) => {
    const spec = specs.find((one) => one.word === word);
    const about = spec === undefined ? "" : ` -d '${fishText(purposeOf(spec))}'`;
    return `complete -c sv -n ${isFirst} -a ${word}${about}\n`;
  });
  const first = OPTIONS.map(({ name, help, argument }) => {
    const values = name === COMPLETION.name ? ` -a '${SHELLS.join(" ")}'` : "";
    const needs = argument === undefined ? "" : ` -x${values}`;
    return `complete -c sv -n ${isFirst} ${fishFlag(name)}${needs} -d '${fishText(help)}'\n`;
  });
  const options = specs.flatMap((spec) =>
    [...spec.options, { name: "help", help: "print a page of help", argument: undefined }].map(
      ({ name, help, argument }) => {
        const needs = argument === undefined ? "" : " -r";
        return `complete -c sv -n '${seen(spec.word)}' ${fishFlag(name)}${needs} -d '${fishText(help)}'\n`;
      },
    ),
  );
  const others = words.filter((word) => ![...DIRECTORY_WORDS, CONDITION_WORD].includes(word));
  return `\
# Completion of sv (runits) in fish; sv --completion fish prints it.
complete -c sv -e
complete -c sv -f
${[...first, ...lines, ...options].join("")}\
complete -c sv -n '${seen(others.join(" "))}' -a '(command sv list -0 2>/dev/null | string split0)'
complete -c sv -n '${seen(CONDITION_WORD)}; and test (count (commandline -opc)) -eq 2' -a '${CONDITIONS.join(" ")}'
complete -c sv -n '${seen(CONDITION_WORD)}; and test (count (commandline -opc)) -gt 2' -a '(command sv list -0 2>/dev/null | string split0)'
complete -c sv -n '${seen(DIRECTORY_WORDS.join(" "))}' -a '(__fish_complete_directories)'
`;
}

/** The purpose in one line, up to its first comma, colon or point. */
function purposeOf({ purpose }: AnySpec): string {
  const line = purpose.replaceAll("\n", " ");
  const ends = [".", ":", ",", ";"].map((mark) => line.indexOf(mark)).filter((at) => at >= 0);
  return line.slice(0, Math.min(line.length, ...ends));
}

function zshText(text: string): string {
  return ["'", "[", "]", ":"].reduce((shown, character) => shown.replaceAll(character, ""), text);
}

function fishFlag(name: string): string {
  return name.length === 1 ? `-s ${name}` : `-l ${name}`;
}

function fishText(text: string): string {
  return text.replaceAll("'", "");
}
