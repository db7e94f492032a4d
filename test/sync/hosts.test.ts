import { expect, it } from 'vitest';
import { orderId } from '../../src/domain/ids.js';
import { places, STAFF_USER } from '../../src/sandbox/world/places.js';
import { wrongWith } from '../helpers/check.js';
import { Desk } from './desk.js';
import { leaveHeader } from './others.js';

/*
 * Two hosts that share no lock, at one event.
 */

const NOW = '2026-11-14T20:00:00Z';
const taco = { name: 'Taco Bar', price: 824, quantity: '2.0' };
const lines = (count: number) =>
  Array.from({ length: count }, (_, n) => ({ ...taco, quantity: `${n + 1}.0` }));
const isLine = ({ method, path }: { method: string; path: string }) =>
  method === 'POST' && path === '/resources/OrderItem/';
const isPayment = ({ path }: { path: string }) => path.startsWith('/resources/Payment/');

/** The event is as these options have it from now on. */
function edit(desk: Desk, event: { id: number }, options: Parameters<Desk['add']>[0]) {
  const edited = new Desk(desk.clock.now()).add({ id: event.id, ...options });
  desk.tripleseat.store.putEvent(edited);
  return edited;
}

async function endsRight(desk: Desk, event: Parameters<typeof wrongWith>[1] & { id: number }): Promise<void> {
  desk.strike = null;
  await desk.clock.sleep(600_000);
  expect(wrongWith(desk.revel, event)).toEqual([]);
  const again = await desk.sweep();
  expect(again.writes).toEqual([]);
  expect(again.of(event.id)).toMatchObject({ reason: 'ALREADY_INJECTED' });
}

it('a new order that takes long to fill is not taken away by a sweep that reports the old one', async () => {
  const desk = new Desk(NOW, false, true);
  const payments = [{ amount: 600 }];
  const event = desk.add({ documents: [{ lines: [taco], payments }] });
  const old = orderId((await desk.single([event])).of(event.id).orderId ?? '');
  await desk.clock.sleep(600_000);
  const edited = edit(desk, event, { documents: [{ lines: lines(60), payments }] });
  let nth = 0;
  let sweep: ReturnType<Desk['sweep']> | null = null;
  const late: { at: number; request: Parameters<typeof handle>[0] }[] = [];
  const handle = desk.revel.handle.bind(desk.revel);
  // What the sweep marks deleted is carried out as late as it may.
  desk.revel.handle = (request, now) => {
    for (const each of late.splice(0)) {
      if (each.at > now) late.push(each);
      else handle(each.request, now);
    }
    const body = request.body ?? '';
    if (request.method !== 'PATCH' || !body.includes('"deleted":true') || !body.includes(`by order ${old}`))
      return handle(request, now);
    late.push({ at: now + 25_000, request });
    return { status: 504, headers: {}, body: '' };
  };
  desk.strike = (sent) => {
    if (!isLine(sent)) return null;
    nth += 1;
    if (nth === 50) sweep = desk.elsewhere(() => desk.sweep());
    return { kind: 'delay', ms: 2_000 };
  };
  const run = await desk.single([event], { decision: { kind: 'replace', order: old } });
  expect(run.of(event.id)).toMatchObject({ status: 'injected' });
  await sweep;
  expect(sweep).not.toBeNull();
  await endsRight(desk, edited);
  const live = desk.revel.orders().flatMap(({ id }) => desk.revel.payments(id).filter((row) => !row.deleted));
  expect(live.map(({ amount }) => amount)).toEqual(['6.000000']);
});

