/** Services for virtual machines. */
import { mkdirSync } from "node:fs";
import type { Root } from "./disk.ts";
import type { Machine } from "./machine.ts";

/** Records a start in a file of the service's name: which boot, and which process. */
const RECORD =
  'echo "$(cat /proc/sys/kernel/random/boot_id) $$" >>/var/lib/starts/$(basename $PWD)';
/** `slow`, which is down at first, needs 20 seconds to stop. */
const SERVICES = {
  "web/run": `${RECORD}; exec 2>&1; echo web starts; exec sleep 100000`,
  "web/log/run": "exec chpst -u nobody svlogd -tt /var/log/web",
  "db/run": `${RECORD}; exec sleep 100000`,
  "slow/run": `${RECORD}
trap 'sleep 20; echo slow has ended >/dev/console; exit 0' TERM
while :; do sleep 1; done`,
  "alone/run": `${RECORD}; exec sleep 100000`,
};

/** @param sets names of services, by the directory of /etc/runit/runsvdir that has them */
export function addServices(root: Root, sets: Readonly<Record<string, readonly string[]>>): void {
  for (const [path, script] of Object.entries(SERVICES)) root.script(`etc/sv/${path}`, script);
  root.put("etc/sv/slow/down", "");
  mkdirSync(root.at("var/lib/starts"), { recursive: true });
  for (const [set, names] of Object.entries(sets)) {
    for (const name of names) root.link(`etc/runit/runsvdir/${set}/${name}`, `/etc/sv/${name}`);
  }
}

/** How often each service has been started since this boot, by name. */
export async function startsOf(machine: Machine): Promise<Record<string, number>> {
  const { text } = await machine.shell(
    'cd /var/lib/starts; grep -c "$(cat /proc/sys/kernel/random/boot_id)" * /dev/null; cd',
  );
  const counts = [...text.matchAll(/^(\w+):([1-9]\d*)$/gm)];
  return Object.fromEntries(counts.map(([, name = "", count]) => [name, Number(count)]));
}
