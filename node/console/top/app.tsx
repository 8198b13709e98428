/** The screen: a head, the part in the middle, and a line for filter, question and notice. */
import { Box, Text, useInput, useWindowSize } from "ink";
import { useEffect, useReducer, useSyncExternalStore } from "react";
import { printable } from "./cells.ts";
import type { Keys } from "./keys.ts";
import { List } from "./list.tsx";
import { Log } from "./log.tsx";
import { Help, Menu } from "./panels.tsx";
import type { Screen } from "./screen.ts";
import { colour, TONE_COLOURS } from "./style.ts";

const TICK_MS = 1_000;
/** Head and foot. */
const FRAME_ROWS = 2;

interface AppProps {
  readonly screen: Screen;
  readonly keys: Keys;
}

export function App({ screen, keys }: AppProps) {
  useSyncExternalStore(screen.subscribe, screen.version);
  useTicks();
  useInput((input, key) => keys.take(input, key));
  const { columns, rows } = useWindowSize();
  const height = Math.max(1, rows - FRAME_ROWS);
  return (
    <Box flexDirection="column" width={columns} height={rows} overflow="hidden">
      <Head screen={screen} />
      <Box flexDirection="column" height={height} overflow="hidden">
        <Middle screen={screen} width={columns} height={height} />
      </Box>
      <Foot screen={screen} />
    </Box>
  );
}

/** Times grow. */
function useTicks(): void {
  const [, tick] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    const timer = setInterval(tick, TICK_MS);
    return () => clearInterval(timer);
  }, []);
}

interface MiddleProps {
  readonly screen: Screen;
  readonly width: number;
  readonly height: number;
}

function Middle({ screen, width, height }: MiddleProps) {
  const { mode } = screen;
  if (mode.kind === "help") return <Help />;
  if (mode.kind === "log") return <Log screen={screen} height={height} />;
  if (mode.kind === "menu") {
    return <Menu name={screen.chosen()?.name ?? ""} at={mode.at} height={height} />;
  }
  return <List screen={screen} width={width} height={height} />;
}

/** How many services are in each state. */
function Head({ screen }: { readonly screen: Screen }) {
  const { board, order } = screen;
  const counts = new Map<string, number>();
  for (const { summary } of board.services()) {
    counts.set(summary, (counts.get(summary) ?? 0) + 1);
  }
  const states = [...counts].map(([state, count]) => `${count} ${state}`).join("  ");
  return (
    <Box height={1} overflow="hidden">
      <Text wrap="truncate">
        <Text bold>{printable(board.home)}</Text>
        {`  ${states}  by ${order}`}
        {board.problem !== undefined && `  ${printable(board.problem)}`}
      </Text>
    </Box>
  );
}

function Foot({ screen }: { readonly screen: Screen }) {
  return (
    <Box height={1} overflow="hidden">
      <FootText screen={screen} />
    </Box>
  );
}

function FootText({ screen }: { readonly screen: Screen }) {
  const { mode, filter, notice } = screen;
  if (mode.kind === "question") {
    const { service, word } = mode;
    return (
      <Text wrap="truncate" {...colour(TONE_COLOURS.warning)}>
        <Text bold>{`${word.label} ${printable(service.name)}? [y/N]`}</Text> {word.asks}
      </Text>
    );
  }
  if (mode.kind === "filter") {
    return (
      <Text wrap="truncate">
        {`/${printable(filter)}`}
        <Text inverse> </Text>
      </Text>
    );
  }
  if (notice !== undefined && mode.kind === "list") {
    return (
      <Text wrap="truncate" {...colour(notice.isBad ? TONE_COLOURS.bad : undefined)}>
        {printable(notice.text)}
      </Text>
    );
  }
  const filtered = filter === "" ? "" : `filter: ${printable(filter)}  `;
  return (
    <Text wrap="truncate" dimColor>
      {mode.kind === "list"
        ? `${filtered}/ filter  o order  u start  d stop  r restart  m more  l log  ? help  q quit`
        : "Escape back"}
    </Text>
  );
}
