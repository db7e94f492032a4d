import { describe, expect, it } from 'vitest';
import {
  bookingDocuments,
  chooseDocument,
  type Gathered,
  type LinesStep,
  nextLines,
} from '../../src/domain/documents.js';
import type { SourceDocument, SourceEvent } from '../../src/domain/event.js';
import { booking, document, eventId, line, paid, qty, selection, sourceEvent, usd } from './builders.js';

const empty = { lines: [line('', '1.0')] };
const selections = [selection('Taco Bar', '1')];
const other = { lines: [line('Taco Bar', '1', '5')] };
const noViews = document({ id: '3', ...empty, views: [] });
const dish = document({
  lines: [line('Setup', '1', '5'), line('', '1', '8', '8', { displayName: 'Taco Bar' })],
});

describe('chooseDocument', () => {
  const event = sourceEvent();

  it('takes the one with line items, whatever its total', () => {
    const only = document({ grandTotal: usd('1.00') });
    const others = [
      document({ id: '1', deleted: true }),
      document({ id: '2', ...empty }),
      document({ id: '3', lines: [] }),
    ];
    expect(chooseDocument(event, [...others, only])).toEqual({ kind: 'document', document: only });
  });

  it('takes the one of several whose total is the event’s', () => {
    const right = document({ id: '2' });
    const documents = [
      document({ id: '1', grandTotal: usd('9.00') }),
      right,
      document({ id: '3', grandTotal: null }),
    ];
    expect(chooseDocument(event, documents)).toEqual({ kind: 'document', document: right });
  });

  it.each([
    [
      'two equal',
      [document({ id: '11' }), document({ id: '12', ...other })],
      event,
      /11 \(1421\.31\), 12 \(1421\.31\); 2 of them equal the event's grand total/,
    ],
    [
      'none equal',
      [document({ id: '11', grandTotal: usd('900.00') }), document({ id: '12', grandTotal: null })],
      event,
      /11 \(900\.00\), 12 \(no total\); none of them equals the event's grand total \(1421\.31\)/,
    ],
    [
      'no total at the event',
      [document({ id: '11', grandTotal: null }), document({ id: '12', grandTotal: null, ...other })],
      sourceEvent({ grandTotal: null }),
      /; none of them equals the event's grand total \(no total\)/,
    ],
  ])('refuses to choose when %s', (_, documents, of, sentence) => {
    expect(chooseDocument(of, documents)).toEqual({
      kind: 'failed',
      failure: { reason: 'AMBIGUOUS_DOCUMENTS', error: expect.stringMatching(sentence) },
    });
  });

  it.each([
    [
      'in another order',
      [document({ id: '11' }), document({ id: '12', lines: document().lines.toReversed() })],
    ],
    [
      'with blank lines',
      [document({ id: '11' }), document({ id: '12', lines: [...document().lines, line('')] })],
    ],
    ['under other titles', [document({ id: '11', title: 'Contract' }), document({ id: '12', views: [] })]],
    [
      'with payments of other ids',
      [document({ id: '11' }), document({ id: '12', payments: paid('710.66', '2') })],
    ],
    ['with payments that the other lacks', [document({ id: '11', payments: null }), document({ id: '12' })]],
    [
      'with a payment that cannot be read, but by the other',
      [
        document({ id: '11', payments: [{ id: '1', amount: null, problem: 'unclear' }] }),
        document({ id: '12' }),
      ],
    ],
    [
      'with payments in another order',
      [
        document({ id: '11', payments: [...paid('10.00', '1'), ...paid('700.66', '2')] }),
        document({ id: '12', payments: [...paid('700.66', '3'), ...paid('10.00', '4')] }),
      ],
    ],
    [
      'with other ids of taxes and fees',
      ['6', '16'].map((billingId) =>
        document({
          billing: [{ name: 'Sales Tax', amount: usd('91.09'), billingId }],
          lines: document().lines.map((each) => ({ ...each, billingIds: [billingId, `${billingId}9`] })),
        }),
      ),
    ],
    [
      'with nothing written in another way',
      [
        document({ discountsTotal: null, billing: null }),
        document({
          discountsTotal: usd('0'),
          billing: [],
          lines: document().lines.map((each) => ({ ...each, longDescription: '', discount: usd('0') })),
        }),
      ],
    ],
  ])('takes the first of several that make the very same order: %s', (_, documents) => {
    expect(chooseDocument(event, documents)).toEqual({ kind: 'document', document: documents[0] });
    expect(chooseDocument(sourceEvent({ grandTotal: null }), documents).kind).toBe('document');
  });

  it('takes the one of them whose amount due knows of the payments, wherever these are listed', () => {
    const contract = document({ id: '11' });
    const order = document({ id: '12', payments: [], amountDue: usd('1421.31') });
    for (const documents of [
      [contract, order],
      [order, contract],
      [order, { ...contract, payments: [] }],
    ]) {
      const of = sourceEvent({ payments: paid('710.66') });
      expect(chooseDocument(of, documents)).toMatchObject({ document: { id: '11' } });
    }
    expect(chooseDocument(event, [order, contract])).toEqual({ kind: 'document', document: contract });
    // Without a list of payments the amounts due alone say what has been paid, and not the same.
    expect(chooseDocument(event, [order, { ...contract, payments: [] }]).kind).toBe('failed');
    // Nor does it count where the event says otherwise, or nothing.
    for (const amountDue of [usd('1421.31'), null]) {
      expect(chooseDocument(sourceEvent({ amountDue }), [order, contract]).kind).toBe('failed');
    }
  });

  it.each<[string, Partial<SourceDocument>]>([
    ['a line', other],
    ['text of a line', { lines: document().lines.map((each) => ({ ...each, longDescription: 'no nuts' })) }],
    ['a fee', { billing: [] }],
    [
      'a line that a tax is raised on',
      { lines: document().lines.map((each) => ({ ...each, billingIds: ['6'] })) },
    ],
    ['a quantity', { lines: document().lines.map((each) => ({ ...each, quantity: qty('999') })) }],
    ['what was paid', { payments: paid('10.00') }],
  ])('refuses to choose when they differ in %s', (_, over) => {
    const billing = [{ name: 'Sales Tax', amount: usd('91.09'), billingId: '6' }];
    const documents = [document({ id: '11', billing }), document({ id: '12', billing, ...over })];
    expect(chooseDocument(event, documents).kind).toBe('failed');
  });

  it('finds none', () => {
    expect(chooseDocument(event, [])).toEqual({ kind: 'none' });
    expect(chooseDocument(event, [document(empty), document({ deleted: true })])).toEqual({ kind: 'none' });
  });
});

