/**
 * install.md: how a script starts runsvdir. reexec/executables.test.ts has the loop of an upgrade.
 */
import { test } from "node:test";
import { guideBlock } from "../../support/guide.ts";
import { Machine, machineFor } from "../../support/machine.ts";

test(
  "a runsvdir that a script starts as install.md does leaves INT to the services",
  machineFor(),
  async (t) => {
    const machine = new Machine(t);
    machine.write("srv/service/web/run", "#!/bin/sh\nexec sleep 1000\n", 0o755);
    machine.write("srv/service/web/down-signal", "INT\n");
    const block = guideBlock("install.md", "setsid env --default-signal");
    await machine.type(block.replace("/usr/local/sbin/runsvdir-start", "runsvdir /srv/service"));
    await machine.type("export SVDIR=/srv/service; sv -w 60 start web; sv -w 60 stop web");
  },
);