it('a header that was paid before staff could see another order is not taken away with what was paid', async () => {
  const desk = new Desk(NOW, false, true);
  const event = desk.add({ documents: [{ lines: [taco], payments: [{ amount: 600 }] }] });
  const staff = `/enterprise/User/${STAFF_USER}/`;
  let rival: number | null = null;
  desk.strike = (sent) => {
    if (rival !== null || !isPayment(sent) || sent.method !== 'POST') return null;
    const order = { local_id: `Triple Seat ${event.id}`, created_by: staff, updated_by: staff, notes: '' };
    const items = [{ product: 503, quantity: 2, price: 8.24 }];
    rival = leaveHeader(desk, event, { order, items, history: [{}] });
    return { kind: 'delay', ms: 9_000 };
  };
  const run = await desk.sweep();
  expect(rival).not.toBeNull();
  const left = desk.revel.orders().find(({ id }) => id !== rival);
  expect(left?.deleted).toBe(false);
  expect(desk.revel.payments(left?.id ?? 0).filter((row) => !row.deleted)).toHaveLength(1);
  expect(
    run.writes.filter(({ method, body }) => method === 'PATCH' && body.includes('"deleted":true')),
  ).toEqual([]);
  expect((await desk.sweep()).writes).toEqual([]);
});

it('what this run had paid before another one took the order counts no more when it has the order back', async () => {
  const desk = new Desk(NOW, false, true);
  const event = desk.add({ documents: [{ lines: [taco], payments: [{ amount: 600 }] }] });
  desk.add({ documents: [{ lines: lines(60) }] });
  const kill = new AbortController();
  let other: Promise<unknown> | null = null;
  let edited = event;
  desk.strike = (sent) => {
    if (isLine(sent)) return { kind: 'delay', ms: 2_000 };
    if (isPayment(sent) && sent.method === 'PATCH') kill.abort('SIGKILL');
    if (!isPayment(sent) || sent.method !== 'POST' || other) return null;
    other = desk.clock.sleep(100).then(() => {
      edited = edit(desk, event, { documents: [{ lines: [taco], payments: [{ amount: 700 }] }] });
      return desk.elsewhere(() => desk.single([event], { correlationId: 'bbbbbbbb' }, {}, kill.signal));
    });
    return { kind: 'hang-after' };
  };
  let shownUnpaid = false;
  const handle = desk.revel.handle.bind(desk.revel);
  desk.revel.handle = (request, now) => {
    const answer = handle(request, now);
    const row = desk.revel.orders().find(({ local_id }) => local_id === `Triple Seat_${event.id}`);
    const isShown = row !== undefined && row.orderhistory.length > 0;
    shownUnpaid ||= isShown && desk.revel.payments(row.id).every(({ deleted }) => deleted);
    return answer;
  };
  await desk.sweep({}, { concurrency: 4 });
  await other;
  expect(kill.signal.aborted).toBe(true);
  expect(shownUnpaid).toBe(false);
  desk.strike = null;
  await desk.sweep();
  await endsRight(desk, edited);
});

/** A run has died at the first line of an event's order, and one of another host is waiting that out by now. */
async function waitingForDead() {
  const desk = new Desk(NOW, false, true);
  const event = desk.add({ documents: [{ lines: [taco] }] });
  const kill = new AbortController();
  desk.strike = (sent) => {
    if (isLine(sent)) kill.abort('SIGKILL');
    return null;
  };
  await desk.single([event], {}, {}, kill.signal);
  desk.strike = null;
  const run = desk.elsewhere(() => desk.single([event], { correlationId: 'cccccccc' }));
  await desk.clock.sleep(15_000);
  return { desk, event, run };
}

it('an event that is edited while another run is waited out gets the order that it has now', async () => {
  const { desk, event, run } = await waitingForDead();
  const edited = edit(desk, event, { documents: [{ lines: [{ ...taco, quantity: '3.0' }] }] });
  expect((await run).of(event.id)).toMatchObject({ status: 'repaired' });
  await endsRight(desk, edited);
});

