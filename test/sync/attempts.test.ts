import { expect, it } from 'vitest';
import { wrongWith } from '../helpers/check.js';
import type { FaultDecision } from '../simulators/faults.js';
import { Desk, type Sent } from './desk.js';

const NOW = '2026-11-14T20:00:00Z';
const NOT_NOW: FaultDecision = { kind: '429', retryAfter: 'none' };

const isPayment = ({ method, path }: Sent) => method === 'POST' && path === '/resources/Payment/';

/** A new event of today; the payment's first requests come to what `faults` says. */
function deskWith(faults: readonly FaultDecision[]) {
  const desk = new Desk(NOW);
  const event = desk.add();
  let nth = 0;
  desk.strike = (sent) => (isPayment(sent) ? (faults[nth++] ?? null) : null);
  return { desk, event };
}

async function endsRight(desk: Desk, event: { id: number }): Promise<void> {
  desk.strike = null;
  expect(wrongWith(desk.revel, event)).toEqual([]);
  const again = await desk.sweep();
  expect(again.writes).toEqual([]);
  expect(again.of(event.id)).toMatchObject({ reason: 'ALREADY_INJECTED' });
}

/** When the payment was sent, in milliseconds after the first time. */
function times(sent: readonly Sent[]): number[] {
  const [first, ...more] = sent.filter(isPayment).map(({ at }) => at);
  return first === undefined ? [] : [0, ...more.map((at) => at - first)];
}

it('a write that is refused for now is sent again soon, without any look between', async () => {
  const { desk, event } = deskWith([NOT_NOW, { kind: '429', retryAfter: { seconds: 1 } }]);
  const run = await desk.single([event]);
  expect(run.of(event.id)).toMatchObject({ status: 'injected' });
  const [, second = 0, third = 0, ...more] = times(run.sent);
  expect(more).toEqual([]);
  expect(second).toBeLessThanOrEqual(1_000);
  // As long as the answer asks for.
  expect(third - second).toBeGreaterThanOrEqual(1_000);
  expect(third - second).toBeLessThanOrEqual(2_000);
  const first = run.sent.findIndex(isPayment);
  expect(run.sent.slice(first, first + 3).every(isPayment)).toBe(true);
  await endsRight(desk, event);
});

it('once its answer is lost, it is sent again only after a look that follows the settling time', async () => {
  const { desk, event } = deskWith([NOT_NOW, { kind: '503' }, { kind: '500-after' }]);
  const run = await desk.single([event]);
  expect(run.of(event.id)).toMatchObject({ status: 'injected' });
  const [, , resent = 0] = times(run.sent);
  expect(times(run.sent)).toHaveLength(3);
  expect(resent).toBeGreaterThanOrEqual(3_000);
  await endsRight(desk, event);
});

it('a run for one event waits no longer for a Revel that refuses now and then', async () => {
  const desk = new Desk(NOW);
  const event = desk.add();
  let nth = 0;
  desk.strike = ({ upstream }) => (upstream === 'revel' && nth++ % 3 === 0 ? NOT_NOW : null);
  const startedAt = desk.clock.now();
  const run = await desk.single([event]);
  expect(run.of(event.id)).toMatchObject({ status: 'injected' });
  // One settling time, and what the nine refusals take.
  expect(desk.clock.now() - startedAt).toBeLessThan(6_000);
  await endsRight(desk, event);
});

it.each([
  ['for longer than a moment', { kind: '429', retryAfter: { seconds: 9 } }, 1],
  ['again and again', NOT_NOW, 3],
] as const)('refused %s, it is begun anew', async (_, refusal, most) => {
  const { desk, event } = deskWith(Array.from({ length: most }, () => refusal));
  const run = await desk.single([event]);
  expect(run.of(event.id)).toMatchObject({ status: 'injected' });
  expect(times(run.sent)).toHaveLength(most + 1);
  await endsRight(desk, event);
});

it('nothing is sent again soon while Revel refuses everything', async () => {
  const desk = new Desk(NOW);
  for (let n = 0; n < 4; n += 1) desk.add();
  desk.strike = ({ upstream, method }) => (upstream === 'tripleseat' || method === 'GET' ? null : NOT_NOW);
  const run = await desk.sweep();
  expect(new Set(run.results.map(({ reason }) => reason))).toEqual(new Set(['REVEL_ERROR']));
  // Twelve times each at most, as often as a look.
  expect(run.writes.length).toBeLessThanOrEqual(4 * 12);
  desk.strike = null;
  await desk.sweep();
  for (const event of desk.tripleseat.store.events.values()) {
    expect(wrongWith(desk.revel, event)).toEqual([]);
  }
  expect((await desk.sweep()).writes).toEqual([]);
});

