import type { EventHeader } from '../domain/event.js';
import type { Location } from '../domain/location.js';
import { normaliseName } from '../domain/names.js';
import type { WantedOrder } from '../domain/wantedOrder.js';
import { eventDate } from '../domain/window.js';
import { localDate } from '../domain/zones.js';
import { shellWord } from '../text/calls.js';
import type { RunContext } from './context.js';

/**
 * Whether this is the first to say what the key stands for, which nobody needs to read at every sweep; the state
 * remembers that it was said, but not of a dry run: the run after it says it, too.
 */
export async function isNews(ctx: RunContext, key: string): Promise<boolean> {
  const { cache } = ctx.state;
  if (!cache) return false;
  // Events are planned at the same time: the first one says it.
  const said = saidBy.get(ctx) ?? new Set<string>();
  if (said.has(key)) return false;
  saidBy.set(ctx, said.add(key));
  if ((await cache.get(key)) === true) return false;
  if (!ctx.request.dryRun) await cache.set(key, true);
  return true;
}

const saidBy = new WeakMap<RunContext, Set<string>>();

/** What is told of an event that has no price yet; on its day once in the log, too. */
export async function tellNotPriced(
  ctx: RunContext,
  header: EventHeader,
  location: Location,
): Promise<string> {
  const note = 'No price is on the event yet: neither a grand total nor an amount on a line.';
  const day = eventDate(header, location.timezone);
  const isDue = day !== null && day <= localDate(ctx.clock.now(), location.timezone);
  // A dry run says it in its report alone.
  if (isDue && !ctx.request.dryRun) {
    if (await isNews(ctx, `told/not-priced/${header.id}`)) {
      ctx.events.warning(
        `Event ${header.id} at ${location.name} is today and has no price yet, so that it gets no order. If it is to ` +
          'have one, complete it in Tripleseat.',
      );
    }
  }
  return note;
}

/** The names of rows of the bill that a sweep has sorted by nothing but the name: a note on each, once for its location. */
export async function notesOnSorted(
  ctx: RunContext,
  { sorted, location }: Pick<WantedOrder, 'sorted' | 'location'>,
): Promise<string[]> {
  const notes: string[] = [];
  if (ctx.request.target.kind !== 'sweep') return notes;
  for (const { name, use, why } of sorted) {
    const key = `told/billing/${location.name}/${normaliseName(name) || name}/${use}`;
    if (!(await isNews(ctx, key))) continue;
    const by = why === 'word' ? 'by a word of its name' : 'as no word of its name says more';
    const quoted = JSON.stringify(name);
    notes.push(
      `Billing row ${quoted} counts as ${use} at ${location.name}, ${by}. If it is something else: ` +
        `ts-reconcile billing map ${shellWord(name)} <use> --location ${shellWord(location.name)}`,
    );
  }
  return notes;
}