it.each<[string, (desk: Desk, id: number) => void, string]>([
  [
    'is lost',
    (desk, id) => desk.tripleseat.store.setStatus(id, 'LOST', desk.clock.now()),
    'STATUS_NOT_ELIGIBLE',
  ],
  ['is gone', (desk, id) => void desk.tripleseat.store.events.delete(id), 'EVENT_NOT_FOUND'],
  [
    'cannot be made any more',
    (desk, id) => void edit(desk, { id }, { documents: [{ lines: [{ ...taco, name: 'Nothing like it' }] }] }),
    'UNMATCHED_ITEMS',
  ],
])('an event that %s when another run has been waited out gets no order', async (_, change, reason) => {
  const { desk, event, run } = await waitingForDead();
  change(desk, event.id);
  expect((await run).of(event.id)).toMatchObject({ reason });
  expect(desk.revel.orders().every(({ orderhistory }) => orderhistory.length === 0)).toBe(true);
  expect((await desk.single([event])).writes).toEqual([]);
});

it('an event that has moved since it was planned is not called orphaned where it stands now', async () => {
  const desk = new Desk(NOW, false, true);
  const event = desk.add({ documents: [{ lines: [taco] }] });
  for (let n = 0; n < 6; n += 1) desk.add({ documents: [{ lines: lines(6) }] });
  let webhook: Promise<unknown> | null = null;
  let isBusy = false;
  desk.strike = (sent) => {
    if (!webhook && sent.path.includes(`/events/${event.id}`)) {
      webhook = desk.clock.sleep(200).then(async () => {
        const { siteId, locationId } = places.lake;
        desk.tripleseat.store.move(event.id, { siteId, locationId }, desk.clock.now());
        isBusy = true;
        const run = await desk.single([event], { correlationId: 'bbbbbbbb', trigger: 'webhook' });
        isBusy = false;
        return run.of(event.id);
      });
    }
    return !isBusy && isLine(sent) ? { kind: 'delay', ms: 4_000 } : null;
  };
  const run = await desk.sweep({}, { concurrency: 1, revelRps: 2 });
  expect(await webhook).toMatchObject({ status: 'injected' });
  expect(run.of(event.id).reason).not.toBe('ORPHANED');
  await endsRight(desk, desk.tripleseat.store.events.get(event.id) ?? event);
});

it.each([
  ['another host', 'by itself', true, 44_000],
  ['another host', 'in a sweep', true, 44_000],
  ['the same host', 'by itself', false, 29_000],
  ['the same host', 'in a sweep', false, 29_000],
])(
  'an order that a run of %s was filling when it was shown is judged once nothing of that run can arrive, %s',
  async (_, how, isElsewhere, lateMs) => {
    const desk = new Desk(NOW, false, true);
    const event = desk.add({ documents: [{ lines: lines(2) }] });
    const fill = () => desk.single([event], { correlationId: '0000dead' });
    const first = isElsewhere ? await desk.elsewhere(fill) : await fill();
    const header = first.writes.find(({ method, path }) => method === 'POST' && path === '/resources/Order/');
    const [order] = desk.revel.orders();
    const [line] = desk.revel.items(order?.id ?? 0);
    if (!header || !order || !line) throw new Error('nothing was made');
    await desk.clock.sleep(60_000);
    desk.patch(order.resource_uri, { notes: (JSON.parse(String(header.body)) as { notes: string }).notes });
    const handle = desk.revel.handle.bind(desk.revel);
    let removeAt = Number.POSITIVE_INFINITY;
    desk.revel.handle = (request, now) => {
      removeAt = Math.min(removeAt, now + lateMs);
      if (now >= removeAt) {
        desk.revel.handle = handle;
        desk.patch(`/resources/OrderItem/${line.id}/`, { deleted: true });
      }
      return handle(request, now);
    };
    desk.cache.clear();
    const judge = () => (how === 'in a sweep' ? desk.sweep() : desk.single([event]));
    const run = await judge();
    expect(run.of(event.id)).toMatchObject({ status: 'failed', reason: 'DRIFT', orderId: String(order.id) });
    expect(run.writes).toEqual([]);
    expect((await judge()).writes).toEqual([]);
  },
);
