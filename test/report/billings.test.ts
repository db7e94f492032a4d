import { describe, expect, it } from 'vitest';
import type { BillingName } from '../../src/domain/coverage.js';
import { renderBillings } from '../../src/report/billings.js';

const style = { colour: false, width: 120 };

describe('names of bills', () => {
  it.each([
    [1, '1 day back, 1 day ahead: 1 event, 1 name, 0 not clear'],
    [2, '2 days back, 2 days ahead: 2 events, 2 names, 0 not clear'],
  ])('are counted in words that go with %i', async (count, sentence) => {
    const names = Array.from(
      { length: count },
      (_, at): BillingName => ({
        location: { name: 'Special Events' } as BillingName['location'],
        name: `Sales tax ${at}`,
        use: 'tax',
        why: 'word',
        events: count,
      }),
    );
    const found = { names, events: count, problems: [], failed: false };
    const text = await renderBillings(found, { back: count, days: count, sandbox: false }, style);
    expect(text.split('\n')).toContain(sentence);
  });
});
