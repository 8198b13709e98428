/** The files that start runsvdir on a system with packages: units and an init script. */
import { COMMAND_MODE, type Entry, text } from "./entry.ts";

/** In the contents of a package, with the tools in /usr/local/bin. */
const EXAMPLES = "share/doc/runits/examples/boot";

/** An example, and its place on a system. The examples begin with a line that names it. */
const PLACES = {
  unit: ["runits.service", "lib/systemd/system/runits.service"],
  userUnit: ["runits-user.service", "usr/lib/systemd/user/runits.service"],
  script: ["runits.init", "etc/init.d/runits"],
} as const;

/** Administrators change these: an upgrade must not overwrite them. */
export const CONFIGURATION_FILES = [`/${PLACES.script[1]}`];

/** @param contents the files of a package, below a prefix @returns paths from the root */
export function systemFiles(contents: readonly Entry[]): Entry[] {
  const example = (name: string): string => {
    const found = contents.find(({ path }) => path === `${EXAMPLES}/${name}`);
    return (found?.content.toString() ?? "").replaceAll("/usr/local/bin", "/usr/bin");
  };
  const withoutPlace = (unit: string): string => unit.replace(/^#.*\n/, "");
  const [unit, userUnit, script] = [PLACES.unit, PLACES.userUnit, PLACES.script];
  return [
    text(unit[1], withoutPlace(example(unit[0])).replace(AFTER, `${AFTER}${CONFLICTS}`)),
    text(userUnit[1], withoutPlace(example(userUnit[0]))),
    text(script[1], example(script[0]), COMMAND_MODE),
  ];
}

const AFTER = "After=network.target\n";
/** The unit of Debian's runit-run, which starts another runsvdir on the same directory. */
const CONFLICTS = "Conflicts=runit.service\n";
