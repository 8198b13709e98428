/**
 * `npm run screenshots`: starts the services of README.md with the tools in dist/bin, and writes
 * what commands of `sv` print in a terminal of 80 columns to docs/images, as SVG. Process ids and
 * times differ each time.
 */
import { execFileSync, spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { noWords } from "./command-line.ts";
import { BIN, inRoot } from "./paths.ts";
import { script } from "./run.ts";
import { type Screen, terminalSvg } from "./terminal-svg.ts";

const IMAGES = inRoot("docs/images");
const COLUMNS = 80;
/** Long enough for five failures, each a second after the one before. */
const SETTLE_MS = 9_000;
/** Where the services seem to be. */
const HOME = "/home/me";

const LOG = "#!/bin/sh\nmkdir -p main\nexec svlogd -ttt ./main\n";
const loop = (lines: readonly string[], delayS: number) =>
  `${lines.map((line) => `sleep ${delayS}\necho '${line}'\n`).join("")}exec sleep 1000\n`;

/** The files of each service. */
const SERVICES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  db: {
    run: `#!/bin/sh\n${loop(["db: listening on port 5432", "db: client connected", "db: checkpoint"], 2)}`,
    "log/run": LOG,
  },
  mail: { run: "#!/bin/sh\nexec mail-server\n" },
  migrate: {
    run: "#!/bin/sh\necho 'migrate: table orders does not exist'\nexit 7\n",
    "needs/db": "",
    "log/run": LOG,
  },
  web: { run: "#!/bin/sh\nexec web-server\n", "needs/migrate": "" },
};
const NOT_EXECUTABLE = ["mail"];

const SHOTS: Readonly<Record<string, string>> = {
  list: "sv list",
  why: "sv why migrate",
  logs: "sv logs -n 4 db migrate",
};

async function main(): Promise<boolean> {
  noWords("usage: npm run screenshots\n\nBuilds, and makes the pictures of docs/images.\n");
  const home = mkdtempSync(join(tmpdir(), "runits-screenshots-"));
  const services = join(home, "service");
  makeServices(services);
  const env = {
    PATH: `${BIN}:${process.env.PATH}`,
    SVDIR: services,
    TERM: "xterm-256color",
    COLUMNS: `${COLUMNS}`,
    TZ: "UTC",
  };
  const tree = spawn("runsvdir", [services], { env, stdio: "ignore" });
  try {
    await pause(SETTLE_MS);
    mkdirSync(IMAGES, { recursive: true });
    for (const [name, command] of Object.entries(SHOTS)) {
      const printed = execFileSync("script", ["-qec", command, "/dev/null"], { env }).toString();
      const text = printed.replaceAll("\r", "").replaceAll(home, HOME);
      const screen: Screen = { command, text, columns: COLUMNS };
      writeFileSync(join(IMAGES, `sv-${name}.svg`), terminalSvg(screen));
    }
  } finally {
    tree.kill("SIGHUP"); // also ends the supervisors, which end the services
    await pause(SETTLE_MS / 3);
    rmSync(home, { recursive: true, force: true });
  }
  return true;
}

function makeServices(services: string): void {
  for (const [name, files] of Object.entries(SERVICES)) {
    for (const [file, content] of Object.entries(files)) {
      const path = join(services, name, file);
      mkdirSync(join(path, ".."), { recursive: true });
      writeFileSync(path, content.replace("#!/bin/sh\n", "#!/bin/sh\nexec 2>&1\n"));
      const isCommand = file.endsWith("run") && !NOT_EXECUTABLE.includes(name);
      chmodSync(path, isCommand ? 0o755 : 0o644);
    }
  }
}

await script(main);
