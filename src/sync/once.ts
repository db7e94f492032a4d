import type { EventHeader } from '../domain/event.js';
import type { Location } from '../domain/location.js';
import { normaliseName } from '../domain/names.js';
import type { WantedOrder } from '../domain/wanted.js';
import { eventDate } from '../domain/window.js';
import { localDate } from '../domain/zones.js';
import type { RunContext } from './context.js';

/** Says something in the log that nobody needs to read at every sweep; the state remembers that it was said. */
async function tellOnce(ctx: RunContext, key: string, message: string): Promise<void> {
  const { cache } = ctx.state;
  if (ctx.request.dryRun || !cache) return;
  // Events are planned at the same time: the first one says it.
  const said = saidBy.get(ctx) ?? new Set<string>();
  if (said.has(key)) return;
  saidBy.set(ctx, said.add(key));
  if ((await cache.get(key)) === true) return;
  await cache.set(key, true);
  ctx.events.warning(message);
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
  if (day !== null && day <= localDate(ctx.clock.now(), location.timezone)) {
    await tellOnce(
      ctx,
      `told/not-priced/${header.id}`,
      `Event ${header.id} at ${location.name} is today and has no price yet, so that it gets no order. If it is to have ` +
        'one, complete it in Tripleseat.',
    );
  }
  return note;
}

/** The names of rows of the bill that a sweep has sorted by nothing but the name, each once for its location. */
export async function tellSorted(
  ctx: RunContext,
  { sorted, location, eventId }: Pick<WantedOrder, 'sorted' | 'location' | 'eventId'>,
): Promise<void> {
  if (ctx.request.target.kind !== 'sweep') return;
  for (const { name, use, why } of sorted) {
    const by = why === 'word' ? 'by a word of its name' : 'as no word of its name says more';
    const quoted = JSON.stringify(name);
    await tellOnce(
      ctx,
      `told/billing/${location.name}/${normaliseName(name) || name}/${use}`,
      `Billing row ${quoted} of event ${eventId} at ${location.name} counts as ${use}, ${by}. If it is something else: ` +
        `ts-reconcile billing map ${quoted} <use> --location ${JSON.stringify(location.name)}`,
    );
  }
}
