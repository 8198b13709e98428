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
import type { OptionValues } from "./word-spec.ts";

export const SHELLS = ["bash", "zsh", "fish"] as const;
type Shell = (typeof SHELLS)[number];

interface CompletedOption extends DescribedOption, OptionValues {}

const HELP: CompletedOption = { name: "help", help: "print a page of help" };
/** Before the word. */
const OPTIONS: readonly CompletedOption[] = [
  ...DESCRIBED.map((one) => (one.name === COMPLETION.name ? { ...one, values: SHELLS } : one)),
  HELP,
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

/** Those that take an argument, as patterns of one case. */
function takingPattern(options: readonly CompletedOption[]): string {
  const taking = options.filter(({ argument }) => argument !== undefined);
  return [...new Set(taking.map(dashed))].join("|");
}

function bash(specs: readonly AnySpec[], words: readonly string[]): string {
  const cases = specs.map(
    ({ word, options }) =>
      `    ${word}) options="${[...options, HELP].map(dashed).join(" ")}" ;;\n`,
  );
  const options = specs.flatMap((spec) => spec.options);
  const [before, behind] = [takingPattern(OPTIONS), takingPattern([...OPTIONS, ...options])];
  const values = new Map([...OPTIONS, ...options].map((one) => [dashed(one), bashValues(one)]));
  const valueCases = [...values].map(([name, line]) => line && `    ${name}) ${line}; return ;;\n`);
  // Readline makes words of an equals sign and of what is beside it.
  return `\
# Completion of sv (runits) in bash; sv --completion bash prints it.
_sv() {
  local cur=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]}
  local word= options= name at operands=0
  COMPREPLY=()
  if [[ $previous == = ]]; then
    previous=\${COMP_WORDS[COMP_CWORD-2]}
  elif [[ $cur == = ]]; then
    cur=
  fi
  for ((at = 1; at < COMP_CWORD; at++)); do
    case \${COMP_WORDS[at]} in
      ${before}) ((at++)); [[ \${COMP_WORDS[at]} == = ]] && ((at++)) ;;
      -*) ;;
      *) word=\${COMP_WORDS[at]}; break ;;
    esac
  done
  case $previous in
${valueCases.join("")}  esac
  if [[ -z $word ]]; then
    case $previous in
      ${before}) return ;;
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
    ${behind}) COMPREPLY=($(compgen -f -- "$cur")); return ;;
  esac
  if [[ $cur == -* ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$cur"))
    return
  fi
  if [[ $word == @(${DIRECTORY_WORDS.join("|")}) || $cur == [./]* ]]; then
    COMPREPLY=($(compgen -d -- "$cur"))
    return
  fi
  for ((at++; at < COMP_CWORD; at++)); do
    case \${COMP_WORDS[at]} in
      ${behind}) ((at++)); [[ \${COMP_WORDS[at]} == = ]] && ((at++)) ;;
      -*) ;;
      *) ((operands++)) ;;
    esac
  done
  if [[ $word == ${CONDITION_WORD} && $operands -eq 0 ]]; then
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

/** Offers the values of an option; empty if it may be anything. */
function bashValues({ values, isList }: OptionValues): string {
  if (values === undefined) return "";
  const words = `-W "${values.join(" ")}"`;
  if (isList !== true) return `COMPREPLY=($(compgen ${words} -- "$cur"))`;
  const kept = `\${cur%"\${cur##*,}"}`; // up to the last comma
  return (
    `COMPREPLY=($(compgen -P "${kept}" ${words} -- "\${cur##*,}")); ` +
    "compopt -o nospace 2>/dev/null" // another comma may follow
  );
}

function zsh(specs: readonly AnySpec[], words: readonly string[]): string {
  const cases = specs.map(({ word, options }) => {
    const texts = [...options, HELP].map((option) => zshOption(option, "_files"));
    return `    ${word}) options=(${texts.join(" ")}) ;;\n`;
  });
  const first = OPTIONS.map((option) => zshOption(option, ""));
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

/** An argument of _arguments. @param anything what to offer if the option may be anything */
function zshOption(option: CompletedOption, anything: string): string {
  const { name, help, argument, values, isList } = option;
  const isLong = argument !== undefined && name.length > 1;
  const flag = `${dashed(option)}${isLong ? "=" : ""}[${zshText(help)}]`;
  if (argument === undefined) return `'${flag}'`;
  const words = values?.join(" ");
  const list = `_values -s , ${argument} ${words}`;
  const offered = words === undefined ? anything : isList === true ? list : `(${words})`;
  return `'${flag}:${argument}:${offered}'`;
}

function fish(specs: readonly AnySpec[], words: readonly string[]): string {
  const seen = (word: string) => `__fish_seen_subcommand_from ${word}`;
  const isFirst = `'not ${seen(words.join(" "))}'`;
  const lines = words.map((word) => {
    const spec = specs.find((one) => one.word === word);
    const about = spec === undefined ? "" : ` -d '${fishText(purposeOf(spec))}'`;
    return `complete -c sv -n ${isFirst} -a ${word}${about}\n`;
  });
  const first = OPTIONS.map((option) => fishOption(option, isFirst, " -x"));
  const options = specs.flatMap((spec) =>
    [...spec.options, HELP].map((option) => fishOption(option, `'${seen(spec.word)}'`, " -r")),
  );
  const conditions = CONDITIONS.join(" ");
  const others = words.filter((word) => ![...DIRECTORY_WORDS, CONDITION_WORD].includes(word));
  return `\
# Completion of sv (runits) in fish; sv --completion fish prints it.
complete -c sv -e
complete -c sv -f
${[...first, ...lines, ...options].join("")}\
complete -c sv -n '${seen(others.join(" "))}' -a '(command sv list -0 2>/dev/null | string split0)'
complete -c sv -n '${seen(CONDITION_WORD)}; and not ${seen(conditions)}' -a '${conditions}'
complete -c sv -n '${seen(CONDITION_WORD)}; and ${seen(conditions)}' -a '(command sv list -0 2>/dev/null | string split0)'
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

/** @param anything how to take an argument that may be anything */
function fishOption(option: CompletedOption, condition: string, anything: string): string {
  const { name, help, argument, values, isList } = option;
  const words = values?.join(" ");
  const offered = isList === true ? `(__fish_append , ${words})` : words;
  const needs = offered === undefined ? anything : ` -x -a '${offered}'`;
  const flag = `${fishFlag(name)}${argument === undefined ? "" : needs}`;
  return `complete -c sv -n ${condition} ${flag} -d '${fishText(help)}'\n`;
}

function fishFlag(name: string): string {
  return name.length === 1 ? `-s ${name}` : `-l ${name}`;
}

function fishText(text: string): string {
  return text.replaceAll("'", "");
}
