/**
 * What is wrong with a script that cannot be executed, and the command that mends or shows it.
 *
 * Pure: values in, text out.
 */
import { quoted } from "../../../../base/quoted.ts";
import type { UnusableProgram } from "./facts.ts";

/** @param directory of the service */
export function programAnswer(
  directory: string,
  { kind, text, meant }: UnusableProgram,
  file = "run",
): { readonly text: string; readonly command: string } {
  const program = quoted(`${directory}/${file}`);
  const show = (words: string) => ({
    text: `./${file} cannot be executed: ${text}`,
    command: `${words} ${program}`,
  });
  switch (kind) {
    case "mode":
      return { text: `./${file} is not executable`, command: `chmod +x ${program}` };
    case "carriage-return":
      return {
        text: `the #! line of ./${file} ends with a carriage return, as on DOS`,
        command: `sed -i 's/\\r$//' ${program}`,
      };
    case "byte-order-mark":
      return {
        text: `./${file} has a byte order mark before its #! line`,
        command: `sed -i '1s/^\\xef\\xbb\\xbf//' ${program}`,
      };
    case "no-shebang":
      return { text: `./${file} has no #! line`, command: `sed -i '1i #!/bin/sh' ${program}` };
    case "noexec":
      return {
        text: `./${file} is on a file system that is mounted noexec`,
        command: `findmnt -T ${program}`,
      };
    case "architecture":
      return {
        text: `./${file} is an executable for another architecture`,
        command: `file -L ${program}`,
      };
    case "missing":
      return { text: `there is no ./${file}`, command: `ls -l ${quoted(`${directory}/`)}` };
    case "empty":
      return { text: `./${file} is empty`, command: `ls -l ${program}` };
    case "interpreter": {
      const plain = show("head -n 1");
      if (meant === undefined) return plain;
      const replace = `1s|${meant.named}|${meant.path}|`;
      return {
        text: `${plain.text}: did you mean ${meant.path}?`,
        command: `sed -i ${quoted(replace)} ${program}`,
      };
    }
    case "loader":
      return show("file -L");
    default:
      return show("ls -l");
  }
}
