import type { MenuSelection, SourceBooking, SourceDocument, SourceEvent, SourceLine } from './event.js';
import type { EventId } from './ids.js';
import { isBlankLine, isFromMenu } from './lines.js';
import { type Cents, formatCents } from './money.js';
import type { Failure } from './reasons.js';

/** Where the lines of the order come from. */
export type LinesSource = {
  /** The other documents of a booking that is this event's alone, which may list what has been paid. */
  booked?: readonly SourceDocument[];
} /** A document with line items, of the event or of a booking that is this event's alone. */ & (
  | {
      kind: 'document';
      origin: 'event' | 'booking';
      document: SourceDocument;
      /** What was chosen along with its dishes; empty when it has no dish of the menu. */
      selections: MenuSelection[];
    }
  /** Selections without prices; `document` is the one whose totals apply, null when only the event's do. */
  | { kind: 'selections'; selections: MenuSelection[]; document: SourceDocument | null }
  /** Lines of the invoice view of `document`, whose totals apply. */
  | { kind: 'invoice'; lines: SourceLine[]; document: SourceDocument }
);

/** The lines as the source has them; selections have no figures. */
export function writtenLines(source: LinesSource): readonly SourceLine[] {
  switch (source.kind) {
    case 'document':
      return source.document.lines;
    case 'invoice':
      return source.lines;
    case 'selections':
      return [];
  }
}

/** What {@link chooseDocument} found. */
export type DocumentChoice =
  | { kind: 'document'; document: SourceDocument }
  | { kind: 'none' }
  | { kind: 'failed'; failure: Failure };

/**
 * The one document that is not deleted and has line items. Of several, the only one whose grand total equals
 * the event's; documents are never added up, so anything else is AMBIGUOUS_DOCUMENTS.
 */
export function chooseDocument(event: Totals, documents: readonly SourceDocument[]): DocumentChoice {
  return choose(
    event,
    documents.filter((document) => !document.deleted && document.lines.some((line) => !isBlankLine(line))),
    'with line items',
  );
}

/** What of an event tells which of its documents counts. */
type Totals = Pick<SourceEvent, 'grandTotal' | 'amountDue' | 'payments'>;

function choose(event: Totals, candidates: readonly SourceDocument[], what: string): DocumentChoice {
  const [first] = candidates;
  if (!first) return { kind: 'none' };
  if (candidates.length === 1) return { kind: 'document', document: first };
  const { grandTotal } = event;
  const equal = candidates.filter((document) => grandTotal !== null && document.grandTotal === grandTotal);
  const only = equal.length === 1 ? equal[0] : (oneOf(event, equal) ?? oneOf(event, candidates));
  if (only) return { kind: 'document', document: only };
  const list = candidates.map((document) => `${document.id} (${totalOf(document)})`).join(', ');
  const why = equal.length === 0 ? 'none of them equals' : `${equal.length} of them equal`;
  return {
    kind: 'failed',
    failure: {
      reason: 'AMBIGUOUS_DOCUMENTS',
      error:
        `${candidates.length} documents ${what}: ${list}; ${why} the event's grand total ` +
        `(${money(grandTotal)}), so it is not clear which one counts. ` +
        'Delete or correct the documents that do not count in Tripleseat.',
    },
  };
}

/**
 * One of documents that agree in all that an order is made of, so that it does not matter which one is taken; null: they
 * do not. What an invoice says is not known before one is read.
 *
 * Payments count whichever document lists them, each once. So of a contract and an event order with the same lines one
 * may say that less is due, which is the one that knows of the payments, if the event says so, too.
 */
