import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unlike } from '../../src/certify/conclude.js';
import type { Hands } from '../../src/certify/hands.js';
import { allWays, paidStates, trialName, trialOrder } from '../../src/certify/orders.js';
import type { AccountSwitches } from '../simulators/lag.js';
import { Bench, Killed, TEST_SHOP } from './bench.js';

const ALL = [1, 2, 3, 4, 5, 6];

/** What the friendliest account is found to be. */
const FRIENDLY = {
  apidoc: 'not-served',
  balance: 'as-told',
  books: 'confirmed',
  deletedItems: 'honoured',
  deletedItemsOpened: 'honoured',
  deletedOpened: 'honoured',
  deletedOrders: 'honoured',
  deletedPayments: 'honoured',
  discount: 'kept',
  dueAfterPayment: 'left',
  figures: 'as-written',
  gratuity: 'in-total',
  itemUuid: 'repeatable',
  laterDate: 'counts',
  localIdFilter: 'works',
  localIdList: 'works',
  midnight: 'same-day',
  negativePayments: 'counted',
  orderFilter: 'works',
  orderUuid: 'repeatable',
  paymentTip: 'kept',
  paymentTypes: 'listed',
  paymentUuid: 'repeatable',
  payments: 'counted',
  prices: 'kept',
  serviceFees: 'not-writable',
  surcharge: 'kept',
  tax: 'header',
  uuidFilter: 'works',
};
type Found = Partial<Record<keyof typeof FRIENDLY, string | undefined>>;

function isOnTest(establishment: string): boolean {
  return establishment.endsWith(`/${TEST_SHOP}/`);
}

/** Without a row of history staff cannot see an order. */
function hasHistory(bench: Bench, orderId: number): boolean {
  return bench.revel.rows('OrderHistory').some(({ order }) => String(order).endsWith(`/${orderId}/`));
}

/** Runs a whole session; all that it finds besides {@link FRIENDLY}. `undefined`: it must not be found. */
async function differences(switches: Partial<AccountSwitches>, now?: string): Promise<Found> {
  const bench = new Bench(switches, now);
  await bench.run(ALL);
  const { found } = bench;
  const names = new Set([...Object.keys(FRIENDLY), ...Object.keys(found)]) as Set<keyof typeof FRIENDLY>;
  return Object.fromEntries(
    [...names].filter((name) => found[name] !== FRIENDLY[name]).map((name) => [name, found[name]]),
  );
}

describe('the trials', () => {
  it('come to amounts of which no two sums are the same, however they are kept', () => {
    for (const ways of allWays) {
      const totals = paidStates.map((paid) => {
        const { lines, figures } = trialOrder({ ways, paid }, true);
        expect(lines.reduce((sum, { quantity, price }) => sum + quantity * price, 0)).toBe(figures.subtotal);
        return figures.payment + figures.tip + figures.remainingDue;
      });
      // 34.15 − 3.05 + 2.71 + 1.90 + 6.20
      expect(new Set(totals)).toEqual(new Set([4191]));
    }
    const parts = [271, 190, 620, -305];
    const sums = [...Array(16).keys()].map((bits) =>
      parts.reduce((sum, part, index) => sum + (bits & (1 << index) ? part : 0), 0),
    );
    expect(new Set(sums).size).toBe(16);
  });
});

