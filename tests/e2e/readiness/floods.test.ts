/** A service that sends messages without end starves neither its supervisor nor other services. */
import { untilReady } from "../../support/readiness.ts";
import { testBothWays } from "../../support/scan.ts";
import { FOREVER } from "../../support/service.ts";
import { improved } from "../../support/suite.ts";

/** Every second message changes what is published. */
const FLOOD = `exec perl -MSocket -e '
  (my $name = $ENV{NOTIFY_SOCKET}) =~ s/^@/\\0/;
  socket my $socket, AF_UNIX, SOCK_DGRAM, 0 or die;
  for (my $i = 0;; $i++) {
    my $text = $i % 2 ? "STATUS=$i\\nRELOADING=1" : "READY=1";
    send $socket, $text, 0, pack_sockaddr_un($name);
  }'`;

testBothWays("a flood of messages holds up no command", improved("readiness"), async (t, start) => {
  const tree = start(t, {
    web: { run: FLOOD, files: { "notify-socket": "" } },
    other: { run: FOREVER },
  });
  const [web, other] = [tree.service("web"), tree.service("other")];
  await untilReady(web);
  const { pid } = await other.untilRunning();
  other.control("t");
  await other.untilRunning(pid);
  web.control("d");
  await web.until("down", ({ phase }) => phase === "down");
});
