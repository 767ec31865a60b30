import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

type Sources = {
  journal: { statistics: { stored: number; commits: number }; size: () => number };
  connections: { all: () => readonly unknown[] };
  live: { listeners: { size: number } };
};

/** What Prometheus reads at /metrics. */
export function createMetrics({ journal, connections, live }: Sources) {
  const registers = [new Registry()];
  const registry = registers[0] as Registry;
  collectDefaultMetrics({ register: registry });
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect: function () {
        this.set(read());
      },
    });
  gauge('croft_journal_waiting', 'Entries waiting for their commit', journal.size);
  gauge('croft_mqtt_connections', 'Devices connected over MQTT', () => connections.all().length);
  gauge('croft_live_pages', 'Open live streams', () => live.listeners.size);
  gauge('croft_journal_stored_total', 'Entries stored since the start', () => journal.statistics.stored);
  gauge('croft_journal_commits_total', 'Commits of the journal since the start', () => journal.statistics.commits);
  const refusals = new Counter({
    name: 'croft_refusals_total',
    help: 'Refused messages',
    labelNames: ['reason'],
    registers,
  });
  const requests = new Histogram({
    name: 'croft_http_request_seconds',
    help: 'HTTP requests by route',
    labelNames: ['route', 'status'],
    buckets: [0.005, 0.02, 0.1, 0.5, 2],
    registers,
  });
  return {
    refused: (reason: string) => refusals.inc({ reason }),
    /** @param seconds from the request's arrival to its answer */
    requested: (route: string, status: number, seconds: number) => requests.observe({ route, status }, seconds),
    contentType: registry.contentType,
    text: () => registry.metrics(),
  };
}

export type Metrics = ReturnType<typeof createMetrics>;