describe('a session of certify', () => {
  it('finds the friendliest account to be what it is, and leaves nothing that staff can see', async () => {
    const bench = new Bench();
    expect(await bench.run(ALL)).toEqual([]);
    expect(bench.found).toEqual(FRIENDLY);
    const own = bench.revel.orders().filter(({ establishment }) => establishment.endsWith(`/${TEST_SHOP}/`));
    expect(own.length).toBeGreaterThan(8);
    expect(own.filter(({ deleted }) => !deleted)).toEqual([]);
    expect(own.filter(({ local_id }) => /Triple Seat/i.test(String(local_id)))).toEqual([]);
    // The tables of formulas hold for what was written and read back, in each combination.
    const ledger = Object.entries(bench.session?.told ?? {}).filter(([key]) => key.startsWith('ledger:'));
    expect(ledger).toHaveLength(36);
    expect(bench.session?.told.remaining).toBe('');
  });

  it.each<[Partial<AccountSwitches>, Found]>([
    [{ localIdFilter: 'ignored' }, { localIdFilter: 'ignored', localIdList: 'ignored' }],
    [{ localIdFilter: 'refused' }, { localIdFilter: 'refused', localIdList: 'refused' }],
    [{ uuidFilter: 'ignored' }, { uuidFilter: 'ignored' }],
    [
      { uuidFilter: 'refused', localIdFilter: 'ignored' },
      { uuidFilter: 'refused', localIdFilter: 'ignored', localIdList: 'ignored' },
    ],
    [{ orderFilterOnChildren: 'ignored' }, { orderFilter: 'ignored' }],
    [{ uuidPolicy: '400' }, { orderUuid: 'unique', itemUuid: 'unique', paymentUuid: 'unique' }],
    [{ uuidPolicy: '500' }, { orderUuid: 'unique', itemUuid: 'unique', paymentUuid: 'unique' }],
    [{ dueAfterPayment: 'reckoned' }, { dueAfterPayment: 'reckoned' }],
    [{ businessDayStart: '02:00' }, { midnight: 'day-before' }],
    [{ laterDates: 'hidden' }, { laterDate: 'harms' }],
    [{ ignoresDeleted: ['OrderItem'] }, { deletedItems: 'still-there', deletedItemsOpened: 'still-there' }],
    [{ ignoresDeleted: ['Payment'] }, { deletedPayments: 'still-there' }],
    [{ ignoresDeleted: ['Order'] }, { deletedOrders: 'still-there', deletedOpened: 'still-there' }],
    [
      { keepsDeletedMark: false },
      {
        deletedOrders: 'not-kept',
        deletedOpened: 'not-kept',
        deletedItems: 'not-kept',
        deletedItemsOpened: 'not-kept',
        deletedPayments: 'not-kept',
      },
    ],
    [
      {
        gratuity: 'on-top',
        ignoresDeleted: ['Order', 'Payment'],
        uuidPolicy: '400',
        businessDayStart: '04:00',
      },
      {
        gratuity: 'on-top',
        deletedOrders: 'still-there',
        deletedOpened: 'still-there',
        deletedPayments: 'still-there',
        orderUuid: 'unique',
        itemUuid: 'unique',
        paymentUuid: 'unique',
        midnight: 'day-before',
      },
    ],
    [{ printed: 'first-ignored', fillsNames: true, textLength: 10, duplicatePagesRows: true }, {}],
    [{ permissions: { CustomPaymentType: 'none' } }, { paymentTypes: 'not-listed' }],
  ])('finds %j', async (switches, expected) => {
    expect(await differences(switches)).toEqual(expected);
  });

  it('leaves unknown whether an order may be dated ahead when the day is nearly over', async () => {
    expect(await differences({}, '2026-11-15T06:30:00Z')).toEqual({ laterDate: undefined });
  });

  it('lists for staff what it could not take away', async () => {
    const bench = new Bench({ ignoresDeleted: ['Order'] });
    await bench.run(ALL);
    const visible = bench.revel.orders().filter(({ orderhistory, establishment }) => {
      return orderhistory.length > 0 && establishment.endsWith(`/${TEST_SHOP}/`);
    });
    const remaining = bench.session?.told.remaining
      ?.split(', ')
      .map(Number)
      .sort((a, b) => a - b);
    expect(remaining).toEqual(visible.map(({ id }) => id));
  });
});

const money = (['in-total', 'on-top', 'dropped'] as const).flatMap((gratuity) =>
  (['kept', 'dropped'] as const).flatMap((surcharge) =>
    (['header', 'lines', 'products'] as const).flatMap((tax) =>
      (['counted', 'not-shown', 'not-counted'] as const).map(
        (payments) => ({ gratuity, surcharge, tax, payments }) as const,
      ),
    ),
  ),
);

describe('how an account keeps money', () => {
  it.each([
    ...money.map((switches) => ({ ...switches, prices: 'kept' as const })),
    ...money
      .filter((_, index) => index % 6 === 0)
      .map((switches) => ({ ...switches, prices: 'replaced' as const })),
  ])('is found, and the ways that survive it: %j', async (switches) => {
    const { gratuity, surcharge, tax, payments, prices } = switches;
    const bench = new Bench(switches);
    expect(await bench.run([2, 3])).toEqual([]);
    expect(bench.found).toMatchObject({
      gratuity,
      surcharge,
      tax,
      prices,
      discount: 'kept',
      payments: payments === 'not-counted' ? 'not-counted' : 'counted',
      balance: payments === 'not-shown' ? 'other' : 'as-told',
      books: tax === 'products' || prices === 'replaced' ? 'contradicted' : 'confirmed',
    });
    // Not by the words of the program alone: what the POS has made of the orders of the ways that it confirms.
    if (bench.found.books !== 'confirmed') return;
    const ways = {
      gratuity: gratuity === 'dropped' ? ('product' as const) : gratuity,
      fees: surcharge === 'dropped' ? ('product' as const) : ('surcharge' as const),
      tax: tax === 'lines' ? ('lines' as const) : ('header' as const),
    };
    for (const paid of payments === 'counted' ? paidStates : (['unpaid'] as const)) {
      const { session } = bench;
      const order = bench.revel.order(Number(session?.rows[trialName({ ways, paid })]?.id));
      const paidSum = bench.revel
        .payments(Number(order?.id))
        .reduce((sum, { amount, tip }) => sum + Number(amount) + Number(tip), 0);
      expect(order?.remaining_due).toBeCloseTo(41.91 - paidSum, 6);
      expect({ unpaid: 0, 'part-paid': 10, paid: 41.91 }[paid]).toBeCloseTo(paidSum, 6);
      expect(order?.check_sum).not.toBeNull();
      const raw = session?.raw[`${trialName({ ways, paid })}@opened`];
      if (session && raw) expect(unlike({ ways, paid }, session, raw)).toEqual([]);
    }
  });
});

