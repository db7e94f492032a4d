import { isSelected } from '../config/locations.js';
import { sortBilling } from '../domain/billing.js';
import type { BillingName, BillingNames } from '../domain/coverage.js';
import { chooseDocument } from '../domain/documents.js';
import type { EventHeader, SourceBilling, SourceEvent } from '../domain/event.js';
import { exactCents } from '../domain/figure.js';
import type { Location } from '../domain/location.js';
import { normaliseName, plainText } from '../domain/names.js';
import type { RunContext } from './context.js';
import { locationOf } from './results.js';
import { selectComing } from './search.js';
import { eachOf } from './workers.js';

/** The names of the rows of the bills of past and coming events, and where each amount goes. Reads only. */
export async function billingNames(ctx: RunContext, back: number, days: number): Promise<BillingNames> {
  const selection = await selectComing(ctx, days, back);
  const found = new Map<string, BillingName>();
  const problems = [...selection.problems];
  let events = 0;
  let done = 0;
  const one = async (header: EventHeader) => {
    const location = locationOf(ctx, header);
    if (ctx.stop.aborted || !location) return;
    if (ctx.request.locations !== null && !isSelected(location, ctx.request.locations)) return;
    const read = await ctx.tripleseat.event(header.id);
    done += 1;
    ctx.events.progress(done, selection.events.size, 'reading events');
    if (read.kind !== 'ok') {
      const why = read.kind === 'not-found' ? 'Tripleseat does not have the event any more.' : read.detail;
      problems.push(`Event ${header.id}: ${why}`);
      return;
    }
    events += 1;
    const seen = new Set<string>();
    for (const row of rowsOf(read.value)) {
      const key = keyOf(row, location);
      const known = found.get(key) ?? { ...sortedName(row, location), events: 0 };
      if (!seen.has(key)) known.events += 1;
      seen.add(key);
      found.set(key, known);
    }
  };
  await eachOf(selection.events.values(), ctx.settings.concurrency, one);
  return { names: [...found.values()].sort(byUrgency), events, problems, failed: selection.failed };
}

/** The rows that an order would be made of; of an event whose document is not clear, those of the event. */
function rowsOf(event: SourceEvent): readonly SourceBilling[] {
  const chosen = chooseDocument(event, event.documents);
  const own = chosen.kind === 'document' ? (chosen.document.billing ?? []) : [];
  return own.length > 0 ? own : (event.billing ?? []);
}

function isNegative({ amount }: SourceBilling): boolean {
  return exactCents(amount)?.lt(0) ?? false;
}

/** Rows of one name that take money off are another thing than those that ask for it. */
function keyOf(row: SourceBilling, location: Location): string {
  const plain = plainText(row.name);
  return JSON.stringify([location.name, normaliseName(plain) || plain, isNegative(row)]);
}

function sortedName(row: SourceBilling, location: Location): Omit<BillingName, 'events'> {
  const name = plainText(row.name);
  const sorted = sortBilling({ name, amount: isNegative(row) ? 'negative' : 'positive' }, location.billing);
  switch (sorted.kind) {
    case 'use':
      return { name, location, use: sorted.use, why: sorted.why };
    case 'discount-word':
      return { name, location, use: null, why: 'total' };
    case 'unclear':
      return { name, location, use: null, why: 'unclear' };
  }
}

const URGENCY: Readonly<Record<BillingName['why'], number>> = {
  unclear: 0,
  rest: 1,
  total: 2,
  word: 3,
  mapping: 4,
};

function byUrgency(a: BillingName, b: BillingName): number {
  return (
    a.location.name.localeCompare(b.location.name) ||
    URGENCY[a.why] - URGENCY[b.why] ||
    b.events - a.events ||
    a.name.localeCompare(b.name)
  );
}
