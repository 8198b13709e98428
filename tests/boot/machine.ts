/**
 * A virtual machine in qemu: its serial console, which tests read and type on, its keyboard, and
 * its power.
 *
 * The processor is emulated: /dev/kvm may be there and hang.
 */
import { mkdtempSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { type Running, type Sandbox, sendSignal } from "../support/sandbox.ts";
import { eventually } from "../support/wait.ts";
import { AMD64, type Hardware } from "./hardware.ts";

/** Emulated processors on a busy machine take their time. */
const DEADLINE_MS = 600_000;

export class Machine {
  readonly #qemu: Running;
  readonly #serial: Socket;
  readonly #monitor: Socket;
  #console = "";
  /** How much of the console has been read by `until`. */
  #read = 0;
  #isOff = false;

  private constructor(qemu: Running, serial: Socket, monitor: Socket) {
    this.#qemu = qemu;
    this.#serial = serial;
    this.#monitor = monitor;
    serial.setEncoding("latin1").on("data", (text: string) => {
      this.#console += text.replaceAll("\r", "");
    });
    // The power was cut.
    for (const socket of [serial, monitor]) socket.on("error", () => undefined);
    monitor.resume();
    serial.on("close", () => {
      this.#isOff = true;
    });
  }

  /** Switches a machine on. */
  static async boot(box: Sandbox, disk: string, hardware: Hardware = AMD64): Promise<Machine> {
    const dir = mkdtempSync(join(box.dir, "machine-"));
    const [serial, monitor] = [accept(join(dir, "serial")), accept(join(dir, "monitor"))];
    const qemu = box.start([
      ...`${hardware.qemu} -accel tcg -m 256 -nodefaults -display none`.split(" "),
      ...`-serial unix:${serial.path} -monitor unix:${monitor.path}`.split(" "),
      ...["-kernel", hardware.kernel],
      ...`-drive file=${disk},format=raw,if=none,id=disk -device nvme,drive=disk,serial=1`.split(
        " ",
      ),
      "-append",
      `console=${hardware.console} root=/dev/nvme0n1 ro init=/sbin/init panic=-1 quiet`,
    ]);
    const failed = qemu.ended.then(() => {
      throw new Error(`qemu has ended: ${qemu.stderr()}`);
    });
    const sockets = await Promise.race([failed, Promise.all([serial.socket, monitor.socket])]);
    failed.catch(() => undefined);
    return new Machine(qemu, ...sockets);
  }

  /** Everything that the console has shown. */
  console(): string {
    return this.#console;
  }

  /** Waits for text on the console behind the match of the last call. @returns the match */
  async until(pattern: RegExp): Promise<RegExpMatchArray> {
    const look = () => {
      const match = this.#console.slice(this.#read).match(pattern) ?? undefined;
      if (match === undefined && this.#isOff)
        throw new Error(`off before ${pattern}:\n${this.#console}`);
      return match;
    };
    const found = await eventually(`${pattern}`, look, () => this.#console, DEADLINE_MS);
    this.#read += (found.index ?? 0) + found[0].length;
    return found;
  }

  /** Logs in as root, who has no password, on the serial console. */
  async logIn(): Promise<void> {
    await this.until(/login: /);
    this.type("root");
    await this.until(/# /);
  }

  type(line: string): void {
    this.#serial.write(`${line}\n`);
  }

  /** Types a command. @returns its output and exit code */
  async shell(command: string): Promise<{ readonly text: string; readonly code: number }> {
    const from = this.#console.length;
    this.type(`${command}; printf '<%s>\\n' $?`);
    const [, code = ""] = await this.until(/<(\d+)>\n/);
    const text = this.#console.slice(from, this.#read);
    await this.until(/# /); // else it could come between the next command and its output
    return { text, code: Number(code) };
  }

  /** Presses Control, Alt and Delete. */
  pressCtrlAltDel(): void {
    this.#monitor.write("sendkey ctrl-alt-delete\n");
  }

  /** The power fails. */
  async cutPower(): Promise<void> {
    sendSignal(this.#qemu.pid, "SIGKILL");
    await this.#qemu.exit();
  }

  /** Waits until the machine has switched itself off. */
  async off(): Promise<void> {
    const { code } = await this.#qemu.exit(DEADLINE_MS);
    if (code !== 0) throw new Error(`qemu: exit ${code}\n${this.#qemu.stderr()}\n${this.#console}`);
  }
}

/** Waits for qemu, which connects before it switches the machine on. */
function accept(path: string): { readonly path: string; readonly socket: Promise<Socket> } {
  const server = createServer();
  const socket = new Promise<Socket>((resolve) => {
    server.once("connection", (accepted) => {
      server.close();
      resolve(accepted);
    });
  });
  server.listen(path);
  return { path, socket };
}
