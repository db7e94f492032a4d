import { expect, it } from 'vitest';
import { orderId } from '../../src/domain/ids.js';
import { places, STAFF_USER } from '../../src/sandbox/world/places.js';
import { Desk } from './desk.js';
import { Late } from './others.js';

const NOW = '2026-11-14T18:00:00Z';
const taco = { name: 'Taco Bar', price: 824, quantity: '2.0' };
const pause = 600_000;

/** Staff has taken the first order away, it was made again because a person wanted it so, and the event was edited. */
async function recreated(how: 'deleted' | 'voided') {
  const desk = new Desk(NOW);
  const event = desk.add({ documents: [{ lines: [taco] }] });
  const first = (await desk.single([event])).of(event.id).orderId ?? '';
  await desk.clock.sleep(pause);
  if (how === 'deleted') {
    desk.revel.control('pos-delete', { orderId: Number(first), userId: STAFF_USER }, desk.clock.now());
  } else {
    for (const item of desk.revel.items(Number(first))) {
      const voided = { deleted: true, updated_by: `/enterprise/User/${STAFF_USER}/` };
      desk.patch(`/resources/OrderItem/${item.id}/`, voided);
    }
    desk.revel.control('pos-open', { orderId: Number(first) }, desk.clock.now());
  }
  await desk.clock.sleep(pause);
  expect((await desk.single([event])).of(event.id).reason).toBe('REMOVED_BY_STAFF');
  const again = await desk.single([event], { decision: { kind: 'recreate' } });
  expect(again.of(event.id).status).toBe('injected');
  const second = again.of(event.id).orderId ?? '';
  await desk.clock.sleep(pause);
  expect((await desk.single([event])).of(event.id).reason).toBe('ALREADY_INJECTED');
  const edited = new Desk(desk.clock.now()).add({
    id: event.id,
    documents: [{ lines: [{ ...taco, quantity: '3.0' }] }],
  });
  desk.tripleseat.store.putEvent(edited);
  expect((await desk.single([event])).of(event.id).reason).toBe('DRIFT');
  return { desk, event: edited, second };
}

it.each(['deleted', 'voided'] as const)(
  'an order that was made again after staff had %s the first one can be replaced',
  async (how) => {
    const { desk, event, second } = await recreated(how);
    const run = await desk.single([event], { decision: { kind: 'replace', order: orderId(second) } });
    expect(run.of(event.id).status).toBe('injected');
    await desk.clock.sleep(pause);
    const after = await desk.single([event]);
    expect([after.of(event.id).reason, after.writes]).toEqual(['ALREADY_INJECTED', []]);
  },
);

it.each(['deleted', 'voided'] as const)(
  'an order that was made again after staff had %s the first one can be voided',
  async (how) => {
    const { desk, event, second } = await recreated(how);
    desk.tripleseat.store.setStatus(event.id, 'LOST', desk.clock.now());
    expect((await desk.single([event])).of(event.id)).toMatchObject({ reason: 'ORPHANED', orderId: second });
    const run = await desk.single([event], { decision: { kind: 'void', order: orderId(second) } });
    expect(run.of(event.id).error ?? '').toBe('');
    await desk.clock.sleep(pause);
    const after = await desk.single([event]);
    expect([after.of(event.id).status, after.writes]).toEqual(['skipped', []]);
  },
);

/** A host that fills the order dies with its last line on the way; another program shows the order to staff. */
async function shownWhile(shown: 'before the claim' | 'while it is claimed') {
  const desk = new Desk(NOW, false, true);
  const lines = [taco, { ...taco, quantity: '5.0' }];
  const event = desk.add({ documents: [{ lines }] });
  const kill = new AbortController();
  const late = new Late(desk);
  let nth = 0;
  let isShown = false;
  const show = (now: number) => {
    if (isShown) return;
    isShown = true;
    const [order] = desk.revel.orders();
    const row = {
      uuid: '77777777-0000-4000-8000-000000000000',
      order: order?.resource_uri,
      order_opened_by: order?.created_by,
      order_opened_at: order?.created_at,
      opened: '2026-11-14T10:00:00',
    };
    const headers = { 'api-authentication': 'key:secret', 'content-type': 'application/json' };
    const request = {
      method: 'POST',
      path: '/resources/OrderHistory/',
      query: new URLSearchParams(),
      headers,
    };
    const { status } = late.handle({ ...request, body: JSON.stringify(row) }, now);
    expect(status).toBe(201);
  };
  desk.revel.handle = (request, now) => {
    late.carryOut(now);
    const isLine = request.method === 'POST' && request.path === '/resources/OrderItem/';
    if (isLine) nth += 1;
    if (isLine && nth === 2) {
      kill.abort('SIGKILL');
      if (shown === 'before the claim') show(now);
      return late.hold(request, now + 25_000);
    }
    if (request.method === 'PATCH' && (request.body ?? '').includes('claiming')) show(now);
    return late.handle(request, now);
  };
  await desk.elsewhere(() => desk.single([event], { correlationId: '0000dead' }, {}, kill.signal));
  const run = await desk.single([event], { correlationId: 'bbbbbbbb' });
  await late.pass(60_000);
  const [order] = desk.revel.orders();
  const there = desk.revel.items(order?.id ?? 0).filter(({ deleted }) => !deleted).length;
  return { result: run.of(event.id), there, isShown };
}

