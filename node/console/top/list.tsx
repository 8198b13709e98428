/** The services, a line each; only those are drawn for which the terminal has room. */
import { Box, Text } from "ink";
import { memo } from "react";
import { toneOf } from "../shared/text.ts";
import {
  cellsOf,
  headingOf,
  layoutFor,
  MARK_WIDTH,
  printable,
  reasonOf,
  STATE_WIDTH,
} from "./cells.ts";
import type { Screen } from "./screen.ts";
import { colour, TONE_COLOURS } from "./style.ts";

interface ListProps {
  readonly screen: Screen;
  readonly width: number;
  readonly height: number;
}

export function List({ screen, width, height }: ListProps) {
  const shown = screen.shown();
  const at = screen.chosenAt();
  screen.rows = Math.max(1, height - 1);
  const first = screen.firstOf(at, screen.rows);
  const layout = layoutFor(width);
  return (
    <>
      <Row
        name="  SERVICE"
        nameWidth={layout.name + MARK_WIDTH}
        state="STATE"
        cells={headingOf(layout)}
        reason="WHY"
        isHeading
      />
      {shown.slice(first, first + screen.rows).map((service, index) => (
        <Row
          key={service.name}
          name={`${first + index === at ? ">" : " "} ${printable(service.name)}`}
          nameWidth={layout.name + MARK_WIDTH}
          state={service.summary}
          cells={cellsOf(service, screen.board.sample(service.name), layout)}
          reason={reasonOf(service)}
          isChosen={first + index === at}
          isDim={!service.may_control}
        />
      ))}
      {shown.length === 0 && <Text dimColor>{emptyText(screen)}</Text>}
    </>
  );
}

function emptyText({ board, filter }: Screen): string {
  if (board.services().length > 0) return `  no service matches ${printable(filter)}`;
  return "  there are no services yet";
}

interface RowProps {
  readonly name: string;
  readonly nameWidth: number;
  readonly state: string;
  readonly cells: string;
  readonly reason: string;
  readonly isHeading?: boolean;
  readonly isChosen?: boolean;
  /** Whether this user may not control it. */
  readonly isDim?: boolean;
}

/** Draws itself again only if one of its texts has changed. */
const Row = memo((props: RowProps) => {
  const { name, nameWidth, state, cells, reason } = props;
  const { isHeading = false, isChosen = false, isDim = false } = props;
  const tone = isHeading ? {} : colour(TONE_COLOURS[toneOf(state)]);
  return (
    <Box height={1} flexShrink={0} overflow="hidden">
      <Box width={nameWidth} flexShrink={0}>
        <Text wrap="truncate" inverse={isChosen} dimColor={isDim} bold={isHeading}>
          {name}
        </Text>
      </Box>
      <Box flexGrow={1}>
        <Text wrap="truncate" dimColor={isDim} bold={isHeading}>
          {" "}
          <Text {...tone}>{state.padEnd(STATE_WIDTH - 1)}</Text>
          {`${cells}${reason}`}
        </Text>
      </Box>
    </Box>
  );
});
