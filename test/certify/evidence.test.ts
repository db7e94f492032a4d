import { describe, expect, it } from 'vitest';
import type { Hands, Question } from '../../src/certify/hands.js';
import { probes, trialName } from '../../src/certify/orders.js';
import { AppError } from '../../src/errors.js';
import { Bench, Killed, TEST_SHOP } from './bench.js';

const ALL = [1, 2, 3, 4, 5, 6];
const HOUR = 3_600_000;

/** Runs the phases, and lets the process die, or end with a sentence, on the way. */
async function cut(bench: Bench, phases: readonly number[], hands?: Hands): Promise<void> {
  await bench.run(phases, hands).catch((error: unknown) => {
    if (!(error instanceof Killed) && !(error instanceof AppError)) throw error;
  });
}

/** Ids of the session's orders by their names. */
function ids(bench: Bench, ...names: string[]): string[] {
  return names.map((name) => bench.session?.rows[name]?.id ?? '?');
}

function remaining(bench: Bench): string[] {
  return (bench.session?.told.remaining ?? '').split(', ').filter((id) => id !== '');
}

describe('what certify concludes', () => {
  it('is the same where lists are behind', async () => {
    const prompt = new Bench();
    await prompt.run(ALL);
    const bench = new Bench({ listLagMs: 3_000 });
    await bench.run(ALL);
    expect(bench.found).toEqual(prompt.found);
    expect(bench.twice()).toEqual(
      prompt.twice().map((text) => expect.stringMatching(text.split(' ')[0] ?? '')),
    );
  });

  it('of an order dated ahead is nothing, where it was not ahead any more when it was made', async () => {
    const bench = new Bench({ laterDates: 'hidden' });
    bench.beforeSave = () => {
      if (bench.session?.rows['midnight/history']?.state === 'made') throw new Killed();
    };
    await cut(bench, [1, 5]);
    bench.beforeSave = null;
    bench.clock.skip(30 * HOUR);
    expect(await bench.run([5])).toEqual([]);
    expect(bench.found.laterDate).toBeUndefined();
    expect(bench.found.midnight).toBe('same-day');
  });

  it('of an order dated ahead is that it does harm, where the report has it but no iPad', async () => {
    const bench = new Bench();
    await bench.run([1, 5], async (question) =>
      question.kind === 'listed' && question.order.id === ids(bench, 'later')[0]
        ? 'no'
        : bench.seen(question),
    );
    expect(bench.found.laterDate).toBe('harms');
  });

  it('of a balance without the gratuity on an unpaid order is not that payments do not count', async () => {
    const bench = new Bench();
    const [unpaid] = [trialName(probes.a)];
    await bench.run([1, 2, 3], async (question) =>
      question.kind === 'balance' && question.order.id === bench.session?.rows[unpaid ?? '']?.id
        ? '35.71'
        : bench.seen(question),
    );
    expect(bench.found).toMatchObject({ payments: 'counted' });
    expect(bench.found.balance).toBeUndefined();
  });

  it.each(['pays', 'voids a line of'])(
    'is nothing of an order that somebody %s on being asked to open it',
    async (what) => {
      const bench = new Bench();
      const [id] = await bench.run([1, 2]).then(() => ids(bench, trialName(probes.a)));
      const left = await bench.run([3], async (question) => {
        if (question.kind === 'open' && question.order.id === id) {
          const order = `/resources/Order/${id}/`;
          const [item] = bench.revel.rows('OrderItem').filter((row) => row.order === order);
          if (what === 'pays') bench.revel.put('Payment', { order, amount: '41.91', payment_type: 1 });
          else bench.revel.put('OrderItem', { ...item, quantity: 0, voided_date: '2026-11-14T10:01:00' });
        }
        return bench.seen(question);
      });
      expect(left).toEqual([expect.stringContaining(`order ${id} was paid, or a line of it voided`)]);
      expect(bench.found).toMatchObject({ gratuity: 'in-total', payments: 'counted' });
      expect(bench.found.books).toBeUndefined();
    },
  );

  it('of a page in the place of a list is that there is none', async () => {
    const bench = new Bench();
    bench.reply = ({ path }) =>
      path === '/resources/CustomPaymentType/' ? { status: 200, body: '<html>Log in</html>' } : null;
    await bench.run([1]);
    expect(bench.found.paymentTypes).toBe('not-listed');
  });

  it('of a deleted mark is what an iPad shows that had the order in its list before', async () => {
    const bench = new Bench();
    const synced = new Set<string>();
    const look = () => {
      for (const { id, deleted, orderhistory } of bench.revel.orders())
        if (!deleted && orderhistory.length > 0) synced.add(String(id));
    };
    const hands: Hands = async (question: Question) => {
      look();
      return question.kind === 'listed'
        ? synced.has(question.order.id)
          ? 'yes'
          : 'no'
        : bench.seen(question);
    };
    await bench.run([1, 2, 3, 4], hands);
    expect(bench.found.deletedOrders).toBe('still-there');
  });
});

