import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Clock } from '../clock.js';
import { type DropReason, dropReasons } from './connections.js';

/** What became of a delivery. */
const deliveryResults = [
  /** A run was queued. */
  'queued',
  /** It joined a run that was queued already, or asked for one more after the one under way. */
  'joined',
  'ignored',
  'disabled',
  'unsigned',
  'malformed',
  'too_large',
  'queue_full',
  /** More bodies at once than there is room for: it was not read, so that nobody knows whose it was. */
  'overloaded',
  'unavailable',
] as const;
export type DeliveryResult = (typeof deliveryResults)[number];

/** Results of deliveries that Tripleseat itself has sent, for all that can be known. */
const GENUINE: ReadonlySet<DeliveryResult> = new Set([
  'queued',
  'joined',
  'ignored',
  'disabled',
  'queue_full',
  'unavailable',
]);
/** Ends that rules compare: they are there from the start, with 0. */
const RUN_ENDS = ['0', '1', '69', '70', '75', '77', '78', 'killed', 'timeout', 'unstarted'];
/** What was rendered is answered again for so long. */
const CACHED_MS = 1000;

/** The numbers that `/metrics` tells. */
export interface RelayMetrics {
  delivery(result: DeliveryResult): void;
  /** A request was refused for want of the right token. */
  unauthorized(): void;
  /** A connection was closed before it got an answer. */
  dropped(reason: DropReason): void;
  /** `exit` is the exit code, or `killed`, `timeout`, `unstarted`. */
  run(exit: string, seconds: number): void;
  /** Prometheus text, at most a second old. */
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

/** Metrics in a registry of their own. Whatever a rule may compare is there from the start. */
export function createMetrics(queue: () => QueueNumbers, clock: Pick<Clock, 'now' | 'steady'>): RelayMetrics {
  const registry = new Registry();
  const registers = [registry];
  const deliveries = new Counter({
    name: 'ts_reconcile_webhook_deliveries_total',
    help: 'Webhook deliveries by what became of them.',
    labelNames: ['result'],
    registers,
  });
  for (const result of deliveryResults) deliveries.inc({ result }, 0);
  const last = new Gauge({
    name: 'ts_reconcile_webhook_last_delivery_timestamp_seconds',
    help: 'When the last delivery came that was signed rightly. 0: none since the start.',
    registers,
  });
  const started = new Gauge({
    name: 'ts_reconcile_webhook_start_timestamp_seconds',
    help: 'When this relay started.',
    registers,
  });
  started.set(clock.now() / 1000);
  const unauthorized = new Counter({
    name: 'ts_reconcile_webhook_unauthorized_total',
    help: 'Requests other than deliveries that were refused for want of the right token.',
    registers,
  });
  const dropped = new Counter({
    name: 'ts_reconcile_webhook_connections_dropped_total',
    help: 'Connections that were closed without the answer they waited for, by reason.',
    labelNames: ['reason'],
    registers,
  });
  for (const reason of dropReasons) dropped.inc({ reason }, 0);
  const runs = new Counter({
    name: 'ts_reconcile_webhook_runs_total',
    help: 'Runs that were started for webhooks, by exit code.',
    labelNames: ['exit'],
    registers,
  });
  for (const exit of RUN_ENDS) runs.inc({ exit }, 0);
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
  let rendered: { at: number; text: Promise<string> } | null = null;
  return {
    delivery(result) {
      deliveries.inc({ result });
      if (GENUINE.has(result)) last.set(clock.now() / 1000);
    },
    unauthorized: () => unauthorized.inc(),
    dropped: (reason) => dropped.inc({ reason }),
    run(exit, seconds) {
      runs.inc({ exit });
      duration.observe(seconds);
    },
    render() {
      const now = clock.steady();
      if (rendered === null || now - rendered.at >= CACHED_MS)
        rendered = { at: now, text: registry.metrics() };
      return rendered.text;
    },
    contentType: registry.contentType,
  };
}
