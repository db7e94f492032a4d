import { describe, expect, it } from 'vitest';
import type { SourceLine } from '../../src/domain/event.js';
import type { FoundOrder } from '../../src/domain/order.js';
import { planOrder } from '../../src/domain/plan.js';
import { ProductIndex } from '../../src/domain/products.js';
import { document, line, products, sourceEvent, usd } from './builders.js';
import { paymentRow, standingItems, standingOrder, wantedOrder } from './found.js';

/** What an order says of its event that stands as it was made from these lines, when they have become those. */
function told(before: readonly SourceLine[], now: readonly SourceLine[], over: Partial<FoundOrder>) {
  const of = (more: readonly SourceLine[], stands: boolean) => {
    const own = document({ lines: [...document().lines, ...more] });
    return wantedOrder({
      event: sourceEvent({ documents: [own] }),
      linesSource: { kind: 'document', origin: 'event', document: own, selections: [] },
      products: new ProductIndex([
        ...products,
        { id: 700, name: 'Margherita flatbread tray', price: usd('0') },
      ]),
      stands,
    });
  };
  const made = of(before, false);
  const wanted = of(now, true);
  const order = standingOrder(made, over);
  const contents = {
    order: order.id,
    items: standingItems(made),
    payments: [paymentRow(made)],
    bills: [],
  };
  const plan = planOrder(wanted, [order], [contents], {
    now: Date.parse('2026-11-14T20:00:00Z'),
    locations: [wanted.location],
  });
  const actions = plan.kind === 'complete' ? plan.actions.map(({ action }) => action) : [];
  return { isEdited: made.revision !== wanted.revision, kind: plan.kind, actions };
}

const tray = (longDescription: string | null, name = 'Margherita flatbread tray') =>
  line(name, '3', '0', '0', { longDescription });

describe('what is added to a text or a name after the order was made', () => {
  it.each<[string, SourceLine[], SourceLine[]]>([
    [
      'details of a line',
      [tray('On the buffet by the window')],
      [tray('On the buffet by the window\nALLERGY: 3 guests peanuts')],
    ],
    [
      'another line that is text',
      [tray('On the buffet by the window')],
      [tray('On the buffet by the window'), line('3 guests with peanut allergy', '1')],
    ],
    ['the name of a line', [tray(null)], [tray(null, 'Margherita flatbread tray - NO NUTS')]],
  ])('is told: %s', (_, before, now) => {
    for (const opened of [false, true]) {
      const { isEdited, kind } = told(before, now, { opened });
      expect(isEdited).toBe(true);
      expect(kind).not.toBe('standing');
    }
  });
});

describe('details that were added while the order was unfinished', () => {
  it('are on the order that is completed', () => {
    const { kind, actions } = told(
      [tray('On the buffet by the window')],
      [tray('On the buffet by the window\nALLERGY: 3 guests peanuts')],
      { historyIds: [], printed: false },
    );
    expect(kind).toBe('complete');
    expect(actions).toContain('add_item');
  });
});