it.each(['before the claim', 'while it is claimed'] as const)(
  'no line is told as missing that another host may still write to an order that was shown %s',
  async (shown) => {
    const { result, there, isShown } = await shownWhile(shown);
    expect(isShown).toBe(true);
    expect(there).toBe(2);
    expect(result.reason).toBe('TOUCHED');
    expect(result.differences.filter(({ field }) => field === 'line')).toEqual([]);
  },
);

const RUN = '0000dead';
const again = (isSame: boolean) => ({ correlationId: isSame ? RUN : 'bbbbbbbb' });

/** What a relay does after a run was killed: it starts the same delivery once more, with its correlation id. */
it.each([
  ['another', false],
  ['the same', true],
])(
  'the mark of a run that was started again with %s id does not reach an order that staff can see',
  async (_, isSame) => {
    const desk = new Desk(NOW, false, true);
    const event = desk.add({ documents: [{ lines: [taco, { ...taco, quantity: '5.0' }] }] });
    const kill = new AbortController();
    const late = new Late(desk);
    let isLate = false;
    let wasVisible: boolean | null = null;
    const seen = () => desk.revel.orders().some(({ id }) => desk.revel.history(id).length > 0);
    desk.revel.handle = (request, now) => {
      if (late.isDue(now)) wasVisible = seen();
      late.carryOut(now);
      if (request.method === 'POST' && request.path === '/resources/OrderItem/' && !kill.signal.aborted)
        kill.abort('SIGKILL');
      const isMark = request.method === 'PATCH' && (request.body ?? '').includes(' filling ');
      if (isMark && !isLate) {
        isLate = true;
        return late.hold(request, now + 25_000);
      }
      return late.handle(request, now);
    };
    await desk.single([event], { correlationId: RUN }, {}, kill.signal);
    await desk.single([event], again(isSame));
    await late.pass(60_000);
    expect(isLate).toBe(true);
    expect(wasVisible).toBe(false);
  },
);

it.each([
  ['another', false],
  ['the same', true],
])(
  'a line that was under way is not there twice when the run was started again with %s id',
  async (_, isSame) => {
    const desk = new Desk(NOW, false, true);
    const event = desk.add({ documents: [{ lines: [taco, { ...taco, quantity: '5.0' }] }] });
    const kill = new AbortController();
    const late = new Late(desk);
    let nth = 0;
    let made: { id: number; at: number } | null = null;
    desk.revel.handle = (request, now) => {
      late.carryOut(now);
      if (request.method === 'POST' && request.path === '/resources/Order/') {
        // The header of the run that is started again is never made.
        if (made) return { status: 504, headers: {}, body: '' };
        const answer = late.handle(request, now);
        made = { id: desk.revel.orders()[0]?.id ?? 0, at: now };
        return answer;
      }
      const isLine = request.method === 'POST' && request.path === '/resources/OrderItem/';
      if (isLine) nth += 1;
      if (isLine && nth === 2) {
        kill.abort('SIGKILL');
        return late.hold(request, now + 25_000);
      }
      return late.handle(request, now);
    };
    desk.revel.configure({ listLagMs: 2_900, uuidPolicy: 'allow' });
    await desk.single([event], { correlationId: RUN }, {}, kill.signal);
    desk.strike = ({ method, path }) =>
      method === 'POST' && path === '/resources/Order/' ? { kind: 'delay', ms: 3_500 } : null;
    await desk.single([event], again(isSame));
    await late.pass(60_000);
    const rows = desk.revel.orders().map(({ id, deleted }) => ({
      id,
      deleted,
      visible: desk.revel.history(id).length,
      lines: desk.revel
        .items(id)
        .filter((row) => !row.deleted)
        .map(({ quantity }) => quantity),
    }));
    expect(rows.filter(({ deleted }) => !deleted)).toMatchObject([
      { lines: [expect.anything(), expect.anything()] },
    ]);
  },
);

it('what another host has cleared away where the event is no more is not made there again', async () => {
  const desk = new Desk(NOW, false, true);
  const event = desk.add({ documents: [{ lines: [taco, { ...taco, quantity: '5.0' }] }] });
  const handle = desk.revel.handle.bind(desk.revel);
  let refused = 0;
  desk.revel.handle = (request, now) => {
    const isOther = request.path === '/resources/Order/' && (request.body ?? '').includes('bbbbbbbb');
    if (request.method !== 'POST' || !isOther || refused === 2) return handle(request, now);
    refused += 1;
    return { status: 429, headers: { 'retry-after': '2' }, body: '' };
  };
  let other: Promise<unknown> | null = null;
  desk.strike = ({ method, path }) => {
    if (method !== 'POST' || path !== '/resources/OrderItem/' || other) return null;
    const { siteId, locationId } = places.lake;
    other = desk.clock.sleep(1_000).then(async () => {
      desk.tripleseat.store.move(event.id, { siteId, locationId }, desk.clock.now());
      return (await desk.single([event], { correlationId: 'bbbbbbbb' })).of(event.id);
    });
    return { kind: 'delay', ms: 20_000 };
  };
  await desk.elsewhere(() => desk.single([event], { correlationId: 'aaaaaaaa' }));
  await other;
  await desk.clock.sleep(600_000);
  const sweep = await desk.sweep();
  expect(sweep.of(event.id).reason).toBe('ALREADY_INJECTED');
});
