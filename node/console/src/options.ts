/** The command line of `runits-console`. */
import { parseArgs } from "node:util";
import { ConsoleError } from "./console-error.ts";
import { defaultHome } from "./sv/reader.ts";

const DEFAULT_LISTEN = "127.0.0.1:7780";
const PORT_MAX = 65_535;

/** Where the server listens. */
export type Listen =
  | { readonly kind: "unix"; readonly path: string }
  | { readonly kind: "tcp"; readonly address: string; readonly port: number };

export interface ServeOptions {
  readonly services: string;
  readonly state: string;
  readonly listen: Listen;
  readonly allowedHosts: readonly string[];
  /** The paths of certificate and key. */
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
  readonly isBehindProxy: boolean;
  /** The header in which the proxy names the user, in small letters. */
  readonly userHeader: string | undefined;
  readonly socketGroup: string | undefined;
  /** Begins and ends with a slash. */
  readonly basePath: string;
  readonly audit: string | undefined;
  readonly mayBeRoot: boolean;
}

export const USAGE = `Usage: runits-console [OPTION...]
       runits-console top [--services DIR]
       runits-console token add NAME [--read-only | --metrics-only]
       runits-console token list
       runits-console token remove NAME

Shows and controls the services of this machine in a browser; with top, on this terminal.

  --services DIR       the directory of the services (default: as sv finds it)
  --listen ADDR:PORT   where to listen (default: ${DEFAULT_LISTEN}); beyond loopback
                       this needs --tls-cert and --tls-key, or --behind-proxy
  --listen unix:PATH   listen on a UNIX socket; whoever may connect needs no token
  --socket-group NAME  let a group connect to the socket
  --allow-host NAME    answer to this Host header too; may be repeated
  --tls-cert FILE      the certificate, in PEM
  --tls-key FILE       its key
  --behind-proxy       a proxy provides TLS
  --user-header NAME   the header in which the proxy names the user; needs a UNIX socket
  --base-path PATH     the path of the page, as /runits/
  --audit FILE         append the audit log to FILE, not to standard error
  --state DIR          the directory of the tokens
                       (default: $XDG_STATE_HOME/runits-console)
  --allow-root         run as root
  --help, --version
`;

const STRING = { type: "string" } as const;
const FLAG = { type: "boolean" } as const;

/** @throws {ConsoleError} the command line is wrong */
export function serveOptions(words: readonly string[]): ServeOptions {
  const { values } = parsed(words, {
    services: STRING,
    listen: STRING,
    "allow-host": { type: "string", multiple: true },
    "tls-cert": STRING,
    "tls-key": STRING,
    "behind-proxy": FLAG,
    "user-header": STRING,
    "socket-group": STRING,
    "base-path": STRING,
    audit: STRING,
    state: STRING,
    "allow-root": FLAG,
  });
  const listen = listenIn(values.listen ?? DEFAULT_LISTEN);
  const { "tls-cert": cert, "tls-key": key } = values;
  if ((cert === undefined) !== (key === undefined)) {
    throw new ConsoleError("--tls-cert and --tls-key belong together");
  }
  const isBehindProxy = values["behind-proxy"] === true;
  const options: ServeOptions = {
    services: values.services ?? defaultHome(),
    state: values.state ?? defaultState(),
    listen,
    allowedHosts: (values["allow-host"] ?? []).map((host) => host.toLowerCase()),
    tls: cert === undefined || key === undefined ? undefined : { cert, key },
    isBehindProxy,
    userHeader: values["user-header"]?.toLowerCase(),
    socketGroup: values["socket-group"],
    basePath: basePathIn(values["base-path"] ?? "/"),
    audit: values.audit,
    mayBeRoot: values["allow-root"] === true,
  };
  checkListening(options);
  return options;
}

/** @throws {ConsoleError} nothing may listen like this */
function checkListening({
  listen,
  tls,
  isBehindProxy,
  userHeader,
  socketGroup,
}: ServeOptions): void {
  const isSocket = listen.kind === "unix";
  if (!isSocket && !isLoopback(listen.address) && tls === undefined && !isBehindProxy) {
    throw new ConsoleError(
      `--listen ${listen.address}: beyond loopback this needs --tls-cert and --tls-key, ` +
        "or --behind-proxy",
    );
  }
  if (userHeader !== undefined && !(isSocket && isBehindProxy)) {
    throw new ConsoleError(
      "--user-header needs --behind-proxy and --listen unix:PATH: " +
        "on a port, anybody could send the header",
    );
  }
  if (socketGroup !== undefined && !isSocket) {
    throw new ConsoleError("--socket-group needs --listen unix:PATH");
  }
}

function listenIn(text: string): Listen {
  if (text.startsWith("unix:") && text.length > "unix:".length) {
    return { kind: "unix", path: text.slice("unix:".length) };
  }
  const [, address = "", digits = ""] = /^(\[[0-9a-fA-F:.]+\]|[\w.-]+):(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (address === "" || port > PORT_MAX) {
    throw new ConsoleError(`--listen ${text}: write ADDRESS:PORT or unix:PATH`);
  }
  return { kind: "tcp", address: address.replace(/^\[|\]$/g, ""), port };
}

function isLoopback(address: string): boolean {
  return address === "localhost" || address === "::1" || /^127\.\d+\.\d+\.\d+$/.test(address);
}

function basePathIn(text: string): string {
  if (!/^\/([\w.~-]+\/)*[\w.~-]*$/.test(text) || /(^|\/)\.\.?(\/|$)/.test(text)) {
    throw new ConsoleError(`--base-path ${text}: write a path such as /runits/`);
  }
  return text.endsWith("/") ? text : `${text}/`;
}

/** @throws {ConsoleError} there is no place for it */
export function defaultState(): string {
  const { XDG_STATE_HOME: state, HOME: home } = process.env;
  if (state?.startsWith("/")) return `${state}/runits-console`;
  if (home?.startsWith("/")) return `${home}/.local/state/runits-console`;
  throw new ConsoleError("--state is needed: neither XDG_STATE_HOME nor HOME is set");
}

type OptionTable = NonNullable<NonNullable<Parameters<typeof parseArgs>[0]>["options"]>;

/** As parseArgs of node:util does; its errors are the user's. */
export function parsed<Table extends OptionTable>(
  words: readonly string[],
  options: Table,
  allowPositionals = false,
) {
  try {
    return parseArgs({ args: [...words], options, allowPositionals, strict: true });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new ConsoleError(`${error.message.split("\n", 1)[0]}\n${USAGE.split("\n", 1)[0]}`);
  }
}