describe('bookingDocuments', () => {
  const id = eventId('55521609');

  it('are the event’s only when it is the only one', () => {
    expect(bookingDocuments(booking(), id)).toHaveLength(1);
    expect(bookingDocuments(booking({ eventIds: [id, id] }), id)).toHaveLength(1);
    expect(bookingDocuments(booking({ eventIds: [id, eventId('2')] }), id)).toBeNull();
    expect(bookingDocuments(booking({ eventIds: [eventId('2')] }), id)).toBeNull();
    expect(bookingDocuments(booking({ eventIds: [] }), id)).toBeNull();
  });
});

describe('nextLines', () => {
  const bare = sourceEvent({ documents: [document(empty)] });
  const noInvoice = sourceEvent({ documents: [] });
  const shared = booking({ eventIds: [eventId('55521609'), eventId('2')] });
  const lines = [line('Taco Bar', '1', '5')];

  it.each<[string, SourceEvent, Gathered, LinesStep]>([
    [
      'the event’s document',
      sourceEvent(),
      {},
      { kind: 'source', source: { kind: 'document', origin: 'event', document: document(), selections: [] } },
    ],
    ['asks for the booking', bare, {}, { kind: 'need', need: 'booking', bookingId: '60521609' }],
    [
      'the booking’s document',
      bare,
      { booking: booking() },
      {
        kind: 'source',
        source: { kind: 'document', origin: 'booking', document: document({ id: '7' }), selections: [] },
      },
    ],
    ['no booking: selections', { ...bare, bookingId: null }, {}, { kind: 'need', need: 'selections' }],
    ['booking not to be seen: selections', bare, { booking: null }, { kind: 'need', need: 'selections' }],
    [
      'booking of several events: selections',
      bare,
      { booking: shared },
      { kind: 'need', need: 'selections' },
    ],
    [
      'selections, with the totals of the only document',
      bare,
      { booking: null, selections },
      { kind: 'source', source: { kind: 'selections', selections, document: document(empty) } },
    ],
    [
      'selections, with the totals of the event',
      noInvoice,
      { booking: null, selections },
      { kind: 'source', source: { kind: 'selections', selections, document: null } },
    ],
    [
      'selections, with the totals of the one document, whatever they are',
      sourceEvent({ grandTotal: null, documents: [document(empty)] }),
      { booking: null, selections },
      { kind: 'source', source: { kind: 'selections', selections, document: document(empty) } },
    ],
    [
      'selections, with the totals of the document that has the event’s',
      sourceEvent({ documents: [document({ ...empty, id: '1', grandTotal: usd(1) }), document(empty)] }),
      { booking: null, selections },
      { kind: 'source', source: { kind: 'selections', selections, document: document(empty) } },
    ],
    [
      'selections of which one is not counted are none',
      bare,
      { booking: null, selections: [...selections, { ...selection('Soup', '1'), quantity: null }] },
      { kind: 'need', need: 'invoice', url: 'https://portal.tripleseat.com/doc/0000/296' },
    ],
    [
      'the invoice of the document that has one',
      sourceEvent({ documents: [noViews, document(empty)] }),
      { booking: null, selections: [] },
      { kind: 'need', need: 'invoice', url: 'https://portal.tripleseat.com/doc/0000/296' },
    ],
    [
      'dishes of the menu: what guests chose with them',
      sourceEvent({ documents: [dish] }),
      {},
      { kind: 'need', need: 'selections' },
    ],
    [
      'dishes of the menu, with what guests chose with them',
      sourceEvent({ documents: [dish] }),
      { selections },
      { kind: 'source', source: { kind: 'document', origin: 'event', document: dish, selections } },
    ],
    [
      'dishes of the menu, of which nobody may see what guests chose',
      sourceEvent({ documents: [dish] }),
      { selections: null },
      { kind: 'source', source: { kind: 'document', origin: 'event', document: dish, selections: [] } },
    ],
    [
      'no selections: the invoice',
      bare,
      { booking: null, selections: [] },
      { kind: 'need', need: 'invoice', url: 'https://portal.tripleseat.com/doc/0000/296' },
    ],
    [
      'selections refused: the invoice',
      bare,
      { booking: null, selections, selectionsRefused: 'No price.' },
      { kind: 'need', need: 'invoice', url: 'https://portal.tripleseat.com/doc/0000/296' },
    ],
    [
      'the invoice’s lines',
      bare,
      { booking: null, selections: null, invoice: lines },
      { kind: 'source', source: { kind: 'invoice', lines, document: document(empty) } },
    ],
    [
      'the invoice of a document that event and booking both list',
      bare,
      { booking: booking({ documents: [document(empty)] }), selections: null },
      { kind: 'need', need: 'invoice', url: 'https://portal.tripleseat.com/doc/0000/296' },
    ],
  ])('%s', (_, event, gathered, step) => {
    expect(nextLines(event, gathered)).toEqual(step);
  });

  it.each<[string, SourceEvent, Gathered, RegExp]>([
    [
      'no booking',
      { ...noInvoice, bookingId: null },
      { selections: [] },
      /it has no booking;.*no menu sel.*no invoice to read/,
    ],
    ['hidden booking', noInvoice, { booking: null, selections: null }, /booking 60521609 cannot be seen/],
    ['shared booking', noInvoice, { booking: shared, selections: null }, /not for this event alone/],
    [
      'empty booking',
      noInvoice,
      { booking: booking({ documents: [] }), selections: null },
      /nor has a document of/,
    ],
    [
      'empty invoice',
      bare,
      { booking: null, selections: null, invoice: [line('')] },
      /invoice shows no lines/,
    ],
    ['no invoice', bare, { booking: null, selections: null, invoice: null }, /invoice shows no lines/],
    [
      'refused selections',
      noInvoice,
      { booking: null, selections, selectionsRefused: 'No price for "Taco Bar".' },
      /selections do not do.* No price for "Taco Bar"\.$/,
    ],
    [
      'selections of which one is not counted',
      noInvoice,
      { booking: null, selections: [{ ...selection('Soup', '1'), quantity: null }] },
      /selections do not do; it has no invoice to read\. Add the items to the event's document in Tripleseat\.$/,
    ],
    [
      'deleted document',
      sourceEvent({ documents: [document({ deleted: true })] }),
      { booking: null, selections: null },
      /no invoice to read/,
    ],
  ])('ends with NO_LINE_ITEMS and says what was tried: %s', (_, event, gathered, sentence) => {
    expect(nextLines(event, gathered)).toEqual({
      kind: 'failed',
      failure: { reason: 'NO_LINE_ITEMS', error: expect.stringMatching(sentence) },
    });
  });

  it.each<[string, SourceEvent, Gathered]>([
    [
      'of the event',
      sourceEvent({ documents: [document({ id: '1' }), document({ id: '2', ...other })] }),
      {},
    ],
    [
      'of the booking',
      bare,
      { booking: booking({ documents: [document({ id: '1' }), document({ id: '2', ...other })] }) },
    ],
    [
      'with invoices',
      sourceEvent({ documents: [document({ id: '1', ...empty }), document({ id: '2', ...empty })] }),
      { booking: null, selections: null },
    ],
  ])('does not fall back from ambiguous documents %s', (_, event, gathered) => {
    expect(nextLines(event, gathered)).toMatchObject({
      kind: 'failed',
      failure: { reason: 'AMBIGUOUS_DOCUMENTS', error: expect.stringContaining('1 (1421.31), 2 (1421.31)') },
    });
  });
});
