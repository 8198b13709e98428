/**
 * The log of a service, live. Only the lines in sight are in the document, so that thousands a
 * second cost no more than a few.
 */
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { timeText } from "../shared/text.ts";
import { pathOf, read } from "./api.ts";
import { LINES_MAX, store, useTopics } from "./store.ts";
import type { Line } from "./types.ts";

/** Pixels; page.css has the same. */
const LINE_HEIGHT = 20;
/** Lines above and below those in sight. */
const MARGIN = 10;
const SEARCH_AFTER_MS = 250;
const OLDER_LINES = 500;

export function LogView({ name }: { readonly name: string }) {
  useTopics("log");
  useEffect(() => {
    store.follow(name);
    return () => store.follow(undefined);
  }, [name]);
  const [paused, setPaused] = useState<readonly Line[] | undefined>(undefined);
  const [search, setSearch] = useState("");
  const found = useSearch(name, search);
  useEffect(() => {
    setPaused(undefined);
    setSearch("");
  }, [name]);

  const live = paused ?? store.lines;
  const lines = search === "" ? live : merged(found, live, search);
  const isPaused = paused !== undefined;
  // Lines of one moment have the same time, so that only their number says which come before.
  const loadOlder = async (): Promise<void> => {
    setPaused(live);
    const count = Math.min(LINES_MAX, live.length + OLDER_LINES);
    const { lines: more } = await read<{ lines: readonly Line[] }>(
      pathOf(name, `/log?lines=${count}`),
    );
    setPaused(more);
  };

  return (
    <section class="log" aria-labelledby="log-title">
      <header>
        <h2 id="log-title">Log</h2>
        <input
          type="search"
          placeholder="Search"
          aria-label="Search the log"
          value={search}
          onInput={({ currentTarget }) => setSearch(currentTarget.value)}
        />
        <button type="button" onClick={() => void loadOlder()}>
          Older
        </button>
        <button
          type="button"
          aria-pressed={isPaused}
          onClick={() => setPaused(isPaused ? undefined : store.lines)}
        >
          {isPaused ? "Continue" : "Pause"}
        </button>
      </header>
      {store.logProblem !== undefined && <p class="problem">{store.logProblem}</p>}
      <Lines lines={lines} isPaused={isPaused} onPause={() => setPaused(store.lines)} />
      <footer>
        {lines.length} lines{lines.length >= LINES_MAX ? ", the newest" : ""}
        {store.skipped > 0 && `, ${store.skipped} left out because they came too fast`}
        {isPaused && ", paused"}
      </footer>
    </section>
  );
}

/** The lines of the whole log that contain the text. */
function useSearch(name: string, search: string): readonly Line[] {
  const [found, setFound] = useState<readonly Line[]>([]);
  useEffect(() => {
    setFound([]);
    if (search === "") return;
    const abort = new AbortController();
    const timer = setTimeout(() => {
      const path = pathOf(name, `/log?lines=2000&search=${encodeURIComponent(search)}`);
      read<{ lines: readonly Line[] }>(path, abort.signal)
        .then(({ lines }) => setFound(lines))
        .catch(() => {});
    }, SEARCH_AFTER_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [name, search]);
  return found;
}

/** What was found, and what has come since. */
function merged(found: readonly Line[], live: readonly Line[], search: string): readonly Line[] {
  const wanted = search.toLowerCase();
  const last = found.at(-1)?.label ?? "";
  const fresh = live.filter(
    ({ label = "", text }) => (last === "" || label > last) && text.toLowerCase().includes(wanted),
  );
  return [...found, ...fresh];
}

interface LinesProps {
  readonly lines: readonly Line[];
  readonly isPaused: boolean;
  readonly onPause: () => void;
}

function Lines({ lines, isPaused, onPause }: LinesProps) {
  const box = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(400);
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    setHeight(element.clientHeight);
    if (!isPaused) element.scrollTop = element.scrollHeight;
  }, [lines, isPaused]);
  const onScroll = (): void => {
    const element = box.current;
    if (element !== null) setTop(element.scrollTop);
  };
  // Whoever scrolls up wants to read: what comes meanwhile must not move the text.
  const onWheel = ({ deltaY }: WheelEvent): void => {
    if (deltaY < 0 && !isPaused) onPause();
  };
  const first = Math.max(0, Math.floor(top / LINE_HEIGHT) - MARGIN);
  const count = Math.ceil(height / LINE_HEIGHT) + 2 * MARGIN;
  return (
    <div
      class="lines"
      ref={box}
      role="log"
      aria-live="off"
      aria-label="Log lines"
      tabIndex={0}
      onScroll={onScroll}
      onWheel={onWheel}
    >
      <div class="all" style={{ height: `${lines.length * LINE_HEIGHT}px` }}>
        <div class="window" style={{ transform: `translateY(${first * LINE_HEIGHT}px)` }}>
          {lines.slice(first, first + count).map((line, index) => (
            <div class="line" key={first + index}>
              {line.time !== undefined && <time dateTime={line.time}>{timeText(line.time)}</time>}
              <span>{line.text}</span>
            </div>
          ))}
        </div>
      </div>
      {lines.length === 0 && <p class="empty">No lines.</p>}
    </div>
  );
}
