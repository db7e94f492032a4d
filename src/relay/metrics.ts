import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** What became of a delivery. */
export type DeliveryResult =
  /** A run was queued. */
  | 'queued'
  /** It joined a run that was queued already, or asked for one more after the one under way. */
  | 'joined'
  | 'ignored'
  | 'disabled'
  | 'unsigned'
  | 'malformed'
  | 'too_large'
  | 'queue_full'
  | 'unavailable';

/** The numbers that `/metrics` tells. */
export interface RelayMetrics {
  delivery(result: DeliveryResult): void;
  /** `exit` is the exit code, or `killed`, `timeout`, `unstarted`. */
  run(exit: string, seconds: number): void;
  /** Prometheus text. */
  render(): Promise<string>;
  contentType: string;
}

/** What gauges read at the moment they are asked. */
export interface QueueNumbers {
  /** Events that are owed a run, without those whose run is under way. */
  waiting: number;
  running: number;
  /** Seconds since the oldest delivery that no run has answered yet; 0: there is none. */
  oldestSeconds: number;
}

/** Metrics in a registry of their own. */
export function createMetrics(queue: () => QueueNumbers): RelayMetrics {
  const registry = new Registry();
  const registers = [registry];
  const deliveries = new Counter({
    name: 'ts_reconcile_webhook_deliveries_total',
    help: 'Webhook deliveries by what became of them.',
    labelNames: ['result'],
    registers,
  });
  const runs = new Counter({
    name: 'ts_reconcile_webhook_runs_total',
    help: 'Runs that were started for webhooks, by exit code.',
    labelNames: ['exit'],
    registers,
  });
  const duration = new Histogram({
    name: 'ts_reconcile_webhook_run_duration_seconds',
    help: 'How long those runs took.',
    buckets: [0.5, 1, 2, 5, 10, 30, 60, 300, 1800],
    registers,
  });
  const gauge = (name: string, help: string, read: (numbers: QueueNumbers) => number) =>
    new Gauge({
      name: `ts_reconcile_webhook_${name}`,
      help,
      registers,
      collect() {
        this.set(read(queue()));
      },
    });
  gauge('queue_length', 'Events waiting for a run.', ({ waiting }) => waiting);
  gauge('runs_in_progress', 'Runs under way.', ({ running }) => running);
  gauge(
    'queue_oldest_age_seconds',
    'Age of the oldest delivery whose run has not ended.',
    ({ oldestSeconds }) => oldestSeconds,
  );
  return {
    delivery: (result) => deliveries.inc({ result }),
    run(exit, seconds) {
      runs.inc({ exit });
      duration.observe(seconds);
    },
    render: () => registry.metrics(),
    contentType: registry.contentType,
  };
}
