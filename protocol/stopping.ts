/**
 * The file `supervise/stopping`: why a service is being stopped, while it waits for the services
 * that depend on it, and until control/t has decided. One line: `d` or `x`, the control byte; or
 * `for NAME`, if a service that it needs is being stopped. In that case the file stays until the
 * process has ended, because the status does not show such a stop.
 *
 * Pure: values in, text out, and back.
 */

/** No line is longer: a file name has at most 255 bytes. */
export const STOPPING_MAX_BYTES = 512;

/** The reason of a stop: a control byte, or the name of a needed service. */
export type StopReason = { readonly by: "d" | "x" } | { readonly for: string };

export function stoppingText(reason: StopReason): string {
  return "by" in reason ? `${reason.by}\n` : `${FOR}${reason.for}\n`;
}

/** @returns `undefined` if the text is not that of {@link stoppingText} */
export function readStopping(text: string): StopReason | undefined {
  if (!text.endsWith("\n")) return undefined;
  const line = text.slice(0, -1);
  if (line === "d" || line === "x") return { by: line };
  if (!line.startsWith(FOR) || line.length === FOR.length) return undefined;
  return { for: line.slice(FOR.length) };
}

const FOR = "for ";
