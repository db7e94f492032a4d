import { describe, expect, it } from 'vitest';
import { wrongWith } from '../helpers/check.js';
import { Desk, type Sent } from './desk.js';
import { leaveHeader } from './others.js';

const NOW = '2026-11-14T20:00:00Z';

/** Leaves a field out of the orders of an answer. */
function without(field: string, body: string): string {
  return JSON.stringify(
    JSON.parse(body, function (this: unknown, key: string, value: unknown) {
      return key === field ? undefined : value;
    }),
  );
}

describe('orders that come without the list of their history', () => {
  const ofOrders = ({ method, path }: Sent) => method === 'GET' && path.startsWith('/resources/Order/');
  it.each([
    ['in lists', (sent: Sent) => ofOrders(sent) && sent.path === '/resources/Order/'],
    ['in lists and by id', ofOrders],
  ])('%s: whether staff can see them is asked for', async (_, strips) => {
    const desk = new Desk(NOW);
    const event = desk.add();
    desk.edit = (sent, body) => (strips(sent) ? without('orderhistory', body) : body);
    expect((await desk.single([event])).of(event.id)).toMatchObject({ status: 'injected' });
    expect(wrongWith(desk.revel, event)).toEqual([]);
    for (const again of [await desk.single([event]), await desk.sweep()]) {
      expect(again.of(event.id)).toMatchObject({ status: 'skipped', reason: 'ALREADY_INJECTED' });
      expect(again.writes).toEqual([]);
    }
  });

  it('a history that cannot be read is not taken for none', async () => {
    const desk = new Desk(NOW);
    const event = desk.add();
    await desk.single([event]);
    desk.edit = (sent, body) => (ofOrders(sent) ? without('orderhistory', body) : body);
    desk.strike = ({ path }) => (path === '/resources/OrderHistory/' ? { kind: '500-before' } : null);
    const run = await desk.single([event]);
    expect(run.of(event.id)).toMatchObject({ status: 'failed', reason: 'REVEL_ERROR' });
    expect(run.writes).toEqual([]);
  });
});

describe('lists that lag beyond the settling time', () => {
  it('lines that Revel has taken are waited for, never sent again', async () => {
    const desk = new Desk(NOW);
    desk.revel.configure({ listLagMs: 9_000, uuidPolicy: 'allow' });
    const event = desk.add();
    const run = await desk.single([event]);
    const posted = run.writes.filter(({ path }) => path === '/resources/OrderItem/').map(({ body }) => body);
    const uuids = posted.map((body) => (JSON.parse(body) as { uuid: string }).uuid);
    expect(uuids.length).toBeGreaterThan(0);
    expect(new Set(uuids).size).toBe(uuids.length);
    expect(run.of(event.id)).toMatchObject({ status: 'failed', reason: 'UNVERIFIED' });
    await desk.clock.sleep(20_000);
    expect((await desk.single([event])).of(event.id)).toMatchObject({ status: 'repaired' });
    expect(wrongWith(desk.revel, event)).toEqual([]);
    await desk.clock.sleep(20_000);
    expect((await desk.single([event])).of(event.id)).toMatchObject({ reason: 'ALREADY_INJECTED' });
  });

  it('lines that never show are reported, and staff do not see the order', async () => {
    const desk = new Desk(NOW);
    desk.revel.configure({ listLagMs: 3_600_000 });
    const event = desk.add();
    const run = await desk.single([event]);
    expect(run.of(event.id)).toMatchObject({ status: 'failed', reason: 'UNVERIFIED' });
    expect(run.writes.filter(({ path }) => path === '/resources/OrderHistory/')).toEqual([]);
  });
});

it('lines that stay although Revel has taken their removal are reported as such', async () => {
  const desk = new Desk(NOW);
  const event = desk.add();
  leaveHeader(desk, event, { items: [{ product: 503, quantity: 7, price: 8.24 }] });
  const handle = desk.revel.handle.bind(desk.revel);
  desk.revel.handle = (request, now) =>
    request.method === 'PATCH' && request.path.includes('OrderItem')
      ? { status: 202, headers: {}, body: '{}' }
      : handle(request, now);
  const run = await desk.single([event]);
  expect(run.of(event.id)).toMatchObject({ status: 'failed', reason: 'UNVERIFIED' });
  expect(run.of(event.id).error).toContain('what was written to the lines of order');
  desk.revel.handle = handle;
  await desk.sweep();
  expect(wrongWith(desk.revel, event)).toEqual([]);
  expect((await desk.sweep()).writes).toEqual([]);
});

