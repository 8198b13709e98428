/** How long ago something was, which grows by itself. */
import { useEffect, useState } from "preact/hooks";
import { secondsSince, spanText } from "../shared/text.ts";

const TICK_MS = 1_000;

/** One timer for all: there may be thousands. */
const listeners = new Set<() => void>();
setInterval(() => {
  for (const listener of listeners) listener();
}, TICK_MS);

/** Draws itself again when its text changes. */
export function Since({ time }: { readonly time: string | undefined }) {
  const now = time === undefined ? "–" : spanText(secondsSince(time));
  const [text, setText] = useState(now);
  useEffect(() => {
    if (time === undefined) return;
    const tick = (): void => setText(spanText(secondsSince(time)));
    tick();
    listeners.add(tick);
    return () => {
      listeners.delete(tick);
    };
  }, [time]);
  if (time === undefined) return <span class="faint">–</span>;
  return <time dateTime={time}>{text}</time>;
}
