/** The help, and the menu of less frequent commands. */
import { Box, Text } from "ink";
import { MORE } from "../shared/command-words.ts";
import { printable } from "./cells.ts";
import { KEYS } from "./keys.ts";

const KEY_WIDTH = 20;

export function Help() {
  return (
    <Box flexDirection="column" paddingLeft={2}>
      {KEYS.map(([keys, what]) => (
        <Text key={keys} wrap="truncate">
          <Text bold>{keys.padEnd(KEY_WIDTH)}</Text>
          {what}
        </Text>
      ))}
    </Box>
  );
}

interface MenuProps {
  readonly name: string;
  readonly at: number;
  readonly height: number;
}

export function Menu({ name, at, height }: MenuProps) {
  const first = Math.max(0, at - Math.max(1, height - 1) + 1);
  return (
    <Box flexDirection="column" paddingLeft={2}>
      <Text bold wrap="truncate">{`${printable(name)}: Enter gives a command`}</Text>
      {MORE.slice(first).map(({ command, label }, index) => (
        <Text key={command} wrap="truncate" inverse={first + index === at}>
          {`${first + index === at ? ">" : " "} ${label}`}
        </Text>
      ))}
    </Box>
  );
}
