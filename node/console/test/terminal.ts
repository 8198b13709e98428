/** `runits-console top` on a terminal of tmux. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import type { Cleanup, Sandbox } from "../../../tests/support/sandbox.ts";
import { eventually } from "../../../tests/support/wait.ts";
import { NODE, START } from "./console.ts";

interface Place {
  readonly box: Sandbox;
  readonly services: string;
}

/** A shell, in which the test starts top. */
export class Terminal {
  readonly #socket: string;
  readonly #services: string;

  constructor(t: Cleanup, { box, services }: Place, env: Readonly<Record<string, string>> = {}) {
    this.#socket = join(box.dir, "tmux");
    this.#services = services;
    const size = ["-x", "120", "-y", "20"];
    const set = Object.entries(env).map(([name, value]) => `${name}=${value}`);
    // Without variables that change the shell, or the colours.
    const shell = ["env", "-u", "NO_COLOR", "-u", "CI", "PS1=$ ", ...set, "sh"];
    box.start([
      "tmux",
      "-S",
      this.#socket,
      "-f",
      "/dev/null",
      "new-session",
      "-d",
      ...size,
      ...shell,
    ]);
    t.after(async () => {
      spawnSync("tmux", ["-S", this.#socket, "kill-server"]);
    });
  }

  /** Types a line into the shell. */
  line(text: string): void {
    this.#tmux("send-keys", "-l", text);
    this.#tmux("send-keys", "Enter");
  }

  /** @param via a command that executes it */
  async startTop(via = ""): Promise<void> {
    await this.until("$");
    this.line(`${via} ${NODE} ${START} top --services ${this.#services}; echo "ended with $?"`);
    await this.until("q quit");
  }

  /** @param keys as tmux names them */
  keys(...keys: readonly string[]): void {
    this.#tmux("send-keys", ...keys);
  }

  resize(columns: number, rows: number): void {
    this.#tmux("resize-window", "-x", String(columns), "-y", String(rows));
  }

  /** @param options of tmux's capture-pane */
  screen(...options: readonly string[]): string {
    return this.#tmux("capture-pane", "-p", ...options);
  }

  /** A variable of tmux's, such as `alternate_on`. */
  variable(name: string): string {
    return this.#tmux("display-message", "-p", `#{${name}}`).trim();
  }

  /** Waits for a text on the screen, or for one that matches. */
  until(wanted: string | RegExp): Promise<string> {
    return eventually(
      `${wanted} on the screen`,
      () => {
        const text = this.screen();
        const isThere = typeof wanted === "string" ? text.includes(wanted) : wanted.test(text);
        return isThere ? text : undefined;
      },
      () => this.screen(),
    );
  }

  #tmux(...words: readonly string[]): string {
    return spawnSync("tmux", ["-S", this.#socket, ...words], { encoding: "utf8" }).stdout;
  }
}
