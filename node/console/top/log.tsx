/** The log of one service, which goes on as lines come. */
import { Box, Text } from "ink";
import { timeText } from "../shared/text.ts";
import { printable } from "./cells.ts";
import type { Screen } from "./screen.ts";
import { colour, TONE_COLOURS } from "./style.ts";

interface LogProps {
  readonly screen: Screen;
  readonly height: number;
}

export function Log({ screen, height }: LogProps) {
  const { tail } = screen;
  if (tail === undefined) return null;
  const { name, problem, isAtEnd } = tail;
  screen.rows = Math.max(1, height - 1);
  const lines = tail.visible(problem === undefined ? screen.rows : screen.rows - 1);
  return (
    <>
      <Box height={1} flexShrink={0} overflow="hidden">
        <Text wrap="truncate" bold>
          {`log of ${printable(name)}${isAtEnd ? "" : " (G goes on with new lines)"}`}
        </Text>
      </Box>
      {problem !== undefined && (
        <Text wrap="truncate" {...colour(TONE_COLOURS.bad)}>
          {printable(problem)}
        </Text>
      )}
      {lines.map(({ time, text }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line of the screen is known by its place.
        <Box key={index} height={1} flexShrink={0} overflow="hidden">
          <Text wrap="truncate">
            {time !== undefined && <Text dimColor>{`${timeText(time)} `}</Text>}
            {printable(text)}
          </Text>
        </Box>
      ))}
    </>
  );
}
