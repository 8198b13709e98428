import assert from "node:assert/strict";
import { test } from "node:test";
import { type MetricsService, metricsText } from "./metrics.ts";

const WEB: MetricsService = {
  name: "web",
  directory: "/etc/service/web",
  supervisor: "runits",
  isUp: true,
  isWantedUp: true,
  restarts: 2,
  since: { seconds: 1_795_000_000, nanoseconds: 5 },
  cpuS: 1.5,
};

test("each metric has its help and type once, and a sample for each service that has a value", () => {
  const text = metricsText([WEB, { ...WEB, name: "db", restarts: undefined, isReady: false }], 3);
  const lines = text.split("\n");
  assert.deepEqual(
    lines.filter((line) => line.startsWith("runits_")),
    [
      'runits_service_info{service="web",supervisor="runits",directory="/etc/service/web"} 1',
      'runits_service_info{service="db",supervisor="runits",directory="/etc/service/web"} 1',
      'runits_service_up{service="web"} 1',
      'runits_service_up{service="db"} 1',
      'runits_service_ready{service="db"} 0',
      'runits_service_wanted_up{service="web"} 1',
      'runits_service_wanted_up{service="db"} 1',
      'runits_service_restarts_total{service="web"} 2',
      'runits_service_state_change_timestamp_seconds{service="web"} 1795000000.000000005',
      'runits_service_state_change_timestamp_seconds{service="db"} 1795000000.000000005',
      'runits_service_cpu_seconds_total{service="web"} 1.5',
      'runits_service_cpu_seconds_total{service="db"} 1.5',
      "runits_services_unreadable 3",
    ],
  );
  const heads = lines.filter((line) => line.startsWith("#"));
  assert.equal(new Set(heads).size, heads.length);
  assert.equal(heads.length % 2, 0);
  assert.ok(text.endsWith("\n"));
});

test("labels are escaped", () => {
  const text = metricsText([{ ...WEB, name: 'a"b\\c\nd' }], 0);
  assert.ok(text.includes('runits_service_up{service="a\\"b\\\\c\\nd"} 1\n'), text);
});

test("without services there are no samples of services", () => {
  assert.ok(metricsText([], 1).endsWith("\nrunits_services_unreadable 1\n"));
});
