/** Finds out who makes a request: by its token, or by the UNIX socket that it came through. */
import type { Context } from "hono";
import type { ServeOptions } from "../options.ts";
import type { AppOptions, Env } from "./app.ts";
import type { AuditLog } from "./audit.ts";
import type { TokenFile, User } from "./tokens.ts";
import { WrongTokens } from "./wrong-tokens.ts";

interface IdentificationOptions {
  readonly options: ServeOptions;
  readonly tokens: TokenFile;
  readonly audit: AuditLog;
  readonly addressOf: (c: Context<Env>) => string;
}

export function identification(given: IdentificationOptions): AppOptions["identify"] {
  const { options, tokens, audit, addressOf } = given;
  if (options.listen.kind === "unix") return (c) => ({ user: ofSocket(c, options), status: 401 });
  const wrong = new WrongTokens();
  return (c) => {
    const token = /^Bearer ([\w-]{1,256})$/i.exec(c.req.header("authorization") ?? "")?.[1];
    // No token at all is no attempt.
    if (token === undefined) return { status: 401 };
    const [address, nowMs] = [addressOf(c), performance.now()];
    const user = tokens.userOf(token);
    const isKnown = user !== undefined && wrong.hasAccepted(address, user.name);
    if (!isKnown && wrong.isBlocked(address, nowMs)) return { status: 429 };
    if (user === undefined) {
      wrong.countWrong(address, nowMs);
      return { status: 401 };
    }
    if (!isKnown) audit.record({ event: "login", user: user.name, address, result: user.rights });
    wrong.accept(address, user.name);
    return { user, status: 401 };
  };
}

/** Whoever may connect to the socket may do everything; the proxy knows the name. */
function ofSocket(c: Context<Env>, { userHeader }: ServeOptions): User | undefined {
  if (userHeader === undefined) return { name: "socket", rights: "all", tokenHash: undefined };
  const name = c.req.header(userHeader);
  return name ? { name, rights: "all", tokenHash: undefined } : undefined;
}