it.each([
  ['before', 'header', '/resources/Order/'],
  ['before', 'line', '/resources/OrderItem/'],
  ['before', 'payment', '/resources/Payment/'],
  ['before', 'history', '/resources/OrderHistory/'],
  ['after', 'header', '/resources/Order/'],
  ['after', 'line', '/resources/OrderItem/'],
  ['after', 'payment', '/resources/Payment/'],
  ['after', 'history', '/resources/OrderHistory/'],
] as const)(
  'in a sweep, answers lost %s the commit of each %s cost looks that events share',
  async (at, _, path) => {
    const desk = new Desk(NOW, false, true);
    desk.rates = { tripleseat: 8, revel: 5 };
    const events = Array.from({ length: 12 }, () => desk.add());
    const struck = new Set<string>();
    desk.strike = (sent) => {
      const key = `${sent.path} ${sent.body.replace(/"(?:created|updated|payment)_date":"[^"]*"|"opened":"[^"]*"/g, '')}`;
      if (sent.method !== 'POST' || sent.path !== path || struck.has(key)) return { kind: 'delay', ms: 100 };
      struck.add(key);
      return { kind: at === 'before' ? '500-before' : '500-after' };
    };
    const run = await desk.sweep();
    expect(new Set(run.results.map(({ status }) => status))).toEqual(new Set(['injected']));
    expect(struck.size).toBeGreaterThanOrEqual(events.length);
    const reads = run.sent.filter(({ upstream, method }) => upstream === 'revel' && method === 'GET').length;
    // Settled one by one, each would take two or three.
    expect(reads).toBeLessThan(12 * 2.5 + struck.size);
    desk.strike = null;
    for (const event of events) expect(wrongWith(desk.revel, event)).toEqual([]);
    expect((await desk.sweep()).writes).toEqual([]);
  },
);

it('a look for another event is no sign of ownership of an order that another run has claimed', async () => {
  const desk = new Desk(NOW, false, true);
  desk.rates = { tripleseat: 8, revel: 5 };
  desk.add();
  desk.add();
  let taken = { id: 0, at: 0 };
  desk.strike = ({ method, path, body, at }) => {
    const [order] = desk.revel.orders();
    const isSecondLine =
      method === 'POST' &&
      path === '/resources/OrderItem/' &&
      order !== undefined &&
      body.includes(order.resource_uri) &&
      desk.revel.items(order.id).length === 1;
    if (!isSecondLine || taken.id > 0) return { kind: 'delay', ms: 100 };
    taken = { id: order.id, at };
    desk.patch(order.resource_uri, {
      notes: order.notes?.replace(/filling .*/, 'filling 0123456789abcdef'),
    });
    return { kind: '500-before' };
  };
  const run = await desk.sweep();
  const uri = `/resources/Order/${taken.id}/`;
  const [next] = run.writes.filter(({ at, path, body }) => at > taken.at && (path + body).includes(uri));
  // The other run never goes on: once it has been quiet for long enough, its claim is taken over, and no sooner.
  expect(next).toMatchObject({
    method: 'PATCH',
    path: uri,
    body: expect.stringMatching(/^\{"notes":"[^"]* claiming [0-9a-f]{24}"/),
  });
  expect(Number(next?.at) - taken.at).toBeGreaterThan(3_000);
  expect(new Set(run.results.map(({ status }) => status))).toEqual(new Set(['injected']));
  desk.strike = null;
  for (const event of desk.tripleseat.store.events.values()) {
    expect(wrongWith(desk.revel, event)).toEqual([]);
  }
  expect((await desk.sweep()).writes).toEqual([]);
});

it('where Revel cannot be asked for the lines of several orders, each is asked by itself', async () => {
  const desk = new Desk(NOW, false, true);
  desk.rates = { tripleseat: 8, revel: 5 };
  const events = Array.from({ length: 6 }, () => desk.add());
  let together = 0;
  let odd = 0;
  desk.revel.configure({ orderFilterOnChildren: 'ignored' });
  desk.strike = ({ method, path, query }) => {
    if (query.has('order__in')) together += 1;
    const isLine = method === 'POST' && path === '/resources/OrderItem/';
    return isLine && odd++ % 2 === 0 ? { kind: '500-after' } : { kind: 'delay', ms: 100 };
  };
  const run = await desk.sweep();
  expect(new Set(run.results.map(({ status }) => status))).toEqual(new Set(['injected']));
  expect(together).toBeGreaterThan(0);
  desk.strike = null;
  for (const event of events) expect(wrongWith(desk.revel, event)).toEqual([]);
  expect((await desk.sweep()).writes).toEqual([]);
});