function oneOf(event: Totals, documents: readonly SourceDocument[]): SourceDocument | null {
  if (!documents.every(({ lines }) => lines.some((line) => !isBlankLine(line)))) return null;
  if (new Set(documents.map(contentOf)).size > 1 || contradictPayments(documents)) return null;
  const [first = null, ...others] = documents;
  if (others.every(({ amountDue }) => amountDue === first?.amountDue)) return first;
  const isPaidListed = [event, ...documents].some(({ payments }) => payments?.length);
  const least = Math.min(...documents.map(({ amountDue }) => amountDue ?? Number.POSITIVE_INFINITY));
  const knowing = documents.find(({ amountDue }) => amountDue === least && amountDue === event.amountDue);
  return isPaidListed ? (knowing ?? null) : null;
}

/** What of a document an order is made of but payments, in whichever way it is written. Ids are its own. */
function contentOf({ lines, billing, grandTotal, discountsTotal, broken }: SourceDocument): string {
  const rows = billing ?? [];
  const raisedOn = (ids: readonly string[] = []) =>
    rows.flatMap(({ name, billingId }) => (billingId && ids.includes(billingId) ? [name] : [])).sort();
  const written = lines
    .filter((line) => !isBlankLine(line))
    .map(({ billingIds, discount, longDescription, ...line }) =>
      JSON.stringify([line, discount || null, longDescription || null, raisedOn(billingIds)]),
    );
  const billed = rows.map(({ name, amount }) => JSON.stringify([name, amount]));
  return JSON.stringify([grandTotal, discountsTotal || null, broken, billed.sort(), written.sort()]);
}

/** Whether two of them list the same payment with different amounts. */
function contradictPayments(documents: readonly SourceDocument[]): boolean {
  const amounts = new Map<string, Cents>();
  return documents
    .flatMap(({ payments }) => payments ?? [])
    .some(({ id, amount }) => {
      if (id === null || amount === null) return false;
      const other = amounts.get(id) ?? amount;
      amounts.set(id, amount);
      return other !== amount;
    });
}

const money = (amount: Cents | null) => (amount === null ? 'no total' : formatCents(amount));
const totalOf = (document: SourceDocument) => document.broken?.grandTotal ?? money(document.grandTotal);

/** The booking's documents if this event is the only one of the booking, else null: they might be another's. */
export function bookingDocuments(booking: SourceBooking, event: EventId): SourceDocument[] | null {
  const events = new Set(booking.eventIds);
  return events.size === 1 && events.has(event) ? booking.documents : null;
}

/** What has been read so far. A missing key: not read yet. Null: read, and there is nothing. */
export interface Gathered {
  booking?: SourceBooking | null;
  selections?: MenuSelection[] | null;
  /** Why an order could not be built from the selections, when that has been tried. */
  selectionsRefused?: string;
  invoice?: SourceLine[] | null;
}

/** The next step on the way to the lines: something to read, the lines, or the end. */
export type LinesStep =
  | { kind: 'need'; need: 'booking'; bookingId: string }
  | { kind: 'need'; need: 'selections' }
  /** `url` is untrusted: whoever fetches it checks scheme and host. */
  | { kind: 'need'; need: 'invoice'; url: string }
  | { kind: 'source'; source: LinesSource }
  | { kind: 'failed'; failure: Failure };

/**
 * Where the lines come from, given what has been read: the event's documents, then the booking's, then the menu
 * selections, then the invoice view, else NO_LINE_ITEMS. The caller reads what is needed, adds it to `gathered`
 * and asks again; when no order can be built from the selections it sets `selectionsRefused` and asks again.
 */
export function nextLines(event: SourceEvent, gathered: Gathered): LinesStep {
  const own = chooseDocument(event, event.documents);
  if (own.kind === 'failed') return own;
  if (own.kind === 'document') return fromDocument('event', own.document, gathered);

  if (event.bookingId !== null && gathered.booking === undefined) {
    return { kind: 'need', need: 'booking', bookingId: event.bookingId };
  }
  const shared = gathered.booking ? bookingDocuments(gathered.booking, event.id) : null;
  const step = nextBooked(event, gathered, shared ?? []);
  if (step.kind !== 'source' || !shared) return step;
  const { document } = step.source;
  const booked = shared.filter(({ id }) => ![...event.documents, document].some((each) => each?.id === id));
  return booked.length === 0 ? step : { ...step, source: { ...step.source, booked } };
}

