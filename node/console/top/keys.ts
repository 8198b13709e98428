/** What each key does. */
import type { Key } from "ink";
import { MORE, RESTART, START, STOP } from "../shared/command-words.ts";
import type { Screen } from "./screen.ts";

/** For the help, in the order of use. */
export const KEYS: readonly (readonly [string, string])[] = [
  ["j k, arrows", "choose a service"],
  ["Page Up/Down, g G", "by pages, to the first, to the last"],
  ["/", "filter by name; Escape removes the filter"],
  ["o", "another order"],
  ["u", "start"],
  ["d", "stop"],
  ["r", "restart"],
  ["m", "more commands and signals"],
  ["l, Enter", "follow the log"],
  ["?", "this help"],
  ["q, Ctrl-C", "quit"],
];

export class Keys {
  readonly #screen: Screen;
  readonly #quit: () => void;

  constructor(screen: Screen, quit: () => void) {
    this.#screen = screen;
    this.#quit = quit;
  }

  /** @param input may be several characters if somebody types fast */
  take(input: string, key: Key): void {
    this.#screen.forgetNotice();
    const moved = this.#moves(key);
    if (moved !== 0) this.#move(moved);
    else if (key.escape) this.#back();
    else if (key.return) this.#enter();
    else if (key.backspace || key.delete) this.#erase();
    else if (!key.ctrl && !key.meta) for (const one of input) this.#type(one);
  }

  #moves({ upArrow, downArrow, pageUp, pageDown, home, end }: Key): number {
    const page = Math.max(1, this.#screen.rows - 1);
    if (upArrow) return -1;
    if (downArrow) return 1;
    if (pageUp) return -page;
    if (pageDown) return page;
    if (home) return Number.NEGATIVE_INFINITY;
    return end ? Number.POSITIVE_INFINITY : 0;
  }

  #move(by: number): void {
    const { mode, tail } = this.#screen;
    if (mode.kind === "menu") {
      const at = Math.min(MORE.length - 1, Math.max(0, mode.at + by));
      this.#screen.setMode({ kind: "menu", at });
    } else if (mode.kind === "log") {
      tail?.move(-by);
      this.#screen.setMode(mode);
    } else if (mode.kind === "list" || mode.kind === "filter") this.#screen.move(by);
  }

  #back(): void {
    const { mode } = this.#screen;
    if (mode.kind === "list" || mode.kind === "filter") this.#screen.setFilter("");
    this.#screen.setMode({ kind: "list" });
  }

  #enter(): void {
    const { mode } = this.#screen;
    if (mode.kind === "list") this.#screen.followLog();
    else if (mode.kind === "menu") {
      const word = MORE[mode.at];
      if (word !== undefined) this.#screen.choose(word);
    } else if (mode.kind !== "log") this.#screen.setMode({ kind: "list" });
  }

  #erase(): void {
    const { mode, filter } = this.#screen;
    if (mode.kind === "filter") this.#screen.setFilter([...filter].slice(0, -1).join(""));
  }

  #type(one: string): void {
    // Within several characters these are no keys of their own.
    if (one === "\r") this.#enter();
    else if (one === "\x7f") this.#erase();
    else if (one >= " ") this.#print(one);
  }

  #print(one: string): void {
    const screen = this.#screen;
    const { mode, filter } = screen;
    if (mode.kind === "filter") {
      screen.setFilter(filter + one);
    } else if (mode.kind === "question") {
      screen.setMode({ kind: "list" });
      if (one === "y" || one === "Y") void screen.give(mode.service, mode.word);
    } else if (one === "j") this.#move(1);
    else if (one === "k") this.#move(-1);
    else if (one === "g") this.#move(Number.NEGATIVE_INFINITY);
    else if (one === "G") this.#move(Number.POSITIVE_INFINITY);
    else if (one === "q" && mode.kind === "list") this.#quit();
    else if (one === "q" || one === "?" || mode.kind !== "list") this.#leave(one);
    else this.#command(one);
  }

  #leave(one: string): void {
    const { mode } = this.#screen;
    if (one === "?" && mode.kind !== "help") this.#screen.setMode({ kind: "help" });
    else if (one === "q" || mode.kind === "help") this.#screen.setMode({ kind: "list" });
  }

  /** In the list. */
  #command(one: string): void {
    const screen = this.#screen;
    if (one === "/") screen.setMode({ kind: "filter" });
    else if (one === "o") screen.nextOrder();
    else if (one === "u") screen.choose(START);
    else if (one === "d") screen.choose(STOP);
    else if (one === "r") screen.choose(RESTART);
    else if (one === "l") screen.followLog();
    else if (one === "m") screen.setMode({ kind: "menu", at: 0 });
  }
}