describe('what certify leaves', () => {
  it('is told, where marks do not reach what a POS has opened, also of the orders of phase 5', async () => {
    const bench = new Bench();
    const hands: Hands = async (question) => {
      if (question.kind === 'day') bench.seen({ kind: 'open', order: question.order, again: false });
      // The one that nobody has opened is gone, those that somebody has are not.
      if (question.kind === 'listed' && bench.session?.done.length === 5) return 'yes';
      return bench.seen(question);
    };
    await bench.run(ALL, hands);
    expect(bench.found).toMatchObject({ deletedOrders: 'honoured', deletedOpened: 'still-there' });
    expect(remaining(bench)).toEqual(expect.arrayContaining(ids(bench, 'midnight', 'later')));
  });

  it('is told of an order on which somebody has paid, whatever its mark is worth', async () => {
    const bench = new Bench();
    const name = trialName(probes.a);
    await bench.run([1, 2, 3]);
    const [id = ''] = ids(bench, name);
    bench.revel.put('Payment', { order: `/resources/Order/${id}/`, amount: '41.91', payment_type: 1 });
    await bench.run([4, 5, 6]);
    expect(remaining(bench)).toEqual([id]);
  });

  it.each(['OrderHistory', 'Payment'])(
    'is told, and marked, also where the answer to its %s was lost',
    async (what) => {
      const bench = new Bench(what === 'OrderHistory' ? { ignoresDeleted: ['Order'] } : {});
      let blind = false;
      bench.strike = ({ method, path }) => {
        if (path !== `/resources/${what}/`) return null;
        if (blind) return { kind: '500-before' };
        blind = method === 'POST';
        return blind ? { kind: 'reset-after' } : null;
      };
      await cut(bench, [1, 2]);
      bench.strike = null;
      await bench.run([6]);
      const visible = bench.revel
        .orders()
        .filter(
          ({ orderhistory, establishment }) =>
            orderhistory.length > 0 && establishment.endsWith(`/${TEST_SHOP}/`),
        )
        .map(({ id }) => String(id));
      expect(visible).not.toEqual([]);
      expect(remaining(bench)).toEqual(visible);
      expect(bench.revel.rows('Payment').filter(({ deleted }) => deleted !== true)).toEqual([]);
    },
  );

  it.each(['OrderItem', 'Payment', 'Order'])(
    'is told where the account refuses to change a row of %s, and the session ends',
    async (what) => {
      const bench = new Bench();
      bench.reply = ({ method, path, body }) =>
        method === 'PATCH' && path.startsWith(`/resources/${what}/`) && body.includes('deleted')
          ? { status: 405, body: '' }
          : null;
      for (const phase of ALL) await bench.run([phase]);
      expect(bench.session?.done).toEqual(ALL);
      const found = {
        OrderItem: { deletedItems: 'not-kept' },
        Payment: { deletedPayments: 'not-kept' },
        Order: { deletedOrders: 'not-kept' },
      }[what];
      expect(bench.found).toMatchObject(found ?? {});
    },
  );
});

describe('certify goes on after a lost answer', () => {
  it('where the account refuses the filter for a uuid', async () => {
    const bench = new Bench({ uuidFilter: 'refused' });
    let lost = false;
    bench.strike = ({ method, path }) => {
      if (lost || method !== 'POST' || path !== '/resources/OrderItem/') return null;
      lost = true;
      return { kind: 'reset-before' };
    };
    await bench.run(ALL);
    expect(bench.session?.done).toEqual(ALL);
    expect(bench.found.uuidFilter).toBe('refused');
  });

  it('to a service fee that the key may not read', async () => {
    const bench = new Bench();
    bench.strike = ({ method, path }) =>
      method === 'POST' && path === '/resources/AppliedServiceFee/' ? { kind: 'reset-before' } : null;
    bench.reply = ({ method, path }) =>
      method === 'GET' && path === '/resources/AppliedServiceFee/' ? { status: 401, body: '' } : null;
    await cut(bench, [1, 2]);
    await bench.run([2]);
    expect(bench.session?.done).toEqual([1, 2]);
  });
});
