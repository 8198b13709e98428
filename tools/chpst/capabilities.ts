/**
 * The names of Linux's capabilities, for `--cap-drop` and `--cap-keep`.
 *
 * Pure: a table.
 * Source: capabilities(7), linux/capability.h of Linux 6.1.
 */
import { isDigits } from "../../base/digits.ts";

/** By number, from 0 on. */
const NAMES =
  "chown dac_override dac_read_search fowner fsetid kill setgid setuid setpcap linux_immutable " +
  "net_bind_service net_broadcast net_admin net_raw ipc_lock ipc_owner sys_module sys_rawio sys_chroot " +
  "sys_ptrace sys_pacct sys_admin sys_boot sys_nice sys_resource sys_time sys_tty_config mknod lease " +
  "audit_write audit_control setfcap mac_override mac_admin syslog wake_alarm block_suspend audit_read " +
  "perfmon bpf checkpoint_restore";

/** More than a kernel can have: it keeps them in 64 bits. */
export const CAPABILITIES_MAX = 64;

/**
 * Which capabilities leave the bounding set; `"all"` means up to the last that the kernel knows.
 */
export interface Bounding {
  readonly drop: readonly Capability[] | "all";
  readonly keep: readonly Capability[];
}
interface Capability {
  readonly number: number;
  /** As the command line has it. */
  readonly name: string;
}

/**
 * A list with commas: names with or without `CAP_`, in any case, or numbers; or `all`.
 *
 * @returns `undefined` if one is unknown
 */
export function parseCapabilities(text: string): readonly Capability[] | "all" | undefined {
  if (text.toLowerCase() === "all") return "all";
  const list = text.split(",").map((name) => ({ name, number: numberOf(name) }));
  return list.every((one) => one.number >= 0 && one.number < CAPABILITIES_MAX) ? list : undefined;
}

/** The number of a capability, or -1. */
function numberOf(name: string): number {
  if (isDigits(name)) return Number(name);
  const lower = name.toLowerCase();
  return NAMES.split(" ").indexOf(lower.startsWith("cap_") ? lower.slice(4) : lower);
}

const WORD_BITS = 32;
/** The places of the inheritable set's words in the result of `posix.capget`. */
const INHERITABLE = [2, 5] as const;

/**
 * The sets of a process, as `posix.capget` returns them, without these capabilities in the
 * inheritable one.
 */
export function withoutInheritable(
  words: readonly number[],
  numbers: readonly number[],
): readonly number[] {
  const left = [...words];
  for (const number of numbers) {
    const at = INHERITABLE[number < WORD_BITS ? 0 : 1];
    left[at] = ((left[at] ?? 0) & ~(1 << (number % WORD_BITS))) >>> 0;
  }
  return left;
}
