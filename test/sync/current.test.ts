import { expect, it } from 'vitest';
import { places, STAFF_USER } from '../../src/sandbox/world/places.js';
import type { OrderRow } from '../simulators/revel.js';
import { Desk } from './desk.js';
import { leaveHeader } from './others.js';

const NOW = '2026-11-14T20:00:00Z';
/** Longer than anything else here takes. */
const LAG_MS = 3_600_000;

/** An order that stands, and lists that are about to be far behind. */
async function standing() {
  const desk = new Desk(NOW);
  const event = desk.add();
  expect((await desk.single([event])).of(event.id).status).toBe('injected');
  const order = orderOf(desk);
  return { desk, event, order };
}

function orderOf(desk: Desk): OrderRow {
  const order = desk.revel.orders().find(({ deleted }) => !deleted);
  if (!order) throw new Error('there is no order');
  return order;
}

/** From now on lists show what is there now, and what happens from here on only those who ask by id see. */
async function fallBehind(desk: Desk): Promise<void> {
  await desk.clock.sleep(1_000);
  desk.revel.configure({ listLagMs: LAG_MS });
  await desk.clock.sleep(LAG_MS - 500);
  desk.cache.clear();
}

function staff(desk: Desk, action: string, body: Record<string, unknown>): void {
  expect(desk.revel.control(action, { userId: STAFF_USER, ...body }, desk.clock.now()).ok).toBe(true);
}

/** From now on its own address says that it is not there; lists go on showing it. */
function unknownById(desk: Desk, { resource_uri }: OrderRow): void {
  const handle = desk.revel.handle.bind(desk.revel);
  desk.revel.handle = (request, now) =>
    request.path === resource_uri ? { status: 404, headers: {}, body: '' } : handle(request, now);
}

type Case = Awaited<ReturnType<typeof standing>>;
const cases: [string, string, (made: Case) => void, (made: Case) => void][] = [
  [
    'DRIFT',
    'ALREADY_INJECTED',
    ({ desk, order }) => desk.patch(order.resource_uri, { gratuity: 1 }),
    ({ desk, order }) => desk.patch(order.resource_uri, { gratuity: order.gratuity }),
  ],
  [
    'TOUCHED',
    'ALREADY_INJECTED',
    ({ desk, order }) => {
      desk.patch(order.resource_uri, { tax: 0 });
      staff(desk, 'staff-touch', { orderId: order.id });
    },
    ({ desk, order }) => desk.patch(order.resource_uri, { tax: order.tax }),
  ],
  [
    'DUPLICATE_ORDERS',
    'ALREADY_INJECTED',
    ({ desk, order }) => {
      const { local_id, establishment, created_by, updated_by, created_date, updated_date } = order;
      const copy = { local_id, establishment, created_by, updated_by, created_date, updated_date };
      desk.revel.insertOrder({ order: copy, history: [{ opened: created_date }] }, desk.clock.now());
    },
    ({ desk }) => staff(desk, 'pos-delete', { orderId: desk.revel.orders().at(-1)?.id }),
  ],
  [
    'ORPHANED',
    'REMOVED_BY_STAFF',
    ({ desk, event }) => void desk.add({ id: event.id, status: 'LOST' }),
    ({ desk, order }) => staff(desk, 'pos-delete', { orderId: order.id }),
  ],
];

for (const mode of ['single', 'sweep'] as const) {
  it.each(cases)(`a ${mode} run tells of %s by the header as it is now`, async (told, after, spoil, mend) => {
    const made = await standing();
    const { desk, event } = made;
    const run = () => (mode === 'single' ? desk.single([event]) : desk.sweep());
    spoil(made);
    await fallBehind(desk);
    expect((await run()).of(event.id).reason).toBe(told);

    mend(made);
    desk.cache.clear();
    const mended = await run();
    expect(mended.of(event.id).reason).toBe(after);
    expect(mended.writes).toEqual([]);
  });

  it.each(cases)(`a ${mode} run tells of %s where lists alone show the order`, async (told, _, spoil) => {
    const made = await standing();
    const { desk, event, order } = made;
    spoil(made);
    await desk.clock.sleep(600_000);
    unknownById(desk, order);
    const run = mode === 'single' ? await desk.single([event]) : await desk.sweep();
    expect(run.of(event.id).reason).toBe(told);
    expect(run.writes).toEqual([]);
  });

  it(`a ${mode} run makes no order beside one that lists alone show`, async () => {
    const { desk, event, order } = await standing();
    const { siteId, locationId } = places.lake;
    desk.tripleseat.store.move(event.id, { siteId, locationId }, desk.clock.now());
    await desk.clock.sleep(600_000);
    unknownById(desk, order);
    const run = mode === 'single' ? await desk.single([event]) : await desk.sweep();
    expect(run.of(event.id).reason).toBe('ORPHANED');
    expect(run.writes).toEqual([]);
  });

  it(`a ${mode} run neither goes on with an unfinished order that lists alone show, nor makes another`, async () => {
    const desk = new Desk(NOW);
    const event = desk.add();
    leaveHeader(desk, event, {});
    unknownById(desk, orderOf(desk));
    const run = mode === 'single' ? await desk.single([event]) : await desk.sweep();
    expect(run.of(event.id).reason).toBe('UNVERIFIED');
    expect(run.writes).toEqual([]);
  });

  it.each(cases)(`a ${mode} run that cannot read it by its id does not tell of %s`, async (_, __, spoil) => {
    const made = await standing();
    const { desk, event, order } = made;
    spoil(made);
    await fallBehind(desk);
    desk.strike = ({ path }) => (path === order.resource_uri ? { kind: '500-before' } : null);
    const run = mode === 'single' ? await desk.single([event]) : await desk.sweep();
    expect(run.of(event.id)).toMatchObject({ status: 'failed', reason: 'REVEL_ERROR' });
    expect(run.writes).toEqual([]);
  });
}