/** The same where none of the event's own documents has line items. */
function nextBooked(event: SourceEvent, gathered: Gathered, shared: readonly SourceDocument[]): LinesStep {
  const booked = chooseDocument(event, shared);
  if (booked.kind === 'failed') return booked;
  if (booked.kind === 'document') return fromDocument('booking', booked.document, gathered);

  const documents = distinct([...event.documents, ...shared]).filter((document) => !document.deleted);
  if (gathered.selections === undefined) return { kind: 'need', need: 'selections' };
  const selections = gathered.selections ?? [];
  // A list with an entry whose number is not known cannot stand for the lines.
  const isCounted = selections.every(({ quantity }) => quantity !== null);
  if (selections.length > 0 && isCounted && gathered.selectionsRefused === undefined) {
    const totals = choose(event, documents, 'with totals');
    const document = totals.kind === 'document' ? totals.document : null;
    return { kind: 'source', source: { kind: 'selections', selections, document } };
  }

  const withInvoice = documents.filter((document) => invoiceUrl(document) !== null);
  const invoiced = choose(event, withInvoice, 'with an invoice');
  if (invoiced.kind === 'failed') return invoiced;
  if (invoiced.kind === 'document') {
    const url = invoiceUrl(invoiced.document);
    if (url !== null && gathered.invoice === undefined) return { kind: 'need', need: 'invoice', url };
    const lines = gathered.invoice ?? [];
    if (lines.some((line) => !isBlankLine(line))) {
      return { kind: 'source', source: { kind: 'invoice', lines, document: invoiced.document } };
    }
  }
  return { kind: 'failed', failure: noLineItems(event, gathered, invoiced.kind === 'document') };
}

// An event's document is listed by its booking too.
function distinct(documents: readonly SourceDocument[]): SourceDocument[] {
  return [...new Map(documents.map((document) => [document.id, document])).values()];
}

/** What guests chose with a dish of the menu is told by the selections alone. */
function fromDocument(origin: 'event' | 'booking', document: SourceDocument, gathered: Gathered): LinesStep {
  const hasDishes = document.lines.some((line) => isFromMenu(line) && !isBlankLine(line));
  if (hasDishes && gathered.selections === undefined) return { kind: 'need', need: 'selections' };
  const selections = hasDishes ? (gathered.selections ?? []) : [];
  return { kind: 'source', source: { kind: 'document', origin, document, selections } };
}

/** The document's invoice link: the view called so. */
function invoiceUrl(document: SourceDocument): string | null {
  return document.views.find((view) => /invoice/i.test(view.name))?.url ?? null;
}

function noLineItems(event: SourceEvent, gathered: Gathered, invoiceRead: boolean): Failure {
  const tried = [
    'none of its documents has line items',
    bookingNote(event, gathered),
    gathered.selectionsRefused === undefined && (gathered.selections ?? []).length === 0
      ? 'it has no menu selections'
      : 'its menu selections do not do',
    invoiceRead ? 'its invoice shows no lines' : 'it has no invoice to read',
  ];
  const refused = gathered.selectionsRefused === undefined ? '' : ` ${gathered.selectionsRefused}`;
  return {
    reason: 'NO_LINE_ITEMS',
    error:
      `Event ${event.id} has nothing to make an order of: ${tried.join('; ')}. ` +
      `Add the items to the event's document in Tripleseat.${refused}`,
  };
}

function bookingNote(event: SourceEvent, gathered: Gathered): string {
  if (event.bookingId === null) return 'it has no booking';
  if (!gathered.booking) return `its booking ${event.bookingId} cannot be seen`;
  if (bookingDocuments(gathered.booking, event.id) === null) {
    return `its booking ${event.bookingId} is not for this event alone, so that its documents do not count`;
  }
  return `nor has a document of its booking ${event.bookingId}`;
}
