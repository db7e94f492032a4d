import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { callNameFields, callNameOf, unknownFields, usualCallName } from '../../src/domain/callName.js';
import { anyCharacter } from '../helpers/anyText.js';
import { location, sourceEvent } from './builders.js';

function named(callName: string, over: Parameters<typeof sourceEvent>[0] = {}) {
  return callNameOf(sourceEvent({ name: 'Alder Rehearsal Dinner', ...over }), { ...location(), callName });
}

describe('callNameOf', () => {
  it.each([
    [usualCallName, {}, 'Ada Alder | 555-0100'],
    [usualCallName, { contact: { name: 'Ada', phone: '' } }, 'Ada'],
    [usualCallName, { contact: null }, 'Alder Rehearsal Dinner'],
    [
      '{event} | {room} | {start} | {guests} guests',
      {},
      'Alder Rehearsal Dinner | Patio | 6:00 PM | 40 guests',
    ],
    ['{event} | {room} | {guests} guests', { room: '', guests: null }, 'Alder Rehearsal Dinner'],
    ['{start} {contact}', { startsAt: null }, 'Ada Alder'],
    ['{start}', { startsAt: null, localStart: '2026-11-14T00:05:00' }, '12:05 AM'],
    ['{start}', { startsAt: null, localStart: '2026-11-14T12:30:00' }, '12:30 PM'],
    ['{contact} | | {phone}', {}, 'Ada Alder | 555-0100'],
    ['{contact}', { contact: { name: '{phone}', phone: '1' } }, '{phone}'],
    ['Party', {}, 'Party'],
  ])('%j', (template, over, expected) => {
    expect(named(template, over)).toBe(expected);
  });

  it('is the number of an event that has no name', () => {
    expect(named('{contact}', { name: '', contact: null })).toMatch(/^Event \d+$/);
  });

  it('cuts long names rather than the phone or the guests', () => {
    const contact = { name: 'N'.repeat(500), phone: '555-0100' };
    expect(named(usualCallName, { contact })).toBe(`${'N'.repeat(89)} | 555-0100`);
    const event = { name: 'E'.repeat(300), contact };
    expect(named('{event} | {phone}', event)).toBe(`${'E'.repeat(89)} | 555-0100`);
    const long = named('{event} | {room} | {guests}', { name: 'E'.repeat(300), room: 'R'.repeat(300) });
    expect(long).toMatch(/ \| 40$/);
    expect(long.length).toBeLessThanOrEqual(100);
  });

  it('is never empty, never too long, and one line, whatever is in it', () => {
    const text = fc.string({ unit: anyCharacter, maxLength: 300 });
    const template = fc.array(fc.constantFrom(...callNameFields.map((name) => `{${name}}`), ' ', '|', 'x'), {
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(template, text, text, text, text, (parts, name, contact, phone, room) => {
        const made = named(parts.join(''), { name, room, contact: { name: contact, phone } });
        expect(made).not.toBe('');
        expect(Array.from(made).length).toBeLessThanOrEqual(100);
        expect(made).not.toMatch(/\p{Cc}/u);
      }),
    );
  });
});

describe('unknownFields', () => {
  it.each([
    [usualCallName, []],
    ['{guest} {event} {x}', ['guest', 'x']],
  ])('of %j', (template, expected) => {
    expect(unknownFields(template)).toEqual(expected);
  });
});
