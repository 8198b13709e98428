/** Raises the limit on descriptors for a command that holds some for each service. */
import * as posix from "posix";
import { ignoringErrors } from "../../../base/errors.ts";

/** The usual limit suffices for so many services. */
const FEW_SERVICES = 200;

/** Raises the soft limit to the hard one, if `count` services may need more. */
export function raiseDescriptorLimit(count: number): void {
  if (count <= FEW_SERVICES) return;
  ignoringErrors(() => {
    const { hard } = posix.getrlimit("nofile");
    posix.setrlimit("nofile", { soft: hard, hard });
  });
}
