import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { BodyBudget } from '../../src/relay/http.js';
import { createMetrics } from '../../src/relay/metrics.js';
import { receiveWebhook } from '../../src/relay/webhook.js';
import type { Logger } from '../../src/report/log.js';

const log: Logger = { debug() {}, info() {}, warn() {}, error() {}, release() {}, forRun: () => log };

it('takes no delivery that there is no room to read for a sign that webhooks still come', async () => {
  const metrics = createMetrics(() => ({ waiting: 0, running: 0, oldestSeconds: 0 }), systemClock);
  const request = Object.assign(Readable.from([Buffer.alloc(100)]), {
    headers: { 'content-type': 'application/json' },
    socket: { remoteAddress: '127.0.0.1' },
  }) as unknown as IncomingMessage;
  const reply = await receiveWebhook(request, {
    scheduler: { deliver: async () => ({ kind: 'queued' }) },
    signingKeys: ['a-key-of-this-test'],
    allowUnsigned: false,
    bodySignatures: false,
    enabled: true,
    clock: systemClock,
    correlationId: () => '1a2b3c4d',
    budget: new BodyBudget(99),
    log,
    complain: () => undefined,
    count: metrics.delivery,
    pace: async () => true,
  });
  expect(reply).toMatchObject({ status: 503, body: { reason: 'OVERLOADED' } });
  const lines = (await metrics.render()).split('\n');
  expect(lines).toContain('ts_reconcile_webhook_last_delivery_timestamp_seconds 0');
  expect(lines).toContain('ts_reconcile_webhook_deliveries_total{result="overloaded"} 1');
});
