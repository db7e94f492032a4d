import { type Gathered, type LinesSource, nextLines } from '../domain/documents.js';
import type { SourceEvent } from '../domain/event.js';
import type { Location } from '../domain/location.js';
import { isPriced } from '../domain/priced.js';
import type { Failure } from '../domain/reasons.js';
import { buildWanted } from '../domain/wanted.js';
import type { WantedOrder } from '../domain/wantedOrder.js';
import { establishmentOf, type RunContext } from './context.js';

/** The wanted order, or why there is none. `upstream`: an API failed, so that nothing can be said. */
export type WantedRead =
  /** `ownLines`: made from the event's own document, so that an edit of its lines shows in the event. */
  | { kind: 'ok'; order: WantedOrder; ownLines: boolean }
  /** Nobody has put a price on the event yet. */
  | { kind: 'not-priced' }
  | { kind: 'failed'; failure: Failure; upstream: boolean };

/**
 * Reads whatever the event's lines need (its booking, selections, invoice, products) and builds the order.
 *
 * @param stands staff can see an order of the event already
 */
export async function gatherWanted(
  ctx: RunContext,
  event: SourceEvent,
  location: Location,
  stands: boolean,
): Promise<WantedRead> {
  const gathered: Gathered = {};
  for (;;) {
    const step = nextLines(event, gathered);
    // Selections and invoices have no total of their own either.
    const isBookingKnown = step.kind !== 'need' || step.need !== 'booking';
    if (isBookingKnown && !isPriced(event, gathered)) return { kind: 'not-priced' };
    if (step.kind === 'failed') return refused(step.failure);
    if (step.kind === 'need') {
      const problem = await readMore(ctx, event, step, gathered);
      if (problem !== null) return { kind: 'failed', ...problem };
      continue;
    }
    const products = await ctx.products(establishmentOf(ctx, location));
    if (products.kind === 'error') {
      return {
        kind: 'failed',
        failure: { reason: 'REVEL_ERROR', error: `The products could not be read. ${products.detail}` },
        upstream: true,
      };
    }
    const built = buildWanted({
      event,
      location,
      linesSource: step.source,
      products: products.value,
      paymentPolicy: ctx.settings.paymentPolicy,
      unmatchedPolicy: ctx.settings.unmatchedPolicy,
      testEstablishmentId: ctx.settings.testEstablishmentId,
      stands,
    });
    if (built.kind === 'ok') return { ...built, ownLines: isOwn(step.source) };
    if (step.source.kind !== 'selections') return refused(built.failure);
    gathered.selectionsRefused = built.failure.error;
  }
}

/** What guests chose with their dishes is looked at whenever the event is read: it decides about text alone. */
function isOwn(source: LinesSource): boolean {
  return source.kind === 'document' && source.origin === 'event';
}

function refused(failure: Failure): WantedRead {
  return { kind: 'failed', failure, upstream: false };
}

/**
 * Reads what {@link nextLines} needs into `gathered`. Null: read. A booking or selections that may not be seen or
 * are not there are normal; an error is not.
 */
export async function readMore(
  ctx: Pick<RunContext, 'tripleseat'>,
  event: SourceEvent,
  step: Extract<ReturnType<typeof nextLines>, { kind: 'need' }>,
  gathered: Gathered,
): Promise<Omit<Extract<WantedRead, { kind: 'failed' }>, 'kind'> | null> {
  switch (step.need) {
    case 'booking': {
      const read = await ctx.tripleseat.booking(step.bookingId);
      if (read.kind === 'error') return unreadable(`booking ${step.bookingId}`, read);
      gathered.booking = read.kind === 'ok' ? read.value : null;
      return null;
    }
    case 'selections': {
      const read = await ctx.tripleseat.menuSelections(event.id);
      if (read.kind === 'error') return unreadable('menu selections', read);
      gathered.selections = read.kind === 'ok' ? read.value : null;
      return null;
    }
    case 'invoice': {
      const read = await ctx.tripleseat.invoiceLines(step.url);
      if (read.kind === 'error') return unreadable('invoice', read);
      gathered.invoice = read.kind === 'ok' ? read.value : null;
      return null;
    }
  }
}

function unreadable(what: string, { detail, unusable }: { detail: string; unusable?: true }) {
  return {
    failure: { reason: 'SOURCE_ERROR', error: `The ${what} could not be read. ${detail}` },
    upstream: unusable !== true,
  } as const;
}
