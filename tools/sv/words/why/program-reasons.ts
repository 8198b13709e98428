/**
 * What is wrong with a ./run that cannot be executed, and the command that mends or shows it.
 *
 * Pure: values in, text out.
 */
import { quoted } from "../../../../base/quoted.ts";
import type { UnusableProgram } from "./facts.ts";

/** @param directory of the service */
export function programAnswer(
  directory: string,
  { kind, text }: UnusableProgram,
): { readonly text: string; readonly command: string } {
  const program = quoted(`${directory}/run`);
  const show = (words: string) => ({
    text: `./run cannot be executed: ${text}`,
    command: `${words} ${program}`,
  });
  switch (kind) {
    case "mode":
      return { text: "./run is not executable", command: `chmod +x ${program}` };
    case "carriage-return":
      return {
        text: "the #! line of ./run ends with a carriage return, as on DOS",
        command: `sed -i 's/\\r$//' ${program}`,
      };
    case "byte-order-mark":
      return {
        text: "./run has a byte order mark before its #! line",
        command: `sed -i '1s/^\\xef\\xbb\\xbf//' ${program}`,
      };
    case "no-shebang":
      return { text: "./run has no #! line", command: `sed -i '1i #!/bin/sh' ${program}` };
    case "noexec":
      return {
        text: "./run is on a file system that is mounted noexec",
        command: `findmnt -T ${program}`,
      };
    case "architecture":
      return {
        text: "./run is an executable for another architecture",
        command: `file -L ${program}`,
      };
    case "missing":
      return { text: "there is no ./run", command: `ls -l ${quoted(`${directory}/`)}` };
    case "empty":
      return { text: "./run is empty", command: `ls -l ${program}` };
    case "interpreter":
      return show("head -n 1");
    case "loader":
      return show("file -L");
    default:
      return show("ls -l");
  }
}
