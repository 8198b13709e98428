/** Questions before commands that stop something, and short messages after them. */
import { useLayoutEffect, useReducer, useRef } from "preact/hooks";

interface Question {
  readonly title: string;
  readonly text: string;
  /** The text of the button that agrees. */
  readonly action: string;
}

let question: (Question & { readonly answer: (isAgreed: boolean) => void }) | undefined;
let message: { readonly text: string; readonly tone: "plain" | "bad" } | undefined;
let timer: number | undefined;
let draw = (): void => {};

const SHOWN_MS = 6_000;

/** @returns whether the user agrees */
export function ask(asked: Question): Promise<boolean> {
  question?.answer(false);
  return new Promise((resolve) => {
    question = { ...asked, answer: resolve };
    draw();
  });
}

export function say(text: string, tone: "plain" | "bad" = "plain"): void {
  message = { text, tone };
  window.clearTimeout(timer);
  timer = window.setTimeout(() => {
    message = undefined;
    draw();
  }, SHOWN_MS);
  draw();
}

export function Notices() {
  const [, count] = useReducer<number, undefined>((n) => n + 1, 0);
  useLayoutEffect(() => {
    draw = () => count(undefined);
  }, []);
  return (
    <>
      <div class={`message ${message?.tone ?? "none"}`} role="status">
        {message?.text}
      </div>
      {question !== undefined && <Dialog key={question.title} {...question} />}
    </>
  );
}

function Dialog({ title, text, action, answer }: Question & { answer: (is: boolean) => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  // Before the next key: Escape is the dialog's.
  useLayoutEffect(() => dialog.current?.showModal(), []);
  const close = (isAgreed: boolean): void => {
    question = undefined;
    answer(isAgreed);
    draw();
  };
  return (
    <dialog ref={dialog} aria-labelledby="question" onClose={() => close(false)}>
      <h2 id="question">{title}</h2>
      <p>{text}</p>
      <div class="buttons">
        <button type="button" onClick={() => close(false)}>
          Cancel
        </button>
        <button type="button" class="strong" onClick={() => close(true)}>
          {action}
        </button>
      </div>
    </dialog>
  );
}
