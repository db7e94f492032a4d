import { describe, expect, it } from 'vitest';
import { orderId } from '../../src/domain/ids.js';
import { zero } from '../../src/domain/money.js';
import { supersededNotes, voidedNotes } from '../../src/domain/notes.js';
import { type TriageInput, triage } from '../../src/domain/triage.js';
import { eventId, location, sourceEvent, usd } from './builders.js';
import { paymentRow, standingItems, standingOrder, wantedOrder } from './found.js';

const wanted = wantedOrder();
const visible = standingOrder(wanted);
const hidden = standingOrder(wanted, { id: orderId(7), historyIds: [] });

function triaged(over: Partial<TriageInput> = {}) {
  const event = sourceEvent();
  return triage({
    id: event.id,
    header: event,
    location: location(),
    allowed: true,
    ignored: false,
    statuses: ['DEFINITE', 'CLOSED'],
    otherStatuses: ['TENTATIVE', 'LOST'],
    strangeStatuses: [],
    notBefore: null,
    edited: false,
    leadHours: 0,
    graceHours: 24,
    late: false,
    ahead: false,
    now: Date.parse('2026-11-14T20:00:00Z'),
    rows: [],
    read: [{ order: visible.id, items: standingItems(wanted), payments: [], bills: null }],
    testEstablishmentId: null,
    ...over,
  });
}

function judge(over: Partial<TriageInput> = {}) {
  const result = triaged(over);
  if (result.kind === 'wants-order' || result.kind === 'need-contents') return result.kind;
  const reason = result.kind === 'skip' ? result.reason : result.failure.reason;
  return `${result.kind} ${reason}${result.order ? ` ${result.order.id}` : ''}`;
}

// The business day begins at four.
const early = Date.parse('2026-11-14T11:59:59Z');
const over = Date.parse('2026-11-16T04:30:00Z');
const lost = sourceEvent({ status: 'LOST' });
const gone = sourceEvent({ deleted: true });
const strange = sourceEvent({ status: 'ON HOLD' });
const twoDays = sourceEvent({ date: '2026-11-13', localStart: '2026-11-14T18:00:00' });
const edited = { now: over, edited: true };

