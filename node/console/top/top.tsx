/** `runits-console top`: the services of this machine on the terminal. */
import { readdirSync } from "node:fs";
import { userInfo } from "node:os";
import { render } from "ink";
import { ServiceError } from "runits-client";
import { ConsoleError } from "../src/console-error.ts";
import { parsed } from "../src/options.ts";
import { Board } from "../src/services/board.ts";
import { ClientMachine } from "../src/services/client-machine.ts";
import { follow } from "../src/services/follow.ts";
import { defaultHome } from "../src/sv/reader.ts";
import { App } from "./app.tsx";
import { Keys } from "./keys.ts";
import { Screen } from "./screen.ts";

/** @throws {ConsoleError} */
export async function top(words: readonly string[]): Promise<void> {
  const { values } = parsed(words, { services: { type: "string" } });
  const home = values.services ?? defaultHome();
  checkTerminal();
  try {
    readdirSync(home);
  } catch (error) {
    throw ConsoleError.from(error, `unable to read ${home}`);
  }
  const board = new Board(home);
  const machine = new ClientMachine(home);
  const screen = new Screen({ board, machine, grant: `sv grant ${userName()}` });
  const ended = new AbortController();
  const keys = new Keys(screen, () => instance.unmount());
  const instance = render(<App screen={screen} keys={keys} />, {
    alternateScreen: true,
    incrementalRendering: true,
    interactive: true,
    maxFps: 10,
  });
  // The screen is put back first, so that the message is on the screen that stays.
  let failure: unknown;
  const fail = (error: unknown): void => {
    failure ??= error;
    instance.unmount();
  };
  void board.start().catch(fail);
  void follow(machine, board, ended.signal).catch(fail);
  await instance.waitUntilExit();
  ended.abort();
  screen.close();
  board.close();
  await machine.close();
  if (failure instanceof ServiceError) throw new ConsoleError(failure.message);
  if (failure !== undefined) throw failure;
}

/** @throws {ConsoleError} nothing can be drawn here */
function checkTerminal(): void {
  const { TERM = "dumb" } = process.env;
  if (!process.stdin.isTTY || !process.stdout.isTTY) {
    throw new ConsoleError("top needs a terminal; sv list prints the services");
  }
  if (TERM === "dumb" || TERM === "") {
    throw new ConsoleError(
      "top needs a terminal that can move its cursor, and TERM says that this one cannot; " +
        "sv list prints the services",
    );
  }
}

/** The user's name, or the number of one who has none. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.());
  }
}