describe('a person who is not there, or answers wrongly', () => {
  it('leaves the parts that need hands, and the same session goes on with them', async () => {
    const bench = new Bench({ gratuity: 'on-top' });
    const nobody: Hands = async ({ kind }) => (kind === 'begin' ? 'yes' : null);
    for (const phase of [1, 2, 3, 4, 5]) await bench.run([phase], nobody);
    expect(bench.session?.done).toEqual([1, 2]);
    expect(bench.found.gratuity).toBeUndefined();
    const before = bench.revel.orders().length;
    expect(await bench.run([3, 4, 5, 6])).toEqual([]);
    expect(bench.session?.done).toEqual([1, 2, 3, 4, 5, 6]);
    expect(bench.found.gratuity).toBe('on-top');
    // Only those of the ways that were found: an unpaid and a part-paid one, and the paid one with tax on the header.
    expect(bench.revel.orders().length).toBe(before + 3);
  });

  it('concludes nothing from an Enter without an opened order', async () => {
    const bench = new Bench();
    const left = await bench.run([2, 3], async ({ kind }) => (kind === 'balance' ? '1.00' : 'yes'));
    expect(left).toHaveLength(3);
    for (const name of ['gratuity', 'surcharge', 'tax', 'prices', 'payments', 'balance', 'books'] as const) {
      expect(bench.found[name]).toBeUndefined();
    }
  });

  it('does no harm to anything but the orders of the session, which the next one clears away', async () => {
    const wrong = fc.oneof(
      fc.constantFrom(
        'yes',
        'no',
        '',
        'nowhere',
        '999.99',
        '-1',
        '0.00',
        '2026-01-01',
        '31.02.2026',
        '\u001b[2J',
      ),
      fc.string({ maxLength: 40 }),
    );
    const answer = fc.oneof(
      { weight: 4, arbitrary: fc.constant({ kind: 'right' } as const) },
      { weight: 3, arbitrary: wrong.map((text) => ({ kind: 'wrong', text }) as const) },
      { weight: 1, arbitrary: fc.constant({ kind: 'leaves' } as const) },
      { weight: 1, arbitrary: fc.constant({ kind: 'killed' } as const) },
    );
    const cases = fc.record({
      switches: fc.record(
        {
          gratuity: fc.constantFrom('in-total' as const, 'on-top' as const, 'dropped' as const),
          surcharge: fc.constantFrom('kept' as const, 'dropped' as const),
          tax: fc.constantFrom('header' as const, 'lines' as const, 'products' as const),
          payments: fc.constantFrom('counted' as const, 'not-shown' as const, 'not-counted' as const),
          uuidPolicy: fc.constantFrom('allow' as const, '400' as const),
        },
        { requiredKeys: [] },
      ),
      answers: fc.array(answer, { minLength: 4, maxLength: 30 }),
      rounds: fc.integer({ min: 1, max: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ switches, answers, rounds }) => {
        const bench = new Bench(switches);
        const others = () => bench.revel.orders().filter(({ establishment }) => !isOnTest(establishment));
        const before = JSON.stringify(others());
        const left = [...answers];
        const hands: Hands = async (question) => {
          const next = left.shift() ?? { kind: 'leaves' };
          if (next.kind === 'killed') throw new Killed();
          if (next.kind === 'leaves') return null;
          return next.kind === 'right' ? bench.seen(question) : next.text;
        };
        for (let round = 0; round < rounds; round += 1) {
          await bench.run([1, 2, 3, 4, 5], hands).catch((error: unknown) => {
            if (!(error instanceof Killed)) throw error;
          });
        }
        expect(JSON.stringify(others())).toBe(before);
        // What Revel itself has shown is what it is, whatever was said.
        const own: Found = { gratuity: 'in-total', surcharge: 'kept', tax: 'header', ...switches };
        for (const name of ['gratuity', 'surcharge', 'tax'] as const) {
          if (bench.found[name] !== undefined) expect(bench.found[name]).toBe(own[name]);
        }
        for (const name of ['prices', 'deletedItems', 'deletedPayments'] as const) {
          if (bench.found[name] !== undefined) expect(bench.found[name]).toBe(FRIENDLY[name]);
        }
        await bench.run([6]);
        expect(JSON.stringify(others())).toBe(before);
        const here = bench.revel.orders().filter(({ establishment }) => isOnTest(establishment));
        for (const { id, local_id: localId, deleted } of here) {
          expect(localId).toMatch(/^ts-reconcile certify /);
          const isListed = bench.session?.told.remaining?.split(', ').includes(String(id)) === true;
          expect(deleted || isListed || !hasHistory(bench, id)).toBe(true);
        }
        for (const { method, path } of bench.sent) {
          if (method !== 'GET') expect(path).toMatch(/^\/resources\//);
        }
      }),
      { seed: 20_261_129, numRuns: 25 },
    );
  });
});
