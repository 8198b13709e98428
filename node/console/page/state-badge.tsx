/** The state of a service: a word, and a mark with a colour and a shape of its own. */
import { toneOf } from "../shared/text.ts";

export function StateBadge({ summary }: { readonly summary: string }) {
  return (
    <span class={`state ${toneOf(summary)}`}>
      <i aria-hidden="true" />
      {summary}
    </span>
  );
}
