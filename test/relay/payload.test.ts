import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { routePayload } from '../../src/relay/payload.js';

const event = { id: 61_000_001, status: 'CLOSED', documents: [{ line_items: [] }] };

describe('routePayload', () => {
  it.each([
    'CREATE_EVENT',
    'UPDATE_EVENT',
    'DELETE_EVENT',
    'STATUS_CHANGE_EVENT',
    'REASSIGN_EVENT_CONTACT',
    'REASSIGN_EVENT_ACCOUNT',
    'CHANGE_EVENT_GUEST_COUNTS',
    'UPDATE_EVENT_DOCUMENT',
    'DOCUMENT_SIGNED',
    'SOMETHING_NEW',
  ])('runs for %s', (trigger) => {
    expect(routePayload({ webhook_trigger_type: trigger, message: 'x', event })).toEqual({
      kind: 'run',
      trigger,
      events: ['61000001'],
      invalid: 0,
    });
  });

  it.each([
    'CREATE_LEAD',
    'CREATE_INTERNAL_LEAD',
    'CONVERT_LEAD',
    'CONVERT_LEAD_TO_BOOKING',
    'LEAD_TURNED_DOWN',
    'CREATE_ROOM',
    'UPDATE_ROOM',
    'UPDATE_CONTACT',
    'CREATE_ACCOUNT',
    'CREATE_BOOKING_NOTE',
  ])('leaves %s alone', (trigger) => {
    const ignored = { kind: 'ignore', trigger, reason: 'TRIGGER_NOT_RELEVANT' };
    expect(routePayload({ webhook_trigger_type: trigger, lead: { id: 1 } })).toEqual(ignored);
    expect(routePayload({ webhook_trigger_type: trigger, event })).toEqual(ignored);
  });

  it('takes the events of a booking, and of a document', () => {
    expect(
      routePayload({ webhook_trigger_type: 'UPDATE_BOOKING', booking: { id: 5, event_ids: [7, '8', 7] } }),
    ).toMatchObject({ events: ['7', '8'] });
    expect(
      routePayload({ webhook_trigger_type: 'SHARED_DOCUMENT', document_layout: { event_id: 9 } }),
    ).toMatchObject({ events: ['9'] });
    expect(routePayload({ event: { id: 9 }, document_layout: { event_id: '9' } })).toMatchObject({
      trigger: null,
      events: ['9'],
    });
  });

  it.each([
    [{}],
    [{ webhook_trigger_type: 'UPDATE_BOOKING', booking: { event_ids: [] } }],
    [{ event: null }],
    [{ event: {} }],
    [{ event: 'text' }],
    [{ event: [1] }],
    [{ event: { id: null } }],
    [{ booking: { event_ids: 'all' } }],
  ])('finds no event in %j', (payload) => {
    expect(routePayload(payload)).toMatchObject({ kind: 'ignore', reason: 'NO_EVENT' });
  });

  it.each([
    -1,
    0,
    1.5,
    2 ** 53,
    1e300,
    '-1',
    '0',
    '007',
    '1 ',
    '1\n',
    '1;rm -rf /',
    '"1"',
    '--dry-run',
    '$(id)',
    '१२३',
    '1'.repeat(19),
    '9'.repeat(10_000),
    true,
    {},
    [1],
  ])('takes %j for no id', (id) => {
    expect(routePayload({ event: { id } })).toMatchObject({ kind: 'ignore', reason: 'INVALID_EVENT_ID' });
    expect(routePayload({ booking: { event_ids: [id, 5] } })).toMatchObject({
      kind: 'run',
      events: ['5'],
      invalid: 1,
    });
  });

  it('refuses what is no object', () => {
    for (const payload of [null, 1, 'x', [], [{ event }], true]) expect(routePayload(payload)).toBeNull();
  });

  it('does not pass on a trigger that is no plain name', () => {
    for (const trigger of ['a b', '\u001b[31mX', 'X'.repeat(200), 5, { a: 1 }, 'x\r\nSet-Cookie: a=b']) {
      expect(routePayload({ webhook_trigger_type: trigger, event })).toMatchObject({
        kind: 'run',
        trigger: null,
      });
    }
  });

  it('has a bound on events', () => {
    const ids = Array.from({ length: 201 }, (_, index) => index + 1);
    expect(routePayload({ booking: { event_ids: ids } })).toMatchObject({ reason: 'TOO_MANY_EVENTS' });
    expect(routePayload({ booking: { event_ids: ids.slice(1) } })).toMatchObject({ kind: 'run' });
  });

  it('answers for any JSON, and names nothing but digits', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), fc.jsonValue(), (id, ids, trigger) => {
        const routed = routePayload({
          webhook_trigger_type: trigger,
          event: { id },
          booking: { event_ids: ids },
        });
        if (routed?.kind !== 'run') return routed?.kind === 'ignore';
        return routed.events.every((found) => /^[1-9][0-9]{0,17}$/.test(found));
      }),
    );
  });
});