describe('triage', () => {
  it.each<[string, Partial<TriageInput>, string]>([
    ['due', {}, 'wants-order'],
    ['closed', { header: sourceEvent({ status: 'CLOSED' }) }, 'wants-order'],
    ['ignored, whatever else', { ignored: true, header: lost, rows: [visible] }, 'skip IGNORED 10684001'],
    ['unknown', { header: null, location: null }, 'failed EVENT_NOT_FOUND'],
    [
      'unknown, its order stands',
      { header: null, location: null, rows: [visible] },
      'failed ORPHANED 10684001',
    ],
    [
      'unknown, an order was begun',
      { header: null, location: null, rows: [hidden] },
      'failed EVENT_NOT_FOUND',
    ],
    ['not allowed here', { allowed: false }, 'skip LOCATION_NOT_ALLOWED'],
    ['lost', { header: lost }, 'skip STATUS_NOT_ELIGIBLE'],
    ['lost, an order was begun', { header: lost, rows: [hidden] }, 'skip STATUS_NOT_ELIGIBLE'],
    ['lost, its order stands', { header: lost, rows: [visible] }, 'failed ORPHANED 10684001'],
    ['deleted', { header: gone }, 'skip STATUS_NOT_ELIGIBLE'],
    ['deleted, its order stands', { header: gone, rows: [visible] }, 'failed ORPHANED 10684001'],
    ['nowhere', { location: null, allowed: false }, 'failed LOCATION_NOT_MAPPED'],
    ['nowhere and lost', { location: null, allowed: false, header: lost }, 'skip STATUS_NOT_ELIGIBLE'],
    ['nowhere, its order stands', { location: null, rows: [visible] }, 'failed ORPHANED 10684001'],
    ['without a date', { header: sourceEvent({ date: null, startsAt: null }) }, 'failed SOURCE_ERROR'],
    ['too early', { now: early }, 'skip TOO_EARLY'],
    ['too early, with lead', { now: early, leadHours: 1 }, 'wants-order'],
    ['too early, looked at ahead of time', { now: early, ahead: true }, 'wants-order'],
    ['missed, looked at ahead of time', { now: over, ahead: true }, 'failed MISSED'],
    ['too early, its order stands', { now: early, rows: [visible] }, 'wants-order'],
    ['missed', { now: over }, 'failed MISSED'],
    ['missed, within a longer grace', { now: over, graceHours: 25 }, 'wants-order'],
    ['missed, asked for late', { now: over, late: true }, 'wants-order'],
    ['missed, an order was begun', { now: over, rows: [hidden] }, 'failed MISSED 7'],
    ['missed, its order stands', { now: over, rows: [visible] }, 'wants-order'],
    ['missed, its order was deleted', { now: over, rows: [{ ...visible, deleted: true }] }, 'failed MISSED'],
    ['past, seen only by an edit', edited, 'skip PAST'],
    ['past, seen only by an edit, asked for late', { ...edited, late: true }, 'skip PAST'],
    ['past, seen only by an edit, its order stands', { ...edited, rows: [visible] }, 'skip PAST 10684001'],
    [
      'past and lost, its order stands',
      { ...edited, header: lost, rows: [visible] },
      'failed ORPHANED 10684001',
    ],
    ['past, edited, nowhere', { ...edited, location: null }, 'skip PAST'],
    ['due, seen only by an edit', { edited: true }, 'wants-order'],
    ['before go-live', { notBefore: '2026-11-15' }, 'skip BEFORE_GO_LIVE'],
    [
      'before go-live, asked for late',
      { now: over, late: true, notBefore: '2026-11-15' },
      'skip BEFORE_GO_LIVE',
    ],
    [
      'before go-live and lost',
      { header: lost, notBefore: '2026-11-15', rows: [visible] },
      'skip BEFORE_GO_LIVE 10684001',
    ],
    [
      'before go-live, past, nowhere',
      { now: over, location: null, notBefore: '2026-11-15' },
      'skip BEFORE_GO_LIVE',
    ],
    [
      'without a date, where there is a day of go-live',
      { header: sourceEvent({ date: null, startsAt: null }), notBefore: '2026-11-15' },
      'failed SOURCE_ERROR',
    ],
    ['on the day of go-live', { notBefore: '2026-11-14' }, 'wants-order'],
    ['in a status nobody knows', { header: strange }, 'failed STATUS_UNKNOWN'],
    [
      'in a status nobody knows, its order stands',
      { header: strange, rows: [visible] },
      'failed STATUS_UNKNOWN 10684001',
    ],
    ['in a status nobody knows, too early', { header: strange, now: early }, 'skip TOO_EARLY'],
    ['in a status nobody knows, past', { header: strange, now: over }, 'skip PAST'],
    [
      'in a status nobody knows, deleted',
      { header: { ...strange, deleted: true } },
      'skip STATUS_NOT_ELIGIBLE',
    ],
    [
      'in a status nobody knows, not allowed here',
      { header: strange, allowed: false },
      'skip LOCATION_NOT_ALLOWED',
    ],
    ['dated on another day than its start', { header: twoDays }, 'failed SOURCE_ERROR'],
    [
      'dated on another day, its order stands',
      { header: twoDays, rows: [visible] },
      'failed SOURCE_ERROR 10684001',
    ],
    [
      'dated on another day, early for both',
      { header: twoDays, now: Date.parse('2026-11-13T11:59:59Z') },
      'skip TOO_EARLY',
    ],
    [
      'dated on another day, go-live on one of them',
      { header: twoDays, notBefore: '2026-11-14' },
      'failed SOURCE_ERROR',
    ],
    ['dated on another day and lost', { header: { ...twoDays, status: 'LOST' } }, 'skip STATUS_NOT_ELIGIBLE'],
  ])('%s', (_, input, verdict) => {
    expect(judge(input)).toBe(verdict);
  });

  it.each([
    ['nothing was to be paid', hidden.finalTotal, false],
    ['something was to be paid', zero, true],
  ])('says of a lost event whose order was begun whether a payment may stand on it: %s', (_, due, said) => {
    const found = triaged({ header: lost, rows: [{ ...hidden, remainingDue: due }] });
    expect(found).toMatchObject({
      note: expect.stringMatching(said ? /take that back in Revel/ : /stays hidden from staff\.$/),
    });
  });

  it('names both days of an event that contradicts itself', () => {
    const error = expect.stringMatching(/dated 2026-11-13, but starts on 2026-11-14/);
    expect(triaged({ header: twoDays })).toMatchObject({ failure: { error } });
  });

  it('says the same of all events in a status that nobody knows', () => {
    const said = ['55521609', '55521610']
      .map(eventId)
      .map((id) => triaged({ header: { ...strange, id }, id }));
    expect(said[0]).toMatchObject({ failure: { error: expect.stringContaining('"ON HOLD"') } });
    expect(said[0]).toEqual(said[1]);
  });

  it('tells in the time of the shop until when an order could be made', () => {
    const error = expect.stringContaining('over at 2026-11-15 20:30 (America/Los_Angeles)');
    expect(triaged({ now: over })).toMatchObject({ failure: { error } });
  });

  it('names all statuses that nobody knows, in one sentence', () => {
    const said = triaged({ header: strange, strangeStatuses: ['ON HOLD', 'IN LIMBO', 'ASKED'] });
    expect(said).toMatchObject({
      failure: { error: expect.stringContaining('statuses "ASKED", "IN LIMBO" and "ON HOLD", which') },
    });
  });

  const deleted = { ...visible, deleted: true };
  const bare = standingOrder(wanted, {
    id: orderId(10684009),
    opened: true,
    subtotal: usd(0),
    finalTotal: usd(0),
    remainingDue: usd(0),
  });
  const emptied = {
    order: visible.id,
    items: standingItems(wanted).map((item) => ({ ...item, deleted: true })),
    payments: [],
    bills: null,
  };
  it.each<[string, Partial<TriageInput>, string]>([
    ['deleted its order', { rows: [deleted] }, 'skip REMOVED_BY_STAFF 10684001'],
    ['voided all lines', { rows: [visible], read: [emptied] }, 'skip REMOVED_BY_STAFF 10684001'],
    [
      'voided all lines, and a payment is left',
      { rows: [visible], read: [{ ...emptied, payments: [paymentRow(wanted)] }] },
      'failed ORPHANED 10684001',
    ],
    [
      'voided all lines, and gave the payment back',
      {
        rows: [visible],
        read: [
          {
            ...emptied,
            payments: [paymentRow(wanted), paymentRow(wanted, { id: '71', amount: usd('-710.66') })],
          },
        ],
      },
      'skip REMOVED_BY_STAFF 10684001',
    ],
    ['nothing is known of its lines', { rows: [visible], read: [] }, 'need-contents'],
    [
      'a row that lost a race was deleted by us',
      { rows: [{ ...deleted, notes: supersededNotes(wanted.eventId, orderId(9)) }] },
      'skip STATUS_NOT_ELIGIBLE',
    ],
    [
      'its order was voided by a run',
      { rows: [{ ...deleted, notes: voidedNotes(wanted.eventId, '1a2b3c4d') }] },
      'skip STATUS_NOT_ELIGIBLE',
    ],
    [
      'a header that nobody saw was deleted',
      { rows: [{ ...deleted, historyIds: [] }] },
      'skip STATUS_NOT_ELIGIBLE',
    ],
    [
      'an order of another shop was deleted',
      { rows: [{ ...deleted, establishmentId: 99 }] },
      'skip STATUS_NOT_ELIGIBLE',
    ],
    [
      'an order of the test establishment was deleted',
      { rows: [{ ...deleted, establishmentId: 99 }], testEstablishmentId: 99 },
      'skip REMOVED_BY_STAFF 10684001',
    ],
    ['emptied one order and left the other', { rows: [visible, bare] }, 'failed ORPHANED 10684001'],
    ['emptied both orders', { rows: [{ ...bare, id: visible.id }, bare] }, 'skip REMOVED_BY_STAFF 10684009'],
    [
      'taken all off the bill of its one order, whose lines are there',
      { rows: [{ ...bare, id: visible.id }] },
      'failed ORPHANED 10684001',
    ],
  ])('lost, and staff has acted: %s', (_, input, verdict) => {
    expect(judge({ header: lost, ...input })).toBe(verdict);
  });

  it('an event that has moved nowhere, and staff voided its order as it was told to', () => {
    const moved = { location: null, rows: [visible] };
    expect(judge({ ...moved, read: [] })).toBe('need-contents');
    expect(judge({ ...moved, read: [emptied] })).toBe('failed LOCATION_NOT_MAPPED');
    expect(judge({ ...moved, ...edited, read: [emptied] })).toBe('skip PAST 10684001');
  });

  it('an event that is gone, and staff deleted its order', () => {
    expect(judge({ header: null, location: null, rows: [deleted] })).toBe('skip REMOVED_BY_STAFF 10684001');
  });

  it('advises to make an order by hand where staff took it away, not to inject late', () => {
    const error = (rows: TriageInput['rows']) => {
      const result = triaged({ now: over, rows });
      return result.kind === 'failed' ? result.failure.error : '';
    };
    expect(error([])).toContain('sync --event-id 55521609 --late');
    expect(error([deleted])).toContain('make its order by hand');
    expect(error([deleted])).not.toContain('--late');
  });

  it('names each order that stands for an event that is off', () => {
    const result = triaged({
      header: lost,
      rows: [visible, standingOrder(wanted, { id: orderId(10684002) })],
    });
    expect(result).toMatchObject({
      failure: {
        reason: 'ORPHANED',
        error: expect.stringContaining('its orders 10684001, 10684002 stand in'),
      },
    });
    // One that staff has emptied does not stand.
    expect(triaged({ header: lost, rows: [visible, bare] })).toMatchObject({
      failure: { error: expect.stringContaining('its order 10684001 stands in') },
    });
  });
});
