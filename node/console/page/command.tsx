/** Commands for a shell, which somebody else has to give. */
import type { hindrance as hindranceOf } from "../shared/command-words.ts";
import { say } from "./notices.tsx";

/** A command for a shell, with a button that copies it. */
export function Command({ text }: { readonly text: string }) {
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      say("copied");
    } catch {
      say("unable to copy: select the text", "bad");
    }
  };
  return (
    <span class="command">
      <code>{text}</code>
      <button type="button" class="plain" onClick={() => void copy()}>
        Copy
      </button>
    </span>
  );
}

interface HindranceProps {
  readonly hindrance: ReturnType<typeof hindranceOf>;
  readonly id?: string;
}

/** What the console may not do, and the command that would allow it. */
export function Hindrance({ hindrance, id }: HindranceProps) {
  if (hindrance === undefined) return null;
  const { text, command } = hindrance;
  return (
    <p class="hindrance" id={id}>
      {text} {command !== undefined && <Command text={command} />}
    </p>
  );
}
