import { describe, expect, it } from 'vitest';
import { adviceOfFindings, conclude } from '../../src/certify/conclude.js';
import type { Books } from '../../src/domain/location.js';
import type { RevelSwitches } from '../../src/sandbox/revel/switches.js';
import { places } from '../../src/sandbox/world/places.js';
import { sampleLocations } from '../helpers/settings.js';
import { Desk } from '../sync/desk.js';
import { Bench } from './bench.js';

const NOW = '2026-11-14T20:00:00Z';
const product = { product: places.west.openItemProductId };

const accounts = (['in-total', 'on-top', 'dropped'] as const).flatMap((gratuity) =>
  (['kept', 'dropped'] as const).flatMap((surcharge) =>
    (['header', 'lines'] as const).flatMap((tax) =>
      (['counted', 'not-shown', 'not-counted'] as const).flatMap((payments) =>
        (['left', 'reckoned'] as const).map(
          (dueAfterPayment) => ({ gratuity, surcharge, tax, payments, dueAfterPayment }) as const,
        ),
      ),
    ),
  ),
);

/** What certify advises for an account of these switches. */
async function advised(switches: Partial<RevelSwitches>): Promise<{ books: Books; policy: 'paid' | 'none' }> {
  const bench = new Bench(switches);
  await bench.run([2, 3]);
  const { session } = bench;
  if (session === null) throw new Error('there is a session');
  const advice = adviceOfFindings(conclude(session, 0), session);
  const { gratuity, fees, tax } = advice;
  if (tax === 'none' || tax === 'unknown') throw new Error(`tax ${tax}`);
  return {
    books: {
      gratuity: gratuity === 'in-total' || gratuity === 'on-top' ? gratuity : product,
      fees: fees === 'surcharge' ? fees : product,
      tax,
    },
    policy: advice.paymentPolicy === 'no-payments' ? 'none' : 'paid',
  };
}

/** Makes the orders of three events, unpaid, part-paid and paid, has a POS open them, and returns how they then differ. */
async function afterOpening(switches: Partial<RevelSwitches>, books: Books, paymentPolicy: 'paid' | 'none') {
  const desk = new Desk(NOW);
  desk.revel.configure(switches);
  const locations = sampleLocations.map((each) => ({ ...each, books }));
  const parts = {
    lines: [
      { name: 'Taco Bar', quantity: '30.0', price: 824 },
      { name: 'Pizza Package', quantity: '7.0', price: 672 },
    ],
    discount: 2500,
    billing: [
      { name: 'Sales Tax', amount: 2357 },
      { name: 'Gratuity', amount: 5294 },
      { name: 'Admin Fee', amount: 1500 },
    ],
  };
  const total = 30 * 824 + 7 * 672 - 2500 + 2357 + 5294 + 1500;
  const wrong: string[] = [];
  for (const paid of [0, 10_000, total]) {
    const event = desk.add({ documents: [{ ...parts, payments: paid === 0 ? [] : [{ amount: paid }] }] });
    const made = await desk.single([event], {}, { locations, paymentPolicy });
    expect(made.of(event.id)).toMatchObject({ status: 'injected' });
    const id = Number(made.of(event.id).orderId);
    desk.revel.control('pos-open', { orderId: id }, desk.clock.now());
    const seen = desk.revel.control('pos-look', { orderId: id }, desk.clock.now());
    const order = desk.revel.order(id);
    const due = paymentPolicy === 'none' ? total : total - paid;
    const cents = (value: unknown) => Math.round(Number(value ?? 0) * 100);
    const beside = books.gratuity === 'on-top' ? cents(order?.gratuity) : 0;
    const figures = {
      asked: cents(order?.final_total) + beside,
      due: cents(order?.remaining_due),
      shown: cents(seen.ok ? (seen.result as { balance: number }).balance : null),
      tax: cents(order?.tax),
    };
    if (JSON.stringify(figures) !== JSON.stringify({ asked: total, due, shown: due, tax: 2357 })) {
      wrong.push(JSON.stringify(figures));
    }
  }
  await desk.clock.sleep(600_000);
  const again = await desk.sweep({}, { locations, paymentPolicy });
  for (const { status, differences, id } of again.results) {
    if (status !== 'skipped' || differences.length > 0)
      wrong.push(`${id} ${status} ${JSON.stringify(differences)}`);
  }
  expect(again.writes).toEqual([]);
  return wrong;
}

/** The ways of keeping money in which no books can hold: whatever an event says, a POS reckons it anew. */
const hopeless = (['in-total', 'on-top', 'dropped'] as const).flatMap((gratuity) =>
  (['kept', 'dropped'] as const).flatMap((surcharge) =>
    [{ tax: 'products' as const }, { prices: 'replaced' as const }].map((how) => ({
      gratuity,
      surcharge,
      ...how,
    })),
  ),
);

describe('an account that keeps no books', () => {
  it.each(hopeless)('is told to be one, and nothing is promised: %j', async (switches) => {
    const bench = new Bench(switches);
    await bench.run([2, 3]);
    const { session } = bench;
    if (session === null) throw new Error('there is a session');
    const findings = conclude(session, 0);
    expect(findings.books?.value).toBe('contradicted');
    const advice = adviceOfFindings(findings, session);
    if (switches.tax === 'products') expect(advice.tax).toBe('none');
    else expect(advice).toMatchObject(switches.gratuity === 'dropped' ? { gratuity: 'none' } : {});
  });
});

describe('a run after certify, with the books that it advises', () => {
  it.each(accounts)(
    'leaves orders that equal their events when a POS has opened them: %j',
    async (switches) => {
      const { books, policy } = await advised(switches);
      expect(await afterOpening(switches, books, policy)).toEqual([]);
    },
  );

  it.each<[Partial<RevelSwitches>, Books]>([
    [{ gratuity: 'on-top' }, { gratuity: 'in-total', fees: 'surcharge', tax: 'header' }],
    [{ gratuity: 'dropped' }, { gratuity: 'in-total', fees: 'surcharge', tax: 'header' }],
    [{ surcharge: 'dropped' }, { gratuity: 'in-total', fees: 'surcharge', tax: 'header' }],
    [{ tax: 'lines' }, { gratuity: 'in-total', fees: 'surcharge', tax: 'header' }],
    [{}, { gratuity: 'on-top', fees: 'surcharge', tax: 'header' }],
  ])('which other books do not: %j with %j', async (switches, books) => {
    expect(await afterOpening(switches, books, 'paid')).not.toEqual([]);
  });
});