describe('lines that Revel keeps otherwise than they were written', () => {
  it.each<[string, Record<string, unknown>]>([
    ['its price', { price: 8.25 }],
    ['its quantity', { quantity: 29 }],
    ['its text', { special_request: 'no ????' }],
    ['it is voided at once', { voided_by: '/enterprise/User/7/' }],
    ['it is deleted at once', { deleted: true }],
  ])('%s: the run tells which, and does not write it without end', async (_, change) => {
    const desk = new Desk(NOW);
    const lines = [{ name: 'Taco Bar', price: 824, quantity: '30.0', longDescription: 'no 坚果' }];
    const event = desk.add({ documents: [{ lines }] });
    desk.edit = ({ method, path }, body) => {
      if (method !== 'GET' || path !== '/resources/OrderItem/') return body;
      const list = JSON.parse(body) as { objects: object[] };
      return JSON.stringify({ ...list, objects: list.objects.map((row) => ({ ...row, ...change })) });
    };
    const run = await desk.single([event]);
    expect(run.of(event.id)).toMatchObject({ status: 'failed', reason: 'UNVERIFIED' });
    expect(run.of(event.id).error).toMatch(
      /^Revel does not keep "Taco Bar" \(30 × 8\.24\) .* Written so far: order \d+(?:, 1 of 1 lines)?\. Staff cannot see it yet;/,
    );
    expect(
      run.writes.filter(({ method, path }) => method === 'POST' && path === '/resources/OrderItem/'),
    ).toHaveLength(5);
    expect(run.writes.filter(({ path }) => path === '/resources/OrderHistory/')).toEqual([]);
    desk.edit = null;
    await desk.clock.sleep(120_000);
    expect((await desk.single([event])).of(event.id)).toMatchObject({ status: 'repaired' });
    expect(wrongWith(desk.revel, event)).toEqual([]);
  });
});

describe('a POS that opens the order before it is read back', () => {
  function open(change: (desk: Desk, id: number) => void) {
    const desk = new Desk(NOW);
    const event = desk.add();
    let opened = false;
    desk.strike = ({ method, path }) => {
      const [order] = desk.revel.orders();
      if (!opened && order && method === 'GET' && path.endsWith(`/Order/${order.id}/`) && isVisible(order)) {
        opened = true;
        change(desk, Number(order.id));
      }
      return null;
    };
    return { desk, event };
  }
  const isVisible = ({ orderhistory }: { orderhistory: readonly string[] }) => orderhistory.length > 0;

  it('the order is right all the same', async () => {
    const { desk, event } = open((at, orderId) => at.revel.control('pos-open', { orderId }, at.clock.now()));
    expect((await desk.single([event])).of(event.id)).toMatchObject({ status: 'injected', reason: null });
    const [order] = desk.revel.orders();
    expect(order?.updated_by).not.toBe(order?.created_by);
  });
});

describe('an answer that tells of another order than the one it is about', () => {
  const ONE = /^\/resources\/Order\/\d+\/$/;
  const said: [string, (row: Record<string, unknown>) => object][] = [
    ['another id', () => ({ id: 9, resource_uri: '/resources/Order/9/' })],
    ['another local_id', () => ({ local_id: 'Triple Seat_7' })],
    ['another shop', () => ({ establishment: '/enterprise/Establishment/77/' })],
    ['that it is deleted', () => ({ deleted: true })],
  ];
  const asked: [string, (sent: Sent) => boolean][] = [
    ['POST', ({ method, path }) => method === 'POST' && path === '/resources/Order/'],
    ['PATCH', ({ method, path }) => method === 'PATCH' && ONE.test(path)],
    ['GET', ({ method, path }) => method === 'GET' && ONE.test(path)],
  ];
  it.each(asked.flatMap(([how, is]) => said.map(([what, change]) => [how, what, is, change] as const)))(
    '%s, %s: no header after header is made, nothing is shown twice, and the next run goes on',
    async (_, __, is, change) => {
      const desk = new Desk(NOW);
      const event = desk.add();
      desk.edit = (sent, body) => {
        if (!is(sent)) return body;
        const row = JSON.parse(body) as Record<string, unknown>;
        return JSON.stringify({ ...row, ...change(row) });
      };
      await desk.single([event]);
      expect(desk.revel.orders().length).toBeLessThanOrEqual(3);
      desk.edit = null;
      await desk.clock.sleep(120_000);
      await desk.single([event]);
      await desk.clock.sleep(120_000);
      const again = await desk.single([event]);
      expect(again.writes).toEqual([]);
      const seen = desk.revel.orders().filter((row) => !row.deleted && row.orderhistory.length > 0);
      expect(seen.length).toBeLessThanOrEqual(1);
    },
  );
});

