/** Gives commands, and knows whether they may be given. */

import {
  blindness as blindnessOf,
  type CommandWord,
  hindrance as hindranceOf,
} from "../shared/command-words.ts";
import { pathOf, send } from "./api.ts";
import { ask, say } from "./notices.tsx";
import { store } from "./store.ts";
import type { Service } from "./types.ts";

/** Why no command may be given, and the command that would change that. */
export function hindrance(service: Service): ReturnType<typeof hindranceOf> {
  const { hello } = store;
  if (hello !== undefined && hello.user.rights !== "all") {
    return { text: `This token is ${hello.user.rights}.` };
  }
  return hindranceOf(service, console_());
}

/** Why the states of some services are not known, and the command that would change that. */
export function blindness(services: readonly Service[]): ReturnType<typeof blindnessOf> {
  return blindnessOf(services, console_());
}

function console_() {
  return { name: "The console", grant: store.hello?.grant ?? "sv grant" };
}

/** Asks first if the command stops something; gives it; says how it went. */
export async function give(service: Service, word: CommandWord): Promise<void> {
  if (hindrance(service) !== undefined) return;
  const { name } = service;
  const { command, label, asks } = word;
  if (
    asks !== undefined &&
    !(await ask({ title: `${label} ${name}?`, text: asks, action: label }))
  ) {
    return;
  }
  say(`${name}: ${command} …`);
  try {
    await send("POST", pathOf(name, "/commands"), { command });
    say(`${name}: ${command} done`);
  } catch (error) {
    say(error instanceof Error ? error.message : String(error), "bad");
  }
}
