/** honcho, which runs Procfiles: installed into target/ once, from PyPI. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { inRoot } from "../../../build/paths.ts";
import { must } from "../../../build/run.ts";

const PYTHON = "/usr/bin/python3";
/** The version and its checksum, in pip's format. */
const REQUIREMENTS = "node/import/test/honcho-requirements.txt";
const FOLDER = inRoot("target/honcho");
/** The requirements that FOLDER was installed from. */
const STAMP = join(FOLDER, "requirements.txt");

/**
 * The words of a command that runs `honcho`. It sets no variable, because its processes would have
 * that, too.
 *
 * @throws {BuildError} it cannot be installed
 */
export async function honchoCommand(): Promise<readonly string[]> {
  const wanted = await readFile(inRoot(REQUIREMENTS), "utf8");
  if ((await readFile(STAMP, "utf8").catch(() => "")) !== wanted) {
    await must(PYTHON, [
      ...["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"],
      ...["--root-user-action=ignore", "--upgrade", "--require-hashes"],
      ...["--target", FOLDER, "--requirement", REQUIREMENTS],
    ]);
    await mkdir(FOLDER, { recursive: true });
    await writeFile(STAMP, wanted);
  }
  const program = [
    `import sys; sys.path.insert(0, ${JSON.stringify(FOLDER)})`,
    "from honcho.command import main; main()",
  ];
  return [PYTHON, "-c", program.join("\n")];
}