describe.each([
  ['without a body', () => ''],
  ['with an id alone', (body: string) => JSON.stringify({ id: JSON.parse(body).id })],
])('changes that Revel answers %s', (_, cut) => {
  const mute = (desk: Desk) => {
    desk.edit = ({ method }, body) => (method === 'PATCH' ? cut(body) : body);
    return desk;
  };
  it.each<[string, Parameters<Desk['revel']['configure']>[0]]>([
    ['lists as they are', {}],
    ['lists that lag, reads by the id too', { listLagMs: 2_000, detailLag: true }],
    ['a first printed mark that is lost', { printed: 'first-ignored' }],
  ])('%s: one header is made, and it stands', async (_, switches) => {
    for (const run of ['single', 'sweep'] as const) {
      const desk = mute(new Desk(NOW));
      desk.revel.configure(switches);
      const event = desk.add();
      const made = await (run === 'single' ? desk.single([event]) : desk.sweep());
      expect(made.of(event.id)).toMatchObject({ status: 'injected' });
      expect(desk.revel.orders()).toHaveLength(1);
      expect(wrongWith(desk.revel, event)).toEqual([]);
      await desk.clock.sleep(10_000);
      expect((await desk.sweep()).writes).toEqual([]);
    }
  });
});

describe('rows that name no order that can be read', () => {
  it.each<['OrderItem' | 'Payment', unknown]>([
    ['OrderItem', null],
    ['Payment', null],
    ['Payment', ''],
    ['Payment', '/resources/Order/17/?format=json'],
  ])('%s with %j: nothing is written twice', async (resource, order) => {
    const desk = new Desk(NOW);
    const event = desk.add();
    desk.edit = ({ method, path }, body) => {
      if (method !== 'GET' || path !== `/resources/${resource}/`) return body;
      const list = JSON.parse(body) as { objects: object[] };
      return JSON.stringify({ ...list, objects: list.objects.map((row) => ({ ...row, order })) });
    };
    for (let runs = 0; runs < 3; runs += 1) {
      const run = runs === 1 ? await desk.sweep() : await desk.single([event]);
      expect(run.of(event.id)).toMatchObject({ status: 'failed' });
      await desk.clock.sleep(120_000);
    }
    desk.edit = null;
    expect((await desk.single([event])).of(event.id)).toMatchObject({ status: 'repaired' });
    expect(wrongWith(desk.revel, event)).toEqual([]);
    expect((await desk.sweep()).writes).toEqual([]);
  });
});

describe('an account that does not keep the notes of orders', () => {
  const other = (body: string) =>
    body.replaceAll(/"notes":\s*(?:null|"(?:[^"\\]|\\.)*")/g, '"notes":"as it was"');
  it.each<[string, (method: string) => boolean]>([
    ['at all', () => true],
    ['in answers to changes', (method) => method === 'PATCH'],
    ['in what it shows', (method) => method === 'GET'],
  ])('%s is not told that all is well, and not written to without end', async (_, isMeant) => {
    for (const isLeft of [false, true]) {
      const desk = new Desk(NOW);
      const event = desk.add();
      if (isLeft) leaveHeader(desk, event, {});
      desk.edit = ({ method, path }, body) =>
        path.includes('/Order/') && isMeant(method) ? other(body) : body;
      const run = await desk.single([event]);
      expect(run.of(event.id).status).not.toBe('injected');
      expect(run.of(event.id).reason).not.toBe('ALREADY_INJECTED');
      expect(run.sent.length).toBeLessThan(120);
      // As soon as it keeps them, all comes right.
      desk.edit = null;
      await desk.clock.sleep(600_000);
      await desk.single([event]);
      expect(wrongWith(desk.revel, event)).toEqual([]);
      await desk.clock.sleep(10_000);
      expect((await desk.sweep()).writes).toEqual([]);
    }
  });
});
