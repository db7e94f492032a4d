import { describe, expect, it } from 'vitest';
import { orderId } from '../../src/domain/ids.js';
import {
  claimedNotes,
  claimIn,
  finalNotes,
  isFinishedBy,
  isSuperseded,
  isTakenAway,
  revisionIn,
  supersededNotes,
  voidedNotes,
  winnerIn,
} from '../../src/domain/notes.js';
import { eventId } from './builders.js';

const event = eventId('55521609');
const revision = '1a2b3c4d';
const claim = { reach: '01234567', run: '89abcdef00000001' };

describe('notes of an order', () => {
  it('say which event it is and in which revision', () => {
    const notes = finalNotes(event, revision, claim.run);
    expect(notes).toBe('Triple Seat Event #55521609 rev 1a2b3c4d run 89abcdef');
    expect(revisionIn(notes)).toBe(revision);
    expect(isFinishedBy(notes, claim.run)).toBe(true);
    expect(isFinishedBy(notes, '89abcdef00000002')).toBe(true);
    expect(isFinishedBy(notes, '89abcdee00000001')).toBe(false);
    expect(claimIn(notes)).toBeNull();
    expect(isSuperseded(notes)).toBe(false);
  });

  it.each(['filling', 'claiming'] as const)('carry the mark of the run that is %s it', (kind) => {
    const notes = claimedNotes(event, revision, kind, claim);
    expect(claimIn(notes)).toEqual({ kind, ...claim });
    expect(revisionIn(notes)).toBe(revision);
    expect(isFinishedBy(notes, claim.run)).toBe(false);
    expect(isSuperseded(notes)).toBe(false);
  });

  it('say which order took its place', () => {
    const notes = supersededNotes(event, orderId(10684001));
    expect(notes).toBe('Triple Seat Event #55521609 superseded by order 10684001');
    expect(isSuperseded(notes)).toBe(true);
    expect(winnerIn(notes)).toBe('10684001');
    expect(winnerIn(`${notes}, said Anna`)).toBeNull();
    expect(winnerIn(finalNotes(event, revision, claim.run))).toBeNull();
    expect(claimIn(notes)).toBeNull();
    expect(revisionIn(notes)).toBeNull();
  });

  it('say which run took it away on somebody’s order', () => {
    expect(voidedNotes(event, claim.run)).toBe('Triple Seat Event #55521609 voided by 89abcdef');
  });

  it.each([
    ['of the older connector', 'Triple Seat Event #55521609'],
    ['that staff has written', 'Deliver at the back door'],
    [
      'that staff has added to',
      'Triple Seat Event #55521609 rev 1a2b3c4d filling 0123456789abcdef call first',
    ],
    ['with a claim that is none', 'Triple Seat Event #55521609 rev 1a2b3c4d filling xyz'],
    ['that are empty', ''],
  ])('%s hold no claim', (_, notes) => {
    expect(claimIn(notes)).toBeNull();
  });

  it.each(['Deliver early, rev 12345', 'Triple Seat Event #55521609', ''])(
    'hold no revision: %j',
    (notes) => {
      expect(revisionIn(notes)).toBeNull();
    },
  );

  it('of other orders are never taken for superseded', () => {
    expect(isSuperseded('This was superseded by order 4')).toBe(false);
  });

  it.each([
    ['as written', (notes: string) => notes],
    ['with something added', (notes: string) => `${notes}\r\nsee manager`],
  ])('say that this program took the order away: %s', (_, seen) => {
    expect(isTakenAway(seen(supersededNotes(event, orderId(10684001))))).toBe(true);
    expect(isTakenAway(seen(voidedNotes(event, claim.run)))).toBe(true);
  });

  it.each(['voided by Anna, guest called', 'superseded by order 10684002', 'voided by 1a2b3c4d'])(
    'to which staff have added "%s" are no mark of this program',
    (words) => {
      const notes = `${finalNotes(event, revision, claim.run)} ${words}`;
      expect([isTakenAway(notes), isSuperseded(notes)]).toEqual([false, false]);
      expect(isTakenAway(`Triple Seat Event #${event} voided by Anna`)).toBe(false);
    },
  );
});
