/**
 * `npm run install-to -- PREFIX`: installs the result of `npm run build`, with the manual pages,
 * the completion of `sv` and the licence.
 *
 * Every file is written beside its destination and renamed into place. So a running tree keeps its
 * executables, and a failure leaves each old file whole.
 */
import {
  chmod,
  chown,
  lchown,
  mkdir,
  open,
  readFile,
  rename,
  rm,
  stat,
  symlink,
} from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { commandLine } from "./command-line.ts";
import { completionFiles } from "./completions.ts";
import { filesUnder } from "./files.ts";
import { BIN, inRoot } from "./paths.ts";
import { BuildError, script } from "./run.ts";
import { targetOf } from "./seal.ts";
import { ALIASES, TOOLS } from "./tools.ts";

const USAGE = `usage: npm run install-to -- PREFIX

Installs what npm run build has made: the tools in PREFIX/bin, their manual pages in
PREFIX/share/man/man8, the completion of sv for bash, zsh and fish where these look for it below
PREFIX/share, the licence in PREFIX/share/doc/runits. Each file is replaced in one step, so that
runsvdir may be running. If root installs, all files belong to root. DESTDIR in the environment
is put in front of PREFIX, for packages.
`;
const MAN = "docs/man";
const DIRECTORY_MODE = 0o755;
const COMMAND_MODE = 0o755;
const TEXT_MODE = 0o644;

/** A path below PREFIX, and how to make its content at another path. */
interface Item {
  readonly to: string;
  readonly isLink: boolean;
  readonly makeAt: (path: string) => Promise<void>;
}

async function main(): Promise<boolean> {
  const { positionals } = commandLine({ usage: USAGE, options: {}, takesOperands: true });
  const prefix = prefixIn(positionals);
  const items = [...(await commands()), ...(await texts())];
  for (const item of items) await install(item, prefix);
  console.log(`installed in ${prefix}`);
  for (const { to } of items) console.log(to);
  return true;
}

/**
 * The directory to install into; a relative one is resolved from the directory in which npm was
 * called.
 */
function prefixIn(words: readonly string[]): string {
  const [prefix = "", ...more] = words;
  if (more.length > 0) {
    throw new BuildError(`install-to: more than one PREFIX: ${words.join(", ")}\n${USAGE}`);
  }
  if (prefix === "") throw new BuildError(`install-to: no PREFIX\n${USAGE}`);
  const path = resolve(process.env.INIT_CWD ?? "", prefix);
  return join(process.env.DESTDIR ?? "", path);
}

/**
 * The executables come first: a link must not lead to a file that is not there yet, or is not the
 * right one.
 */
async function commands(): Promise<Item[]> {
  const names = [...TOOLS, ...Object.values(ALIASES).flat()];
  const items = await Promise.all(
    names.map(async (name): Promise<Item> => {
      const to = `bin/${name}`;
      const target = await targetOf(`${BIN}/${name}`);
      if (target === undefined) return copy(`${BIN}/${name}`, to, COMMAND_MODE);
      return { to, isLink: true, makeAt: (path) => symlink(target, path) };
    }),
  );
  return [...items.filter(({ isLink }) => !isLink), ...items.filter(({ isLink }) => isLink)];
}

async function texts(): Promise<Item[]> {
  const pages = (await filesUnder([MAN])).map((page) =>
    copy(inRoot(page), page.replace(MAN, "share/man/man8"), TEXT_MODE),
  );
  const completions = completionFiles().map(({ path, content }) => item(path, content, TEXT_MODE));
  const licence = copy(inRoot("LICENSE"), "share/doc/runits/LICENSE", TEXT_MODE);
  return [...(await Promise.all([...pages, licence])), ...completions];
}

async function copy(from: string, to: string, mode: number): Promise<Item> {
  const content = await readFile(from).catch(({ message }: Error) => {
    throw new BuildError(`install-to: nothing to install: ${message}; npm run build makes it`);
  });
  return item(to, content, mode);
}

function item(to: string, content: Buffer, mode: number): Item {
  return { to, isLink: false, makeAt: (path) => write(path, content, mode) };
}

async function install({ to, makeAt }: Item, prefix: string): Promise<void> {
  const path = join(prefix, to);
  const beside = `${path}.${process.pid}.new`;
  try {
    await makeDirectory(dirname(path));
    await rm(beside, { force: true });
    try {
      await makeAt(beside);
      if (process.getuid?.() === 0) await lchown(beside, 0, 0);
      await rename(beside, path);
    } finally {
      await rm(beside, { force: true });
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const denied = code === "EACCES" || code === "EPERM";
    const hint = denied ? "; install as root, or give a PREFIX of your own, such as ~/.local" : "";
    throw new BuildError(`install-to: unable to install ${path}: ${message}${hint}`);
  }
}

/** Writes a new file, and syncs it before it replaces another. */
async function write(path: string, content: Buffer, mode: number): Promise<void> {
  const file = await open(path, "wx");
  try {
    await file.writeFile(content);
    await file.chmod(mode); // the umask may have removed bits
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Creates a directory and its parents, regardless of the umask; an existing one stays as it is. */
async function makeDirectory(path: string): Promise<void> {
  const isThere = await stat(path).catch(() => undefined);
  if (isThere !== undefined) return;
  await makeDirectory(dirname(path));
  await mkdir(path);
  await chmod(path, DIRECTORY_MODE);
  if (process.getuid?.() === 0) await chown(path, 0, 0);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await script(main);
